package account

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
)

// nobody is an org that has none of what it is asked for.
type nobody struct{}

func (nobody) Pages(context.Context, salesforce.Query) iter.Seq2[salesforce.Page, error] {
	return func(yield func(salesforce.Page, error) bool) { yield(salesforce.Page{}, nil) }
}

func dashboard(n int) string {
	return fmt.Sprintf(`{"attributes":{},"Id":%q,"Title":"Dashboard %d"}`, id("01Z", n), n)
}

// component is the line of one component; report is the raw value of its CustomReportId, without the field when empty.
func component(n int, report string, dashboard int) string {
	if report != "" {
		report = `"CustomReportId":` + report + `,`
	}
	return fmt.Sprintf(`{"attributes":{},"Id":%q,%s"DashboardId":%q,"Name":null}`, id("01a", n), report, id("01Z", dashboard))
}

func quoted(n int) string { return `"` + id("00O", n) + `"` }

// account merges the descriptions of a sync, writes its account and returns the lines.
func (f *fixture) account(m Manifest) []string {
	f.tb.Helper()
	if _, err := f.merge(2); err != nil {
		f.tb.Fatal(err)
	}
	if _, err := Write(f.tb.Context(), f.in, m); err != nil {
		f.tb.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(f.Text(f.Sync.Account()), "\n"), "\n")
}

func TestWrite_holdsEveryItemOnce(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	f.inventory(listing.Dashboards, dashboard(1), dashboard(2))
	f.inventory(listing.Components, component(1, quoted(0), 1), component(2, "null", 2))
	vanish(t, f)
	lines := f.account(Manifest{})
	var got []string
	for _, line := range lines {
		var i struct{ Kind, ID, Name, State, Reason, Message string }
		if err := json.Unmarshal([]byte(line), &i); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if i.Kind != "report" || i.Reason == ReasonVanished {
			got = append(got, strings.Join([]string{i.Kind, i.ID, i.Name, i.State, i.Reason}, " "))
		}
		if (i.Reason == "") != (i.Message == "") {
			t.Errorf("a reason without a sentence: %s", line)
		}
	}
	want := []string{
		`report 00O000000000011AAA Lost "report" gone vanished`,
		"dashboard 01Z000000000001AAA Dashboard 1 listed ",
		"dashboard 01Z000000000002AAA Dashboard 2 listed ",
		"dashboard 01Z000000000012AAA Lost dashboard gone vanished",
		"component 01a000000000001AAA  listed ",
		"component 01a000000000002AAA  listed no_report",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(lines) != 8+len(want) {
		t.Errorf("%d lines; beside the reports (-want +got):\n%s", len(lines), diff)
	}
	var doc Document
	if err := f.Store.ReadJSON(t.Context(), f.Sync.Manifest(), &doc); err != nil {
		t.Fatal(err)
	}
	counted := Items{
		listing.Reports: doc.States, listing.Dashboards: {description.StateListed: 2}, listing.Components: {description.StateListed: 2},
	}
	if diff := cmp.Diff(counted, doc.Items); diff != "" || description.Total(doc.States) != 8 {
		t.Errorf("items of the manifest (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[listing.Kind]int64{listing.Reports: 1, listing.Dashboards: 1}, doc.Vanished); diff != "" {
		t.Errorf("vanished (-want +got):\n%s", diff)
	}
}

// The reports 0 to 7 of wholeSync have one state each: 6 is filtered and 7 is gone.
func TestWrite_saysWhyAComponentLeadsNowhere(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		component string
		want      string
	}{
		"its report is described":                         {component(1, quoted(0), 1), ""},
		"its report has no columns, but is in the file":   {component(1, quoted(4), 1), ""},
		"its report is filtered":                          {component(1, quoted(6), 1), ReasonReportNotListed},
		"its report is gone":                              {component(1, quoted(7), 1), ReasonReportNotListed},
		"its report comes before all that are listed":     {component(1, `"00N000000000001AAA"`, 1), ReasonReportNotListed},
		"its report comes after all that are listed":      {component(1, quoted(9), 1), ReasonReportNotListed},
		"its report has no Id that could be":              {component(1, `"x"`, 1), ReasonReportNotListed},
		"its report has a short Id":                       {component(1, `"000000000000000"`, 1), ReasonReportNotListed},
		"it has no report":                                {component(1, "null", 1), ReasonNoReport},
		"its report cannot be seen":                       {component(1, "", 1), ReasonReportHidden},
		"its dashboard is not listed":                     {component(1, quoted(0), 5), ReasonDashboardNotListed},
		"neither its report nor its dashboard are listed": {component(1, quoted(9), 5), ReasonDashboardNotListed},
		"it has no report, and its dashboard is unlisted": {component(1, "null", 5), ReasonDashboardNotListed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := wholeSync(t)
			f.inventory(listing.Dashboards, dashboard(1))
			f.inventory(listing.Components, component(0, quoted(0), 1), test.component, component(2, quoted(0), 1))
			lines := f.account(Manifest{})
			want := `{"kind":"component","id":"01a000000000001AAA","state":"listed"`
			if test.want != "" {
				message, err := json.Marshal(item.ComponentMessages[test.want])
				if err != nil || len(message) < 20 {
					t.Fatal(string(message), err)
				}
				want += `,"reason":"` + test.want + `","message":` + string(message)
			}
			if got := lines[10]; got != want+"}" {
				t.Errorf("got %s, want %s}", got, want)
			}
			for _, n := range []int{9, 11} { // its neighbours
				if strings.Contains(lines[n], "reason") {
					t.Errorf("line %d: %s", n, lines[n])
				}
			}
		})
	}
}

func TestWrite_ofMoreComponentsThanFitInMemory(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	f.inventory(listing.Dashboards, dashboard(1))
	const n = 60_000
	components := make([]string, n)
	for i := range components {
		components[i] = component(i, quoted(i*7919%10), 1+i%2) // reports 0 to 5 and dashboard 1 are in the files
	}
	f.inventory(listing.Components, components...)
	lines := f.account(Manifest{})
	if len(lines) != 9+n {
		t.Fatalf("%d lines", len(lines))
	}
	for i, line := range lines[9:] {
		want := ""
		switch {
		case i%2 == 1:
			want = ReasonDashboardNotListed
		case i*7919%10 > 5:
			want = ReasonReportNotListed
		}
		var got struct{ ID, Reason string }
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.ID != id("01a", i) || got.Reason != want {
			t.Fatalf("component %d: %s, want %q, %v", i, line, want, err)
		}
	}
	for key, err := range f.Store.List(t.Context(), f.Sync.SortPrefix()) {
		t.Errorf("left in the bucket: %s, %v", key, err)
	}
}

// FuzzEntry holds the lines of the account to encoding/json, whatever is in their texts.
func FuzzEntry(f *testing.F) {
	f.Add("00O000000000001AAA", `"a \"name\" & <more>"`, "denied", "no_access", "A sentence.")
	f.Add("", "null", "described", "", "")
	f.Add("\xff\n", `"\ud800"`, "gone", "", "x")
	f.Fuzz(func(t *testing.T, id, name, state, reason, message string) {
		if !json.Valid([]byte(name)) {
			return // names come from a JSON decoder
		}
		i := entry{kind: "report", id: id, name: []byte(name), state: description.State(state), reason: reason, message: message}
		line, err := i.append(nil)
		complete := state == "described" || state == "reused" || state == "listed"
		if wantErr := !complete && (reason == "" || message == ""); wantErr != (err != nil) {
			t.Fatalf("%+v: %v", i, err)
		}
		if err != nil {
			return
		}
		var back struct{ Kind, ID, Name, State, Reason, Message string }
		if err := json.Unmarshal(line, &back); err != nil || strings.Count(string(line), "\n") != 1 || line[len(line)-1] != '\n' {
			t.Fatalf("%q: %v", line, err)
		}
		plain := func(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
		got := []string{back.Kind, back.ID, back.State, back.Reason, back.Message}
		if diff := cmp.Diff([]string{"report", plain(id), plain(state), plain(reason), plain(message)}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	})
}
