package answer

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

func TestWhy_tellsOfAnAbsence(t *testing.T) {
	t.Parallel()
	w := planted(t)
	got := w.why(idOf("00O", 9))
	want := &Away{LastSync: w.syncs[0], Gone: began(w.syncs[1]), Back: began(w.syncs[3])}
	if diff := cmp.Diff(want, got.Matches[0].Away); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !got.Matches[0].FirstSeen.Equal(began(w.syncs[3])) {
		t.Errorf("first seen %v", got.Matches[0].FirstSeen)
	}
	for _, never := range []string{"healthy", "deleted"} {
		if m := w.why(never).Matches[0]; m.Away != nil {
			t.Errorf("%s: %+v", never, m.Away)
		}
	}
}

// TestWhy_tellsOfTheLastAbsence has reports that one sync, or two of them, did not have, one of them twice, and one that is gone again.
func TestWhy_tellsOfTheLastAbsence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	presence := map[int]string{1: "x.xxxxx", 2: "x..xxxx", 3: "x..xx.x", 4: "x.xx...", 5: "xxxxxxx", 6: "..xxxxx", 7: "xxx...."}
	for n := range len(presence[1]) {
		now := moment{}
		for number, in := range presence {
			if in[n] == 'x' {
				now[idOf("00O", number)] = report(fmt.Sprint("report ", number), 1)
			}
		}
		w.sync(now)
	}
	for number, want := range map[int][]int{1: {0, 1, 2}, 2: {0, 1, 3}, 3: {4, 5, 6}, 4: {0, 1, 2}, 5: nil, 6: nil, 7: nil} {
		m := w.why(idOf("00O", number)).Matches[0]
		if want == nil {
			if m.Away != nil {
				t.Errorf("%s: %+v", m.Name, m.Away)
			}
			continue
		}
		away := &Away{LastSync: w.syncs[want[0]], Gone: began(w.syncs[want[1]]), Back: began(w.syncs[want[2]])}
		if diff := cmp.Diff(away, m.Away); diff != "" || !m.FirstSeen.Equal(away.Back) {
			t.Errorf("%s, first seen %v (-want +got):\n%s", m.Name, m.FirstSeen, diff)
		}
	}
}

func TestWhy_tellsFormerNamesAndFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := idOf("00O", 1)
	now := moment{idOf("00l", 1): {kind: item.Folder, fields: change.Fields{change.Name: "Sales"}}}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		now = maps.Clone(now)
		now[id] = report(name, 1)
		if name == "g" {
			now[id] = report(name, 2)
			now[idOf("00l", 2)] = &thing{kind: item.Folder, fields: change.Fields{change.Name: "Service"}}
		}
		w.sync(now)
	}
	m := w.why(id).Matches[0]
	var names []string
	for _, one := range m.FormerNames {
		names = append(names, one.Was)
	}
	if diff := cmp.Diff([]string{"f", "e", "d", "c", "b"}, names); diff != "" || m.FormerName != "f" {
		t.Errorf("last %s (-want +got):\n%s", m.FormerName, diff)
	}
	if diff := cmp.Diff([]Former{{Was: "Sales", Until: began(w.syncs[6])}}, m.FormerFolders); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTrails_searchAsManyLogsAsTheyAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := idOf("00O", 1)
	for _, name := range []string{"a", "b", "c", "d"} {
		w.sync(moment{id: report(name, 1)})
	}
	n, err := w.engine.inquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int]int{0: 3, 1: 1, 2: 2, mostTraced: 3} {
		one, logs := &trail{}, n.logs().recent()
		logs.most = most
		if err := logs.trails(t.Context(), map[string]*trail{id: one}); err != nil || len(one.names) != want {
			t.Errorf("of %d logs %d names, want %d: %v", most, len(one.names), want, err)
		}
	}
}

func TestWhy_namesAFolderThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	folder := idOf("00l", 3)
	now := moment{folder: {kind: item.Folder, fields: change.Fields{change.Name: "Board papers"}}, idOf("00O", 9): report("stays", 1)}
	now[idOf("00l", 4)] = &thing{kind: item.Folder, fields: change.Fields{change.Name: "Drafts", change.Folder: folder}}
	for n := range 4 {
		now[idOf("00O", n+1)] = report("in it", 3)
	}
	w.sync(now)
	now = maps.Clone(now)
	delete(now, idOf("00O", 4)) // goes before
	w.sync(now)
	w.sync(moment{idOf("00O", 9): report("stays", 1)})
	m := w.why(idOf("00O", 1)).Matches[0]
	if m.Folder != "Board papers" || !strings.Contains(m.Reason, "Its folder went in the same sync, with 2 other reports and dashboards in it.") {
		t.Errorf("%s: %s", m.Folder, m.Reason)
	}
	if m := w.why(idOf("00O", 4)).Matches[0]; m.Folder != "Board papers" || strings.Contains(m.Reason, "Its folder went") {
		t.Errorf("%s: %s", m.Folder, m.Reason)
	}
	log := compare(w.moments[0], w.moments[2]) // of both syncs, as they are kept no longer
	early := log[idOf("00O", 4)]
	early.At = w.syncs[1]
	log[early.ID] = early
	w.drop(1, 0)
	w.drop(2, 1)
	w.log(w.syncs[2], w.syncs[0], log)
	if m := w.why(idOf("00O", 4)).Matches[0]; strings.Contains(m.Reason, "Its folder went") {
		t.Errorf("folded: %s", m.Reason)
	}
	w.engine.Org = &org{found: Found{Deleted: true, Calls: 1}}
	asked, err := w.engine.Why(t.Context(), Query{Of: idOf("00O", 1), AskOrg: true})
	if err != nil {
		t.Fatal(err)
	}
	m = asked.Matches[0]
	if m.Fix != "" || strings.Contains(m.Reason, "or hidden") ||
		!strings.Contains(m.Reason, "Its folder went") || !strings.Contains(m.InOrg, "recycle bin") {
		t.Errorf("%s / %s / %s", m.Reason, m.Fix, m.InOrg)
	}
}

func TestWhy_saysThatTheCatalogHasNoColumns(t *testing.T) {
	t.Parallel()
	w := planted(t)
	for of, want := range map[string]bool{"denied": true, "joined": true, "healthy": false, "deleted": false, idOf("01Z", 1): false} {
		if got := w.why(of).Matches[0].WithoutColumns; got != want {
			t.Errorf("%s: %v", of, got)
		}
	}
}

func TestWhy_hintsAtASuffixThatDoesNotFit(t *testing.T) {
	t.Parallel()
	w := planted(t)
	id := idOf("00O", 1)
	got := w.why(id[:15] + "zzz")
	if !strings.Contains(got.Unknown, "do not fit the first 15") || !strings.Contains(got.Unknown, "meant is "+id) {
		t.Errorf("%s", got.Unknown)
	}
}

func TestDiff_limitLimits(t *testing.T) {
	t.Parallel()
	w := grown(t, 5, 4, 30)
	whole, err := w.engine.Diff(t.Context(), Query{From: w.syncs[0], To: w.syncs[3]})
	if err != nil {
		t.Fatal(err)
	}
	q, pages := Query{From: w.syncs[0], To: w.syncs[3], Limit: 1}, 0
	for more := true; more; more = q.Cursor != "" {
		d, err := w.engine.Diff(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole.Totals, d.Totals); pages == 0 && diff != "" {
			t.Errorf("totals (-want +got):\n%s", diff)
		}
		pages++
		q.Cursor = d.Cursor
	}
	p := newPage(position{}, 0)
	changes := compare(w.moments[0], w.moments[3])
	for _, c := range changes {
		p.add(&c)
	}
	if pages != p.n || pages < 10 {
		t.Errorf("%d pages of one, %d entries", pages, p.n)
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	place := time.FixedZone("TST", 3600)
	got := Moments("Since the sync of 2026-11-29 23:20:31 UTC.", func(at time.Time) string { return at.In(place).Format("2 Jan 15:04 MST") })
	if got != "Since the sync of 30 Nov 00:20 TST." {
		t.Error(got)
	}
}
