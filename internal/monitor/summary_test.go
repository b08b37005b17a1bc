package monitor

import (
	"os"
	"strings"
	"testing"

	"longhaul/activities"
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

// TestReadme_showsTheScreensWords compares the sample of the page that a new user has with what the demo prints.
func TestReadme_showsTheScreensWords(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	r := &workflows.Result{
		Outcome: workflows.OutcomeGaps,
		Kinds:   activities.Kinds{Folders: 60, Reports: 1000, Dashboards: 100, Components: 600, Users: 200},
		States:  activities.States{Described: 992, Obsolete: 3, Unsupported: 2, Denied: 2, Gone: 1},
		Reasons: map[string]int64{"no_access": 2, "obsolete": 3, "unsupported": 2, "gone": 1},
	}
	for _, part := range append(changeWords(r), countsTable(r)) {
		if !strings.Contains(string(page), "\n"+part+"\n") {
			t.Errorf("README.md lacks\n%s", part)
		}
	}
}
