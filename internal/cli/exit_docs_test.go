package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/extract"
	"longhaul/internal/inventory"
	"longhaul/internal/shard"
)

// TestErrorsPage_hasTheExitCodes holds the page against the table that the help texts end with.
func TestErrorsPage_hasTheExitCodes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("| Exit code | Meaning |\n| --- | --- |\n")
	for _, row := range exitCodes {
		fmt.Fprintf(&want, "| %d | %s |\n", row.code, row.meaning)
	}
	want.WriteString("\n")
	if !strings.Contains(string(page), want.String()) {
		t.Errorf("the page has another table than\n%s", want.String())
	}
}

// TestErrorsPage_hasEveryReason holds the page's table of reasons against those that the account may give.
func TestErrorsPage_hasEveryReason(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| Reason | Of | Means |\n| --- | --- | --- |\n")
	var got []string
	for line := range strings.Lines(table) {
		code, _, _ := strings.Cut(strings.TrimPrefix(line, "| `"), "`")
		got = append(got, code)
	}
	want := append(slices.Clone(shard.Reasons), extract.ReasonVanished, extract.ReasonDashboardNotListed,
		extract.ReasonReportNotListed, extract.ReasonReportHidden, extract.ReasonNoReport)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the reasons on the page (-want +got):\n%s", diff)
	}
}

// TestErrorsPage_hasEveryState looks for the states that an account may give.
func TestErrorsPage_hasEveryState(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "## The account")
	for _, state := range append(slices.Clone(inventory.States), inventory.StateDeferred, inventory.StateListed) {
		if !strings.Contains(section, "`"+string(state)+"`") {
			t.Errorf("the page does not speak of %s", state)
		}
	}
}
