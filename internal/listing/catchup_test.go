package listing

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/orgtest"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/streamtest"
	"longhaul/internal/warning"
)

// listed is an org whose records have been listed.
func listed(t *testing.T, s *staging.Store) *orgtest.Org {
	t.Helper()
	o := &orgtest.Org{Records: slices.Concat(unchanged(Folders, 1), unchanged(Reports, 1, 2, 4), unchanged(Dashboards, 1, 2),
		unchanged(Components, 1, 2), unchanged(Users, 1))}
	enumerated(t, s, current, o, false)
	return o
}

func TestCatchUp_readsAsItStands(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	o.Set(orgtest.Record{Kind: "reports", N: 2, Modified: later, Name: "renamed"})
	o.Set(orgtest.Record{Kind: "reports", N: 3, Modified: later, Name: "new"})
	o.Set(orgtest.Record{Kind: "users", N: 7, Modified: later, Name: "new user"})
	got := caughtUp(t, s, o)
	want := CaughtUp{Changed: map[Kind]int64{Reports: 1}, Added: map[Kind]int64{Reports: 1, Users: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1 reports 1", "2 renamed", "3 new", "4 reports 4"}, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	counts, err := Counts(t.Context(), s, current)
	if diff := cmp.Diff(map[Kind]int64{Folders: 1, Reports: 4, Dashboards: 2, Components: 2, Users: 2}, counts); diff != "" || err != nil {
		t.Errorf("counts, %v (-want +got):\n%s", err, diff)
	}
	wheres := map[string]string{}
	for _, q := range o.Asked {
		wheres[q.Object] = q.Where
	}
	const date = "LastModifiedDate >= 2026-11-23T18:11:10Z"
	if diff := cmp.Diff(map[string]string{
		"Folder": "Type IN ('Dashboard', 'Report') AND " + date, "Report": "IsDeleted = FALSE AND " + date,
		"Dashboard": "IsDeleted = FALSE AND " + date, "User": "UserType = 'Standard' AND " + date,
	}, wheres); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
	o.Records = nil
	if diff := cmp.Diff(want, caughtUp(t, s, o)); diff != "" || len(o.Asked) != 4 {
		t.Errorf("asked again; (-first +second):\n%s", diff)
	}
}

func TestCatchUp_leavesNothingWhereNothingChanged(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	before := streamtest.Keys(t, s, current.Prefix())
	got := caughtUp(t, s, o)
	if diff := cmp.Diff(CaughtUp{Changed: map[Kind]int64{}, Added: map[Kind]int64{}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	after := slices.DeleteFunc(streamtest.Keys(t, s, current.Prefix()), func(key string) bool { return slices.Contains(before, key) })
	want := []string{ // that it is done, of each kind and in all
		"inventory/caughtup.json", "inventory/dashboards.caughtup.json", "inventory/folders.caughtup.json",
		"inventory/reports.caughtup.json", "inventory/users.caughtup.json",
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	if len(o.Asked) != 4 {
		t.Errorf("asked %d times", len(o.Asked))
	}
}

// What was listed after it had changed is read once more, but changes nothing.
func TestCatchUp_laysNothingOverWhatIsThere(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := &orgtest.Org{Records: []orgtest.Record{{Kind: "dashboards", N: 1, Modified: later, Name: "just changed"}}}
	enumerated(t, s, current, o, false)
	got := caughtUp(t, s, o)
	if len(got.Changed)+len(got.Added) != 0 || len(o.Asked) != 4 {
		t.Errorf("%+v in %d queries", got, len(o.Asked))
	}
	state, err := overlays(t.Context(), s, current)
	if err != nil || len(state.Streams) != 0 {
		t.Errorf("streams %v, %v", state.Streams, err)
	}
}

func TestCatchUp_listsComponentsAnewWhereDashboardsChanged(t *testing.T) {
	t.Parallel()
	for name, dashboard := range map[string]int{"a changed one": 2, "a new one": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			o := listed(t, s)
			o.Set(orgtest.Record{Kind: "dashboards", N: dashboard, Modified: later, Name: "now"})
			o.Records = slices.DeleteFunc(o.Records, func(i orgtest.Record) bool { return i.Kind == "components" && i.N == 2 })
			o.Set(orgtest.Record{Kind: "components", N: 5, Modified: later, Name: "new"})
			got := caughtUp(t, s, o)
			if got.Changed[Dashboards]+got.Added[Dashboards] != 1 || got.Added[Components] != 1 || got.Changed[Components] != 0 {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff([]string{"1 components 1", "5 new"}, standing(t, s, current, Components)); diff != "" {
				t.Errorf("components (-want +got):\n%s", diff)
			}
			last := o.Asked[len(o.Asked)-1]
			if last.Object != "DashboardComponent" || last.Where != "" {
				t.Errorf("the last query is %+v", last)
			}
		})
	}
}

func TestCatchUp_leavesAKindWhoseDatesAreHidden(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	o.Set(orgtest.Record{Kind: "reports", N: 2, Modified: later, Name: "renamed"})
	o.Set(orgtest.Record{Kind: "users", N: 1, Modified: later, Name: "renamed"})
	o.Refuse = func(q salesforce.Query) error {
		if q.Object != "User" {
			return nil
		}
		return fmt.Errorf("asked: %w", &salesforce.Error{Class: fault.PermissionMissing, Code: "INVALID_FIELD", Op: "query"})
	}
	got := caughtUp(t, s, o)
	want := []string{"the run-as user may not see LastModifiedDate of User, " +
		"so users that changed while the sync ran are brought by the next one"}
	if diff := cmp.Diff(want, said(got.Warnings)); diff != "" || got.Changed[Reports] != 1 || got.Changed[Users] != 0 {
		t.Errorf("%+v; warnings (-want +got):\n%s", got, diff)
	}

	s = streamtest.Open(t, "mem://")
	o.Refuse = func(salesforce.Query) error {
		return &salesforce.Error{Class: fault.PermissionMissing, Code: "INVALID_TYPE", Op: "query"}
	}
	if _, err := CatchUp(t.Context(), CatchUpInput{Client: o, Store: s, Sync: current}); !fault.Is(err, fault.PermissionMissing) {
		t.Errorf("a hidden object: %v, want the error", err)
	}
}

func TestCatchUp_doesNotAskByADateThatWasHiddenBefore(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	state := checkpoint{Result: &Enumerated{Dropped: []string{"LastModifiedDate", "Format"}}}
	if err := s.WriteJSON(t.Context(), current.InventoryState("reports"), state); err != nil {
		t.Fatal(err)
	}
	got := caughtUp(t, s, o)
	if len(o.Asked) != 3 || len(got.Warnings) != 1 || !strings.Contains(said(got.Warnings)[0], "LastModifiedDate of Report") {
		t.Errorf("asked %d times, warnings %q", len(o.Asked), got.Warnings)
	}
}

func TestCatchUp_addsPrivateRecords(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	o.Set(orgtest.Record{Kind: "reports", N: 2, Modified: later, Name: "renamed"})
	o.Set(orgtest.Record{Kind: "reports", N: 9, Modified: later, Name: "private", Private: true})
	in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart, Private: true}
	got, err := CatchUp(t.Context(), in)
	if err != nil || got.Added[Reports] != 1 || got.Changed[Reports] != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	want := []string{"1 reports 1", "2 renamed", "4 reports 4", "9 private"}
	if diff := cmp.Diff(want, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
}

// The refusal of a scope is a warning even after records of the scope before it; a warning of the first listing is not repeated.
func TestCatchUp_goesOnWithoutPrivateRecords(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	o.Set(orgtest.Record{Kind: "reports", N: 2, Modified: later, Name: "renamed"})
	o.Refuse = func(q salesforce.Query) error {
		if q.Scope == "" {
			return nil
		}
		return &salesforce.Error{Class: fault.PermissionMissing, Status: 403}
	}
	known := warning.New(warning.PrivateRefused, warning.Params{"kind": "dashboards"})
	state := checkpoint{Result: &Enumerated{Warnings: []warning.Warning{known}}}
	if err := s.WriteJSON(t.Context(), current.InventoryState("dashboards"), state); err != nil {
		t.Fatal(err)
	}
	in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart, Private: true}
	got, err := CatchUp(t.Context(), in)
	if err != nil || got.Changed[Reports] != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if len(got.Warnings) != 1 || !strings.HasPrefix(said(got.Warnings)[0], "reports in others' private folders") {
		t.Errorf("warnings %q", got.Warnings)
	}
}

func TestCatchUp_keepsToItsRequestsAtOnce(t *testing.T) {
	t.Parallel()
	for atOnce, want := range map[int]int{0: 1, 1: 1, 3: 3, 9: 4} {
		synctest.Test(t, func(t *testing.T) {
			s := streamtest.Open(t, "mem://")
			o := listed(t, s)
			o.Answer = func(salesforce.Query) { <-time.After(time.Second) } // long enough for all to be in flight
			in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart, AtOnce: atOnce}
			if _, err := CatchUp(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			if o.Most != want {
				t.Errorf("%d at once are allowed and %d were in flight, want %d", atOnce, o.Most, want)
			}
		})
	}
}

func TestCatchUp_ofMoreThanFitsARun(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	for _, kind := range Kinds {
		streamtest.Write(t, s, current.Inventory(string(kind)))
	}
	client := &fatReports{server: newServer(caseless, map[string][]string{"": streamtest.ReportIDs(0, 9000)})}
	client.record = fat
	got, err := CatchUp(t.Context(), CatchUpInput{Client: client, Store: s, Sync: current, Since: sinceStart})
	if err != nil || got.Added[Reports] != 9000 {
		t.Fatalf("%+v, %v", got, err)
	}
	n := 0
	for line, err := range Read(t.Context(), s, current, Reports) {
		if id, bad := stream.LineID(line); err != nil || bad != nil || string(id) != streamtest.ReportID(n) {
			t.Fatalf("line %d is %.60s, %v", n, line, err)
		}
		n++
	}
	if left := streamtest.Keys(t, s, current.InventoryRuns(staging.CaughtUp("reports"))); n != 9000 || len(left) > 0 {
		t.Errorf("%d reports; runs left: %q", n, left)
	}
}

// fatReports answers for reports only.
type fatReports struct{ *server }

func (f *fatReports) Pages(ctx context.Context, q salesforce.Query) iter.Seq2[salesforce.Page, error] {
	if q.Object != "Report" {
		return func(yield func(salesforce.Page, error) bool) { yield(salesforce.Page{}, nil) }
	}
	return f.server.Pages(ctx, q)
}
