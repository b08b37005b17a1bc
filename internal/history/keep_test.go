package history

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// daily is a source that synced once a day: the name of its report is the number of the last sync.
type daily struct {
	*testing.T
	store *staging.Store
}

func day(n int) string {
	return staging.SyncID(time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC).AddDate(0, 0, n), "ab12cd34")
}

// put runs the syncs of some days; the source has their records.
func (d daily) put(from, to int) {
	d.Helper()
	for n := from; n <= to; n++ {
		y := staging.Sync{Source: "acme", ID: day(n)}
		recorded(d.T, d.store, y)
		begun(d.T, d.store, y)
		streamtest.Write(d.T, d.store, staging.AccountKey("acme", y.ID))
		if n > 0 {
			d.log(n, n-1)
		}
	}
}

func (d daily) log(to, from int) {
	d.Helper()
	c := change.Change{
		ID: streamtest.ReportID(1), Kind: item.Report,
		Was: change.Fields{change.Name: fmt.Sprint(from)}, Now: change.Fields{change.Name: fmt.Sprint(to)},
	}
	line, err := c.Append(nil)
	if err != nil {
		d.Fatal(err)
	}
	streamtest.Write(d.T, d.store, staging.ChangesKey("acme", day(to), day(from)), string(line))
}

func (d daily) prune(n int, keep Keep) {
	d.Helper()
	if err := Prune(d.Context(), d.store, staging.Sync{Source: "acme", ID: day(n)}, keep); err != nil {
		d.Fatal(err)
	}
}

// logs lists the change logs as "from-to", and checks that each says what changed between the two.
func (d daily) logs() (all []string) {
	d.Helper()
	numbers := map[string]int{}
	for n := range 100 {
		numbers[day(n)] = n
	}
	for _, key := range streamtest.Keys(d.T, d.store, staging.ChangesPrefix("acme")) {
		to, from, _ := staging.ParseChanges("changes/" + key)
		all = append(all, fmt.Sprintf("%d-%d", numbers[from], numbers[to]))
		for _, line := range streamtest.Read(d.T, d.store, staging.ChangesPrefix("acme")+key) {
			c, err := change.Decode([]byte(line))
			if err != nil || c.Was[change.Name] != fmt.Sprint(numbers[from]) || c.Now[change.Name] != fmt.Sprint(numbers[to]) {
				d.Errorf("%s: %+v, %v", all[len(all)-1], c, err)
			}
		}
	}
	return all
}

func (d daily) days(prefix string) (all []string) {
	d.Helper()
	for n := range 100 {
		for _, key := range streamtest.Keys(d.T, d.store, prefix) {
			if strings.HasPrefix(key, day(n)) {
				all = append(all, fmt.Sprint(n))
			}
		}
	}
	return all
}

func TestPrune_keepsSoMuchOfThePast(t *testing.T) {
	t.Parallel()
	d := daily{t, streamtest.Open(t, "mem://")}
	d.put(0, 9)
	end := staging.Sync{Source: "acme", ID: day(2)}.End()
	if err := d.store.WriteJSON(t.Context(), end, End{Outcome: "failed"}); err != nil {
		t.Fatal(err)
	}
	keep := Keep{Accounts: 3, Days: 5}
	d.prune(9, keep)
	check := func(what string, want, got []string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("logs", []string{"0-4", "4-5", "5-6", "6-7", "7-8", "8-9"}, d.logs())
	check("accounts", []string{"7", "8", "9"}, d.days(staging.AccountsPrefix("acme")))
	check("starts", []string{"4", "5", "6", "7", "8", "9"}, d.days(staging.StartsPrefix("acme")))
	check("ends", nil, d.days(staging.EndsPrefix("acme")))
	if records := streamtest.Keys(t, d.store, staging.RecordPrefix("acme")); len(records) != 10 {
		t.Errorf("%d records are left", len(records))
	}
	d.put(10, 10)
	d.prune(10, keep)
	check("a day later, logs", []string{"0-5", "5-6", "6-7", "7-8", "8-9", "9-10"}, d.logs())
	before := streamtest.Keys(t, d.store, "")
	d.prune(10, keep)
	check("pruned again", before, streamtest.Keys(t, d.store, ""))
	d.prune(10, Keep{})
	check("with more to keep", before, streamtest.Keys(t, d.store, ""))
}

func TestPrune_removesWhatSyncsWithoutARecordLeft(t *testing.T) {
	t.Parallel()
	d := daily{t, streamtest.Open(t, "mem://")}
	d.put(0, 1)
	for _, n := range []int{2, 4} { // cancelled, and one that began after the newest record
		streamtest.Write(t, d.store, staging.AccountKey("acme", day(n)))
		d.log(n, 1)
	}
	d.put(3, 3)
	d.log(3, 1)
	if err := d.store.Delete(t.Context(), staging.ChangesKey("acme", day(3), day(2))); err != nil {
		t.Fatal(err)
	}
	d.prune(3, Keep{})
	if diff := cmp.Diff([]string{"0-1", "1-3", "1-4"}, d.logs()); diff != "" {
		t.Errorf("logs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"0", "1", "3", "4"}, d.days(staging.AccountsPrefix("acme"))); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}

// Where the logs break, or one of them is torn, what is before that goes when its time has come.
func TestPrune_ofLogsThatBreak(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(d daily){
		"no log leads from 2 to 3": func(d daily) {
			if err := d.store.Delete(d.Context(), staging.ChangesKey("acme", day(3), day(2))); err != nil {
				d.Fatal(err)
			}
		},
		"the log from 2 to 3 is torn": func(d daily) { streamtest.Tear(d.T, d.store, staging.ChangesKey("acme", day(3), day(2))) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := daily{t, streamtest.Open(t, "mem://")}
			d.put(0, 9)
			spoil(d)
			d.prune(9, Keep{Days: 4})
			if diff := cmp.Diff([]string{"3-5", "5-6", "6-7", "7-8", "8-9"}, d.logs()); diff != "" {
				t.Errorf("logs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPrune_ofTwoLogsThatBeginAtOneSync has a sync that another one overtook: both were compared with the one before.
func TestPrune_ofTwoLogsThatBeginAtOneSync(t *testing.T) {
	t.Parallel()
	for days, want := range map[int][]string{
		7: {"0-2", "0-3", "3-4", "4-5", "5-6", "6-7", "7-8", "8-9"}, 5: {"0-4", "4-5", "5-6", "6-7", "7-8", "8-9"},
	} {
		for range 10 { // in whatever order the logs are looked at
			d := daily{t, streamtest.Open(t, "mem://")}
			d.put(0, 9)
			d.log(3, 1)
			if err := d.store.Delete(t.Context(), staging.ChangesKey("acme", day(3), day(2))); err != nil {
				t.Fatal(err)
			}
			d.prune(9, Keep{Days: days})
			if diff := cmp.Diff(want, d.logs()); diff != "" {
				t.Fatalf("%d days (-want +got):\n%s", days, diff)
			}
		}
	}
}

func TestCountChanges_overMoreLogsThanMayBeOpen(t *testing.T) {
	t.Parallel()
	d := daily{t, streamtest.Open(t, "mem://")}
	d.put(0, 40)
	sync := staging.Sync{Source: "acme", ID: day(40)}
	for from, want := range map[int]change.Counts{0: {item.Report: {Renamed: 1}}, 39: {item.Report: {Renamed: 1}}, 40: {}} {
		counts, ok, err := CountChanges(t.Context(), d.store, sync, day(from))
		if diff := cmp.Diff(want, counts); diff != "" || !ok || err != nil {
			t.Errorf("from %d: %v, %v, (-want +got):\n%s", from, ok, err, diff)
		}
	}
	if left := streamtest.Keys(t, d.store, sync.SortPrefix()); len(left) > 0 {
		t.Errorf("left in the bucket: %q", left)
	}
	if err := d.store.Delete(t.Context(), staging.ChangesKey("acme", day(20), day(19))); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[int]bool{0: false, 19: false, 20: true} {
		if _, ok, err := CountChanges(t.Context(), d.store, sync, day(from)); ok != want || err != nil {
			t.Errorf("from %d: %v, %v", from, ok, err)
		}
	}
}

// Pages of syncs without a record are kept too: somebody may have been sent a link to one.
func TestPrune_keepsThePagesOfAsManySyncsAsAccounts(t *testing.T) {
	t.Parallel()
	d := daily{t, streamtest.Open(t, "mem://")}
	d.put(0, 5)
	for n := range 6 {
		for _, key := range []string{staging.PageKey("acme", day(n)), staging.GapsKey("acme", day(n))} {
			if err := d.store.WriteJSON(t.Context(), key, n); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := d.store.Delete(t.Context(), staging.RecordKey("acme", day(4))); err != nil {
		t.Fatal(err)
	}
	streamtest.Write(t, d.store, staging.Sync{Source: "acme", ID: day(5)}.Described())
	d.prune(5, Keep{Accounts: 3})
	var want []string
	for n := 3; n < 6; n++ {
		want = append(want, day(n)+staging.GapsSuffix, day(n)+staging.PageSuffix)
	}
	if diff := cmp.Diff(want, streamtest.Keys(t, d.store, staging.PagePrefix("acme"))); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}
