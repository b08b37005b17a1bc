package storetest_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
	"longhaul/internal/storetest"
	"longhaul/internal/streamtest"
)

// day is a sync of a source that syncs once a day.
func day(n int) staging.Sync {
	at := time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC).AddDate(0, 0, n)
	return staging.Sync{Source: "acme", ID: staging.SyncID(at, "ab12cd34")}
}

// renaming is a source whose report has another name after each of its syncs, 0 to last.
func renaming(t *testing.T, s *staging.Store, last int) {
	t.Helper()
	for n := range last + 1 {
		if err := s.WriteJSON(t.Context(), staging.RecordKey("acme", day(n).ID), history.Record{Sync: day(n).ID}); err != nil {
			t.Fatal(err)
		}
		streamtest.Write(t, s, staging.AccountKey("acme", day(n).ID))
		if n == 0 {
			continue
		}
		c := change.Change{ID: streamtest.ReportID(1), Kind: item.Report}
		c.Was, c.Now = change.Fields{change.Name: fmt.Sprint(n - 1)}, change.Fields{change.Name: fmt.Sprint(n)}
		line, err := c.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		streamtest.Write(t, s, staging.ChangesKey("acme", day(n).ID, day(n-1).ID), string(line))
	}
	streamtest.Write(t, s, day(last).Described())
}

// TestPrune_losesNothingWhereverItIsCutShort lets a store refuse everything after so many writes and deletes: what is left always says
// what changed from the first sync to the last, and the next Prune ends as one that was not cut short.
func TestPrune_losesNothingWhereverItIsCutShort(t *testing.T) {
	t.Parallel()
	const last = 6
	keep := history.Keep{Accounts: 2, Days: 3}
	want := []string{
		staging.ChangesKey("acme", day(3).ID, day(0).ID), staging.ChangesKey("acme", day(4).ID, day(3).ID),
		staging.ChangesKey("acme", day(5).ID, day(4).ID), staging.ChangesKey("acme", day(6).ID, day(5).ID),
	}
	for most := range int64(40) {
		p := storetest.NewMemory(t, false)
		s := open(t, storetest.S3, p)
		renaming(t, s, last)
		var done atomic.Int64
		p.Set(func(w http.ResponseWriter, r *http.Request) bool {
			changes := r.Method == http.MethodPut || r.Method == http.MethodDelete
			return changes && done.Add(1) > most && storetest.Refusal(storetest.S3, http.StatusForbidden, "AccessDenied")(w, r)
		})
		cut := history.Prune(t.Context(), s, day(last), keep)
		p.Set(nil)
		counts, ok, err := history.CountChanges(t.Context(), s, day(last), day(0).ID)
		if diff := cmp.Diff(change.Counts{item.Report: {Renamed: 1}}, counts); !ok || err != nil || diff != "" {
			t.Errorf("cut after %d steps: %v, %v, %s", most, ok, err, diff)
		}
		if err := history.Prune(t.Context(), s, day(last), keep); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, prefixed(staging.ChangesPrefix("acme"), streamtest.Keys(t, s, staging.ChangesPrefix("acme")))); diff != "" {
			t.Errorf("cut after %d steps, then done (-want +got):\n%s", most, diff)
		}
		if accounts := streamtest.Keys(t, s, staging.AccountsPrefix("acme")); len(accounts) != keep.Accounts {
			t.Errorf("cut after %d steps, then done: %d accounts", most, len(accounts))
		}
		if cut == nil {
			if most < 10 {
				t.Errorf("it was done after %d steps", most)
			}
			return
		}
	}
	t.Error("it was never done")
}

func prefixed(prefix string, names []string) (keys []string) {
	for _, name := range names {
		keys = append(keys, prefix+name)
	}
	return keys
}

// TestPrune_whereNothingMayBeDeleted keeps all logs, and no more with each further sync.
func TestPrune_whereNothingMayBeDeleted(t *testing.T) {
	t.Parallel()
	p := storetest.NewMemory(t, false)
	s := open(t, storetest.S3, p)
	renaming(t, s, 6)
	p.Set(storetest.Refusal(storetest.S3, http.StatusForbidden, "AccessDenied", http.MethodDelete))
	var before []string
	for range 3 {
		if err := history.Prune(t.Context(), s, day(6), history.Keep{Accounts: 90, Days: 3}); err == nil {
			t.Error("it says nothing")
		}
		keys := streamtest.Keys(t, s, "")
		if before != nil {
			if diff := cmp.Diff(before, keys); diff != "" {
				t.Errorf("at the next time (-before +after):\n%s", diff)
			}
		}
		before = keys
	}
}
