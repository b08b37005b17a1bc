package inventory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

const later = "2026-11-23T18:30:00.000+0000"

var sinceStart = time.Date(2026, 11, 23, 19, 11, 10, 0, time.FixedZone("CET", 3600))

func catchUp(t *testing.T, s *staging.Store, o *org) CaughtUp {
	t.Helper()
	got, err := CatchUp(t.Context(), CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// listed is an org whose records have been listed.
func listed(t *testing.T, s *staging.Store) *org {
	t.Helper()
	o := &org{things: slices.Concat(unchanged(Folders, 1), unchanged(Reports, 1, 2, 4), unchanged(Dashboards, 1, 2),
		unchanged(Components, 1, 2), unchanged(Users, 1))}
	enumerated(t, s, current, o, false)
	return o
}

func TestCatchUp_readsAsItStands(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := listed(t, s)
	o.set(thing{kind: Reports, n: 2, modified: later, name: "renamed"})
	o.set(thing{kind: Reports, n: 3, modified: later, name: "new"})
	o.set(thing{kind: Users, n: 7, modified: later, name: "new user"})
	got := catchUp(t, s, o)
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
	for _, q := range o.asked {
		wheres[q.Object] = q.Where
	}
	const date = "LastModifiedDate >= 2026-11-23T18:11:10Z"
	if diff := cmp.Diff(map[string]string{
		"Folder": "Type IN ('Dashboard', 'Report') AND " + date, "Report": "IsDeleted = FALSE AND " + date,
		"Dashboard": "IsDeleted = FALSE AND " + date, "User": "UserType = 'Standard' AND " + date,
	}, wheres); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
	o.things = nil
	if diff := cmp.Diff(want, catchUp(t, s, o)); diff != "" || len(o.asked) != 4 {
		t.Errorf("asked again; (-first +second):\n%s", diff)
	}
}

func TestCatchUp_leavesNothingWhereNothingChanged(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := listed(t, s)
	before := keys(t, s, current.Prefix())
	got := catchUp(t, s, o)
	if diff := cmp.Diff(CaughtUp{Changed: map[Kind]int64{}, Added: map[Kind]int64{}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	after := slices.DeleteFunc(keys(t, s, current.Prefix()), func(key string) bool { return slices.Contains(before, key) })
	want := []string{ // that it is done, of each kind and in all
		"inventory/caughtup.json", "inventory/dashboards.caughtup.json", "inventory/folders.caughtup.json",
		"inventory/reports.caughtup.json", "inventory/users.caughtup.json",
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	if len(o.asked) != 4 {
		t.Errorf("asked %d times", len(o.asked))
	}
}

// What was listed after it had changed is read once more, but changes nothing.
func TestCatchUp_laysNothingOverWhatIsThere(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := &org{things: []thing{{kind: Dashboards, n: 1, modified: later, name: "just changed"}}}
	enumerated(t, s, current, o, false)
	got := catchUp(t, s, o)
	if len(got.Changed)+len(got.Added) != 0 || len(o.asked) != 4 {
		t.Errorf("%+v in %d queries", got, len(o.asked))
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
			s := openStore(t, "mem://")
			o := listed(t, s)
			o.set(thing{kind: Dashboards, n: dashboard, modified: later, name: "now"})
			o.things = slices.DeleteFunc(o.things, func(i thing) bool { return i.kind == Components && i.n == 2 })
			o.set(thing{kind: Components, n: 5, modified: later, name: "new"})
			got := catchUp(t, s, o)
			if got.Changed[Dashboards]+got.Added[Dashboards] != 1 || got.Added[Components] != 1 || got.Changed[Components] != 0 {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff([]string{"1 components 1", "5 new"}, standing(t, s, current, Components)); diff != "" {
				t.Errorf("components (-want +got):\n%s", diff)
			}
			last := o.asked[len(o.asked)-1]
			if last.Object != "DashboardComponent" || last.Where != "" {
				t.Errorf("the last query is %+v", last)
			}
		})
	}
}

func TestCatchUp_leavesAKindWhoseDatesAreHidden(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := listed(t, s)
	o.set(thing{kind: Reports, n: 2, modified: later, name: "renamed"})
	o.set(thing{kind: Users, n: 1, modified: later, name: "renamed"})
	o.refuse = func(q salesforce.Query) error {
		if q.Object != "User" {
			return nil
		}
		return fmt.Errorf("asked: %w", &salesforce.Error{Class: fault.PermissionMissing, Code: "INVALID_FIELD", Op: "query"})
	}
	got := catchUp(t, s, o)
	want := []string{"the run-as user may not see LastModifiedDate of User, " +
		"so users that changed while the sync ran are brought by the next one"}
	if diff := cmp.Diff(want, got.Warnings); diff != "" || got.Changed[Reports] != 1 || got.Changed[Users] != 0 {
		t.Errorf("%+v; warnings (-want +got):\n%s", got, diff)
	}

	s = openStore(t, "mem://")
	o.refuse = func(salesforce.Query) error {
		return &salesforce.Error{Class: fault.PermissionMissing, Code: "INVALID_TYPE", Op: "query"}
	}
	if _, err := CatchUp(t.Context(), CatchUpInput{Client: o, Store: s, Sync: current}); !fault.Is(err, fault.PermissionMissing) {
		t.Errorf("a hidden object: %v, want the error", err)
	}
}

func TestCatchUp_doesNotAskByADateThatWasHiddenBefore(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := listed(t, s)
	state := checkpoint{Result: &Enumerated{Dropped: []string{"LastModifiedDate", "Format"}}}
	if err := s.WriteJSON(t.Context(), current.InventoryState("reports"), state); err != nil {
		t.Fatal(err)
	}
	got := catchUp(t, s, o)
	if len(o.asked) != 3 || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "LastModifiedDate of Report") {
		t.Errorf("asked %d times, warnings %q", len(o.asked), got.Warnings)
	}
}

func TestCatchUp_addsPrivateRecords(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := listed(t, s)
	o.set(thing{kind: Reports, n: 2, modified: later, name: "renamed"})
	o.set(thing{kind: Reports, n: 9, modified: later, name: "private", private: true})
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

// The refusal of a scope is a warning also after records of the scope before it, and one that was given already is none.
func TestCatchUp_goesOnWithoutPrivateRecords(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := listed(t, s)
	o.set(thing{kind: Reports, n: 2, modified: later, name: "renamed"})
	o.refuse = func(q salesforce.Query) error {
		if q.Scope == "" {
			return nil
		}
		return &salesforce.Error{Class: fault.PermissionMissing, Status: 403}
	}
	known := `dashboards in others' private folders are not included: give the run-as user "Manage All Private Reports and Dashboards"`
	state := checkpoint{Result: &Enumerated{Warnings: []string{known}}}
	if err := s.WriteJSON(t.Context(), current.InventoryState("dashboards"), state); err != nil {
		t.Fatal(err)
	}
	in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart, Private: true}
	got, err := CatchUp(t.Context(), in)
	if err != nil || got.Changed[Reports] != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0], "reports in others' private folders") {
		t.Errorf("warnings %q", got.Warnings)
	}
}

func TestCatchUp_keepsToItsRequestsAtOnce(t *testing.T) {
	t.Parallel()
	for atOnce, want := range map[int]int{0: 1, 1: 1, 3: 3, 9: 4} {
		synctest.Test(t, func(t *testing.T) {
			s := openStore(t, "mem://")
			o := listed(t, s)
			o.answer = func(salesforce.Query) { <-time.After(time.Second) } // long enough for all to be under way
			in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart, AtOnce: atOnce}
			if _, err := CatchUp(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			if o.most != want {
				t.Errorf("%d at once are allowed and %d were under way, want %d", atOnce, o.most, want)
			}
		})
	}
}

func TestCatchUp_goesOnAfterAnAttemptThatWasCutShort(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := listed(t, s)
	o.set(thing{kind: Reports, n: 2, modified: later, name: "renamed"})
	o.set(thing{kind: Dashboards, n: 2, modified: later, name: "renamed"})
	broken := errors.New("the line was cut")
	o.refuse = func(q salesforce.Query) error {
		if q.Object == "DashboardComponent" {
			return broken
		}
		return nil
	}
	in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart}
	if _, err := CatchUp(t.Context(), in); !errors.Is(err, broken) {
		t.Fatalf("got %v, want the org's error", err)
	}
	if diff := cmp.Diff([]string{"1 reports 1", "2 reports 2", "4 reports 4"}, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("an attempt without a result changed the inventory (-want +got):\n%s", diff)
	}
	o.refuse, o.asked = nil, nil
	got := catchUp(t, s, o)
	if got.Changed[Reports] != 1 || got.Changed[Dashboards] != 1 || len(o.asked) != 1 { // of components
		t.Errorf("%+v in %d queries", got, len(o.asked))
	}
}

// A sync may stand still for days in the middle of its catch-up: what was listed before is listed anew, but not for ever.
func TestCatchUp_listsAnewWhatWasListedLongBefore(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name        string
		pauses      []time.Duration // each after an attempt that was cut short
		folders     int             // how often they are listed
		users       string          // as they stand in the end
		dashboards  string
		usersListed int
	}{
		{"a moment later", []time.Duration{time.Minute}, 1, "1 users 1", "2 changed once", 1},
		{"days later", []time.Duration{48 * time.Hour}, 2, "1 changed meanwhile", "2 changed twice", 2},
		{"a day between all attempts", slices.Repeat([]time.Duration{24 * time.Hour}, 9), catchUpRounds, "1 changed meanwhile", "2 changed twice", catchUpRounds},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, "mem://")
			o := listed(t, s)
			o.set(thing{kind: Dashboards, n: 2, modified: later, name: "changed once"})
			broken := errors.New("the line was cut")
			o.refuse = func(q salesforce.Query) error {
				if q.Object == "DashboardComponent" {
					return broken
				}
				return nil
			}
			in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart}
			for _, pause := range row.pauses {
				if _, err := CatchUp(t.Context(), in); !errors.Is(err, broken) {
					t.Fatalf("got %v, want the org's error", err)
				}
				o.set(thing{kind: Dashboards, n: 2, modified: later, name: "changed twice"})
				o.set(thing{kind: Users, n: 1, modified: later, name: "changed meanwhile"})
				age(t, s, pause)
			}
			o.refuse = nil
			catchUp(t, s, o)
			asked := map[string]int{}
			for _, q := range o.asked {
				asked[q.Object]++
			}
			if asked["Folder"] != row.folders || asked["User"] != row.usersListed {
				t.Errorf("asked %v, want folders %d times and users %d times", asked, row.folders, row.usersListed)
			}
			if diff := cmp.Diff([]string{row.users}, standing(t, s, current, Users)); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"1 dashboards 1", row.dashboards}, standing(t, s, current, Dashboards)); diff != "" {
				t.Errorf("dashboards (-want +got):\n%s", diff)
			}
		})
	}
}

// age lets time pass for all that the sync has listed.
func age(t *testing.T, s *staging.Store, by time.Duration) {
	t.Helper()
	prefix := current.Prefix() + "inventory/"
	for _, key := range keys(t, s, prefix) {
		var state checkpoint
		if !strings.HasSuffix(key, ".json") {
			continue
		}
		if err := s.ReadJSON(t.Context(), prefix+key, &state); err != nil {
			t.Fatal(err)
		}
		state.Ended = state.Ended.Add(-by)
		if err := s.WriteJSON(t.Context(), prefix+key, state); err != nil {
			t.Fatal(err)
		}
	}
}

// An attempt that was given up may write its stream when another has long ended: nobody reads it.
func TestCatchUp_isNotChangedByAnAttemptThatWasGivenUp(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := listed(t, s)
	want := catchUp(t, s, o)
	write(t, s, current.Inventory(staging.CaughtUp("reports")), thing{kind: Reports, n: 2, modified: later, name: "late"}.line())
	write(t, s, current.Inventory(staging.Again("components")))
	if diff := cmp.Diff([]string{"1 reports 1", "2 reports 2", "4 reports 4"}, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	if got := standing(t, s, current, Components); len(got) != 2 {
		t.Errorf("components %q", got)
	}
	if diff := cmp.Diff(want, catchUp(t, s, o)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestCatchUp_ofMoreThanFitsARun(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	for _, kind := range Kinds {
		write(t, s, current.Inventory(string(kind)))
	}
	client := &fatReports{server: newServer(caseless, map[string][]string{"": idRange(0, 9000)})}
	client.record = fat
	got, err := CatchUp(t.Context(), CatchUpInput{Client: client, Store: s, Sync: current, Since: sinceStart})
	if err != nil || got.Added[Reports] != 9000 {
		t.Fatalf("%+v, %v", got, err)
	}
	n := 0
	for line, err := range Read(t.Context(), s, current, Reports) {
		if id, bad := LineID(line); err != nil || bad != nil || string(id) != reportID(n) {
			t.Fatalf("line %d is %.60s, %v", n, line, err)
		}
		n++
	}
	if left := keys(t, s, current.InventoryRuns(staging.CaughtUp("reports"))); n != 9000 || len(left) > 0 {
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

func TestRead_saysWhatIsLost(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, s *staging.Store){
		"an inventory that was never listed": func(*testing.T, *staging.Store) {},
		"a stream that a result names": func(t *testing.T, s *staging.Store) {
			o := listed(t, s)
			o.set(thing{kind: Reports, n: 2, modified: later})
			catchUp(t, s, o)
			if err := s.Delete(t.Context(), current.Inventory(staging.CaughtUp("reports"))); err != nil {
				t.Fatal(err)
			}
		},
		"a result that does not parse": func(t *testing.T, s *staging.Store) {
			listed(t, s)
			if err := s.Write(t.Context(), current.CaughtUp(), []byte("{")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		s := openStore(t, "mem://")
		lose(t, s)
		var failed error
		for _, err := range Read(t.Context(), s, current, Reports) {
			failed = err
		}
		if !fault.Is(failed, fault.Invalid) {
			t.Errorf("%s: %v, want an error of class invalid", name, failed)
		}
		if _, err := Counts(t.Context(), s, current); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: counted, %v", name, err)
		}
	}
}
