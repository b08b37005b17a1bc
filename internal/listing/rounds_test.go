package listing

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/orgtest"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// cutAtComponents lets a catch-up end in its middle, and gives the error with which it ends.
func cutAtComponents(o *orgtest.Org) error {
	broken := errors.New("the line was cut")
	o.Refuse = func(q salesforce.Query) error {
		if q.Object == "DashboardComponent" {
			return broken
		}
		return nil
	}
	return broken
}

func TestCatchUp_goesOnAfterAnInterruptedAttempt(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	o.Set(orgtest.Record{Kind: "reports", N: 2, Modified: later, Name: "renamed"})
	o.Set(orgtest.Record{Kind: "dashboards", N: 2, Modified: later, Name: "renamed"})
	broken := cutAtComponents(o)
	in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart}
	if _, err := CatchUp(t.Context(), in); !errors.Is(err, broken) {
		t.Fatalf("got %v, want the org's error", err)
	}
	if diff := cmp.Diff([]string{"1 reports 1", "2 reports 2", "4 reports 4"}, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("an attempt without a result changed the inventory (-want +got):\n%s", diff)
	}
	o.Refuse, o.Asked = nil, nil
	got := caughtUp(t, s, o)
	if got.Changed[Reports] != 1 || got.Changed[Dashboards] != 1 || len(o.Asked) != 1 { // of components
		t.Errorf("%+v in %d queries", got, len(o.Asked))
	}
}

// A sync may stand still for days in the middle of its catch-up: what was listed before is listed anew, but not for ever.
func TestCatchUp_listsAnewWhatWasListedLongBefore(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name        string
		pauses      []time.Duration // each after an attempt that was interrupted
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
			s := streamtest.Open(t, "mem://")
			o := listed(t, s)
			o.Set(orgtest.Record{Kind: "dashboards", N: 2, Modified: later, Name: "changed once"})
			broken := cutAtComponents(o)
			in := CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart}
			for _, pause := range row.pauses {
				if _, err := CatchUp(t.Context(), in); !errors.Is(err, broken) {
					t.Fatalf("got %v, want the org's error", err)
				}
				o.Set(orgtest.Record{Kind: "dashboards", N: 2, Modified: later, Name: "changed twice"})
				o.Set(orgtest.Record{Kind: "users", N: 1, Modified: later, Name: "changed meanwhile"})
				age(t, s, pause)
			}
			o.Refuse = nil
			caughtUp(t, s, o)
			asked := map[string]int{}
			for _, q := range o.Asked {
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

// A listing that was left half-way is as old as its first page.
func TestCatchUp_listsAnewWhatWasHalfListedLongBefore(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		pause           time.Duration // after each attempt; every one reads a page before it is interrupted
		begun, attempts int           // how often the listing begins, and is asked for
	}{
		"a moment between all attempts": {time.Minute, 1, 3},
		"a day between all attempts":    {24 * time.Hour, catchUpRounds, catchUpRounds + 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			listed(t, s)
			client := &fatReports{server: newServer(caseless, map[string][]string{"": streamtest.ReportIDs(0, 2*pageSize+1)})}
			broken := errors.New("the line was cut")
			cut := false
			client.refuse = func(salesforce.Query) error {
				if cut = !cut; cut {
					return nil
				}
				return broken
			}
			attempts := 1
			for in := (CatchUpInput{Client: client, Store: s, Sync: current, Since: sinceStart}); ; attempts++ {
				_, err := CatchUp(t.Context(), in)
				if err == nil {
					break
				}
				if !errors.Is(err, broken) {
					t.Fatal(err)
				}
				age(t, s, row.pause)
			}
			begun := 0
			for _, q := range client.asked {
				if q.After == "" {
					begun++
				}
			}
			if begun != row.begun || attempts != row.attempts {
				t.Errorf("listed from the first page %d times in %d attempts, want %d in %d", begun, attempts, row.begun, row.attempts)
			}
			if n := len(standing(t, s, current, Reports)); n != 2*pageSize+1 {
				t.Errorf("%d reports stand", n)
			}
		})
	}
}

// age lets time pass for all that the sync has listed.
func age(t *testing.T, s *staging.Store, by time.Duration) {
	t.Helper()
	prefix := current.Prefix() + "inventory/"
	for _, key := range streamtest.Keys(t, s, prefix) {
		var state checkpoint
		if !strings.HasSuffix(key, ".json") {
			continue
		}
		if err := s.ReadJSON(t.Context(), prefix+key, &state); err != nil {
			t.Fatal(err)
		}
		state.Begun, state.Ended = state.Begun.Add(-by), state.Ended.Add(-by)
		if err := s.WriteJSON(t.Context(), prefix+key, state); err != nil {
			t.Fatal(err)
		}
	}
}

// An abandoned attempt may write its stream long after another has ended: nobody reads it.
func TestCatchUp_isNotChangedByAnAbandonedAttempt(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	want := caughtUp(t, s, o)
	streamtest.Write(t, s, current.Inventory(staging.CaughtUp("reports")), orgtest.Record{Kind: "reports", N: 2, Modified: later, Name: "late"}.Line())
	streamtest.Write(t, s, current.Inventory(staging.Relisted("components")))
	if diff := cmp.Diff([]string{"1 reports 1", "2 reports 2", "4 reports 4"}, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	if got := standing(t, s, current, Components); len(got) != 2 {
		t.Errorf("components %q", got)
	}
	if diff := cmp.Diff(want, caughtUp(t, s, o)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}
