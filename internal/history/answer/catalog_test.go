package answer

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// delivered says whether a sync was delivered.
func delivered(is bool) func(*history.Record) {
	return func(r *history.Record) {
		d := history.Delivery{Delivered: is}
		if is {
			d.Receipts = []history.Receipt{{At: r.Started.Add(2 * time.Hour)}}
		}
		r.Exports = map[string]history.Delivery{"castor": d}
	}
}

// before and after a sync that was delivered.
func changed() (was, now moment) {
	was = moment{
		idOf("00O", 1): report("same", 1), idOf("00O", 2): report("old name", 1), idOf("00O", 3): report("moved", 1),
		idOf("00O", 4): report("denied now", 1), idOf("00O", 5): without(description.ReasonNoAccess, "described now"),
		idOf("00O", 6): report("gone now", 1), idOf("00O", 7): report("gone in listing", 1), idOf("00O", 9): report("other columns", 1),
		idOf("00l", 1): {kind: item.Folder, fields: change.Fields{change.Name: "Sales"}},
		idOf("00l", 2): {kind: item.Folder, fields: change.Fields{change.Name: "Service"}},
	}
	was[idOf("00O", 9)].columns = map[string]change.Column{"A": {Label: "A", Type: "string"}}
	now = maps.Clone(was)
	now[idOf("00O", 2)] = report("new name", 1)
	now[idOf("00O", 3)] = report("moved", 2)
	now[idOf("00O", 4)] = without(description.ReasonNoAccess, "denied now")
	now[idOf("00O", 5)] = report("described now", 1)
	delete(now, idOf("00O", 6))
	now[idOf("00O", 7)] = without(description.ReasonGone, "gone in listing")
	now[idOf("00O", 8)] = report("new", 1)
	now[idOf("00O", 9)] = report("other columns", 1)
	return was, now
}

// requireInCatalog compares what is said of each record with the delivery of a sync.
func (w *world) requireInCatalog(sync string) {
	w.t.Helper()
	at := began(sync).Add(2 * time.Hour)
	for n, want := range map[int]InCatalog{
		1: {Has: true}, 2: {Has: true, Name: "old name"}, 3: {Has: true, Folder: "Sales"}, 4: {Has: true, Columns: ColumnsThere},
		5: {Has: true, Columns: ColumnsNone}, 6: {Has: true}, 7: {Has: true}, 8: {}, 9: {Has: true, Columns: ColumnsOthers},
	} {
		want.Sync, want.At = sync, at
		got := w.why(idOf("00O", n))
		if diff := cmp.Diff(map[string]*InCatalog{"castor": &want}, got.Matches[0].InCatalog, cmpopts.EquateEmpty()); diff != "" {
			w.t.Errorf("%s (-want +got):\n%s", got.Matches[0].Name, diff)
		}
	}
}

// TestWhy_comparesWithTheLastDelivery where the last syncs delivered nothing; of the last one that did, the account is kept at first.
func TestWhy_comparesWithTheLastDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	was, now := changed()
	w.sync(moment{}, delivered(true))
	last := w.sync(was, delivered(true))
	w.sync(now, delivered(false))
	for range 2 * atOnce {
		w.sync(now, delivered(false))
	}
	w.requireInCatalog(last)
	if err := w.store.Delete(t.Context(), staging.AccountKey(source, last)); err != nil {
		t.Fatal(err)
	}
	w.requireInCatalog(last)
	if err := w.store.Delete(t.Context(), staging.ChangesKey(source, w.syncs[2], last)); err != nil {
		t.Fatal(err)
	}
	if m := w.why("same").Matches[0]; !m.InCatalog["castor"].Unknown || m.InCatalog["castor"].Has {
		t.Errorf("neither its account nor the logs are kept: %+v", m.InCatalog["castor"])
	}
}

func TestWhy_ofWhatTheNewestSyncDelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	was, now := changed()
	w.sync(was, delivered(true))
	newest := w.sync(now, delivered(true))
	for of, has := range map[string]bool{"new name": true, idOf("00O", 6): false, idOf("00O", 7): false} {
		c := w.why(of).Matches[0].InCatalog["castor"]
		if c.Sync != newest || c.Has != has || c.Old() || c.Unknown {
			t.Errorf("%s, of what the newest sync delivered: %+v", of, c)
		}
	}
}

func TestWhy_ofASourceThatDeliveredNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sync(moment{idOf("00O", 1): report("a", 1)}, delivered(false))
	if c := w.why("a").Matches[0].InCatalog["castor"]; c == nil || c.Has || c.Sync != "" || c.Unknown {
		t.Errorf("%+v", c)
	}
}

// fail keeps a moment as a sync that failed at its upload does: its start, its account, its log and its end, but no record.
func (w *world) fail(now moment) string {
	w.t.Helper()
	id, last := w.id(), w.syncs[len(w.syncs)-1]
	w.account(id, now)
	w.log(id, last, compare(w.moments[len(w.moments)-1], now))
	key := staging.Sync{Source: source, ID: id}
	w.json(key.Start(), history.Start{Started: began(id)})
	w.json(key.End(), history.End{Outcome: "failed", Phase: "upload", At: began(id).Add(time.Hour)})
	return id
}

// TestWhy_knowsWhatASyncReadThatFailedAtItsUpload, until a sync after it has a record.
func TestWhy_knowsWhatASyncReadThatFailedAtItsUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	was, now := changed()
	last := w.sync(was, delivered(true))
	since := maps.Clone(w.since)
	failed := w.fail(now)
	w.requireInCatalog(last)
	got := w.why("new")
	want := []Unrecorded{{Sync: failed, Outcome: "failed", Phase: "upload", Account: true}}
	if diff := cmp.Diff(want, got.Unrecorded); diff != "" || got.Matches[0].LastSync != failed || got.Matches[0].DeliveredAt != nil {
		t.Errorf("%+v (-want +got):\n%s", got.Matches[0], diff)
	}
	if m := w.why("gone now").Matches[0]; m.State != "gone" || m.LastSync != last || !m.Since.Equal(began(failed)) {
		t.Errorf("%+v", m)
	}
	if m := w.why("old name").Matches[0]; m.Name != "new name" || m.FormerName != "old name" {
		t.Errorf("%+v", m)
	}
	w.since = since
	w.syncs, w.moments = append(w.syncs, failed), append(w.moments, w.moments[0]) // the next sync counts from the one with a record
	w.sync(was, delivered(true))
	if err := w.store.Delete(t.Context(), staging.ChangesKey(source, w.syncs[2], failed)); err != nil {
		t.Fatal(err)
	}
	w.log(w.syncs[2], last, nil)
	if got := w.why("new"); len(got.Matches) > 0 || len(got.Unrecorded) > 0 {
		t.Errorf("once there is a newer record: %+v", got)
	}
}

// TestWhy_knowsWhatTheFirstSyncReadThoughItFailed has no record at all.
func TestWhy_knowsWhatTheFirstSyncReadThoughItFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.id()
	w.account(id, moment{idOf("00O", 1): report("a", 1)})
	w.json(staging.Sync{Source: source, ID: id}.Start(), history.Start{Started: began(id)})
	if got := w.why("a"); len(got.Matches) != 1 || got.Matches[0].LastSync != id || len(got.Unrecorded) != 1 || got.Unrecorded[0].Outcome != history.OutcomeUnknown {
		t.Errorf("%+v", got)
	}
	if got := w.why("b"); len(got.Matches) > 0 || !strings.Contains(got.Unknown, "No sync that is kept") {
		t.Errorf("%+v", got)
	}
}

// TestWhy_looksIntoTheListingOfASyncThatWasCancelled, which left no account.
func TestWhy_looksIntoTheListingOfASyncThatWasCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sync(moment{idOf("00O", 1): report("known", 1)}, delivered(true))
	key := staging.Sync{Source: source, ID: w.id()}
	w.json(key.Start(), history.Start{Started: began(key.ID)})
	w.json(key.End(), history.End{Outcome: "cancelled", Phase: "describe", At: began(key.ID).Add(time.Hour)})
	refused := staging.Sync{Source: source, ID: staging.SyncID(began(key.ID).Add(time.Hour), "ffffffff")}
	w.json(refused.End(), history.End{Outcome: "failed", Phase: "authenticate"}) // it read nothing
	listed := func(of string) Unrecorded {
		t.Helper()
		got := w.why(of)
		if len(got.Matches) > 0 || len(got.Unrecorded) != 1 || got.Unrecorded[0].Sync != key.ID || got.Unrecorded[0].Outcome != "cancelled" {
			t.Fatalf("%s: %+v", of, got)
		}
		return got.Unrecorded[0]
	}
	if u := listed(idOf("00O", 2)); u.Listed != "" {
		t.Errorf("without a listing: %+v", u)
	}
	streamtest.Write(t, w.store, key.Inventory("reports"),
		`{"Id":"`+idOf("00O", 1)+`","Name":"known"}`, `{"Id":"`+idOf("00O", 2)+`","Name":"Created 48"}`, `{"Id":"`+idOf("00O", 4)+`","Name":"other"}`)
	for of, want := range map[string][2]string{
		idOf("00O", 2): {ListedYes, "Created 48"}, idOf("00O", 3): {ListedNo, ""}, "created 48": {ListedYes, "Created 48"}, "none": {"", ""},
		idOf("01Z", 2): {"", ""},
	} {
		if u := listed(of); u.Listed != want[0] || u.Name != want[1] {
			t.Errorf("%s: %+v", of, u)
		}
	}
	if got := w.why("known"); len(got.Unrecorded) != 1 || got.Unrecorded[0].Listed != "" {
		t.Errorf("of what is known: %+v", got.Unrecorded)
	}
}
