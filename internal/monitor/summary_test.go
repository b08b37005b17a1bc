package monitor

import (
	"testing"

	"longhaul/workflows"
)

func TestTinted_onlyWithColours(t *testing.T) {
	t.Parallel()
	gaps := &workflows.Result{Outcome: workflows.OutcomeGaps}
	if plain := tinted(gaps, false); plain != "gaps" {
		t.Errorf("got %q", plain)
	}
	if tinted(gaps, true) == tinted(gaps, false) {
		t.Error("no colour on a terminal")
	}
}
