package monitor

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/warning"
	"longhaul/workflows"
)

// TestWatcher_showsEachWarningOnceWhenItComes has a second warning later. The summary at the end does not repeat them.
func TestWatcher_showsEachWarningOnceWhenItComes(t *testing.T) {
	t.Parallel()
	first, second, last := warning.Shown{Message: "the first"}, warning.Shown{Message: "the second"}, warning.Shown{Message: "the last"}
	f, seen := &fakeSync{}, &noted{}
	w := &Watcher{Client: f, ID: "sync-acme", View: seen}
	for _, warnings := range [][]warning.Shown{nil, {first}, {first}, {first, second}, {first, second}} {
		f.progress = workflows.Progress{Source: "acme", Phase: workflows.PhaseDescribe, Warnings: warnings}
		w.look(t.Context())
	}
	if diff := cmp.Diff([]string{"Warning: the first", "Warning: the second"}, seen.notes); diff != "" {
		t.Error(diff)
	}
	r := delivered.result
	r.Warnings = []warning.Shown{first, second, last}
	var out bytes.Buffer
	Summarize(&out, &r, w.Warned(), false)
	if !strings.HasSuffix(out.String(), "\nWarning: the last\n2 warnings shown above.\n") || strings.Count(out.String(), "Warning:") != 1 {
		t.Errorf("the summary is\n%s", &out)
	}
}
