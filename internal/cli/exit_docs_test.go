package cli

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longhaul/activities"
	"longhaul/internal/account"
	"longhaul/internal/description"
	"longhaul/internal/fault"
)

// TestErrorsPage_hasTheExitCodes compares the page with the table that the help texts end with.
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

// TestErrorsPage_hasTheExitCodeOfEveryClass compares the page's table of classes with exitCode: first the code of Salesforce's
// errors, then that of the catalog's where it differs. A class that is only the state of a report has no code.
func TestErrorsPage_hasTheExitCodeOfEveryClass(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	constants, err := os.ReadFile("../fault/fault.go")
	if err != nil {
		t.Fatal(err)
	}
	want := map[fault.Class][]string{activities.Internal: {strconv.Itoa(exitInternal)}}
	for _, found := range regexp.MustCompile(`Class = "(\w+)"`).FindAllStringSubmatch(string(constants), -1) {
		class := fault.Class(found[1])
		var codes []string
		for _, system := range []fault.System{fault.Salesforce, fault.Catalog} {
			if code := exitCode(&fault.Error{Class: class, System: system}); code != exitInternal {
				codes = append(codes, strconv.Itoa(code))
			}
		}
		want[class] = slices.Compact(codes)
	}
	_, table, _ := strings.Cut(string(page), "| Class | Examples | What happens | Exit code |\n| --- | --- | --- | --- |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	got := map[fault.Class][]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimRight(line, "|\n"), "|")
		for _, class := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cells[1], -1) {
			got[fault.Class(class[1])] = regexp.MustCompile(`\d+`).FindAllString(cells[len(cells)-1], -1)
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the exit codes of the classes on the page (-want +got):\n%s", diff)
	}
}

// TestErrorsPage_hasEveryReason compares the page's table of reasons with those that the account may give.
func TestErrorsPage_hasEveryReason(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| Reason | Of | Means |\n| --- | --- | --- |\n")
	var got []description.Reason
	for line := range strings.Lines(table) {
		code, _, _ := strings.Cut(strings.TrimPrefix(line, "| `"), "`")
		got = append(got, description.Reason(code))
	}
	want := append(slices.Clone(description.Reasons), account.ReasonVanished, account.ReasonDashboardNotListed,
		account.ReasonReportNotListed, account.ReasonReportHidden, account.ReasonNoReport)
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
	for _, state := range append(slices.Clone(description.States), description.StateDeferred, description.StateListed) {
		if !strings.Contains(section, "`"+string(state)+"`") {
			t.Errorf("the page does not speak of %s", state)
		}
	}
}
