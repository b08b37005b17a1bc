package lookback

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// morning is a clock that began at 6 o'clock, so that a few hours later it is the same day.
type morning struct{ started time.Time }

func (m morning) Now() time.Time {
	return time.Date(2026, 8, 3, 6, 0, 0, 0, time.UTC).Add(time.Since(m.started))
}

// files are the contents of castor's files by name, but for the time in names and in the summary.
func (p *plant) files(t *testing.T, result workflows.Result) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, one := range result.Files["castor"] {
		_, name, _ := strings.Cut(one.Name, "-")
		if name == "summary.json" {
			continue
		}
		file, _, err := p.store.OpenFile(t.Context(), staging.Sync{Source: acme, ID: result.Sync}.File("castor", one.Name))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		closed(t, file.Close())
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	return files
}

// TestRefresh_ofOnePercent changes one report of a hundred and counts what a refresh asks. Its files are compared with those of a whole
// sync.
func TestRefresh_ofOnePercent(t *testing.T) {
	t.Parallel()
	reports := 1000
	if whole() {
		reports = 20_000
	}
	p := newPlant(t, server.Options{Reports: reports, Columns: 3, TypeMetadata: 1000, Clock: morning{time.Now()}}, nil)
	first := p.sync(t, nil)
	p.pass(t, time.Hour)
	changed := server.Picks{Number: reports / 400}
	p.churn(t, server.Churn{Rename: changed, Move: changed, Gain: changed, Create: reports / 400})
	p.pass(t, time.Hour)
	second := p.sync(t, nil)
	table := second.APICalls * 1000 / first.APICalls
	t.Logf("%d calls of the first sync, %d of a refresh: %d.%d %%, states %+v", first.APICalls, second.APICalls, table/10, table%10, second.States)
	listings := first.APICalls - int64(reports)
	if most := int64(reports)/100 + listings; second.APICalls > most {
		t.Errorf("a refresh made %d calls, want at most %d: what changed, and the listings", second.APICalls, most)
	}
	if most := first.APICalls * 12 / 1000; whole() && second.APICalls > most {
		t.Errorf("a refresh made %d calls, want at most 1.2 %% of %d: %d", second.APICalls, first.APICalls, most)
	}
	if few, n := int64(reports)/200, second.States.Described; n < few || n > 2*few { // some of what was renamed or moved cannot be described
		t.Errorf("%d reports were described, want about 1 %% of %d", n, reports)
	}
	got := p.files(t, second)
	p.pass(t, time.Hour)
	want := p.files(t, p.sync(t, map[string]any{"mode": "full"}))
	if len(got) < 6 || len(got) != len(want) {
		t.Errorf("%d files of a refresh, %d of a whole sync", len(got), len(want))
	}
	for name, content := range want {
		if !bytes.Equal(content, got[name]) {
			t.Errorf("%s of a refresh differs from a whole sync's: %s", name, firstDifference(content, got[name]))
		}
	}
}

// firstDifference shows where two texts begin to differ.
func firstDifference(want, got []byte) string {
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	from := max(at-80, 0)
	show := func(b []byte) []byte { return slices.Clone(b[min(from, len(b)):min(at+80, len(b))]) }
	return string(slices.Concat([]byte("want ..."), show(want), []byte("... got ..."), show(got)))
}
