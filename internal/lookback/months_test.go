package lookback

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// size is how much of the months is tried.
type size struct{ reports, days, pairs int }

func sizes() size {
	if whole() {
		return size{reports: 2000, days: 90, pairs: 200}
	}
	return size{reports: 300, days: 3, pairs: 20}
}

// TestMonths_ofTwoSyncsADay lets people work for months, and asks afterwards what a plain copy of the files of each sync knows better.
func TestMonths_ofTwoSyncsADay(t *testing.T) {
	t.Parallel()
	s := sizes()
	p := newPlant(t, server.Options{Reports: s.reports, Columns: 4, TypeMetadata: 1000}, nil)
	them := newPeople()
	var syncs []*truth
	for n := range 2 * s.days {
		var before *truth
		if n > 0 {
			them.work(t, p)
			p.pass(t, 12*time.Hour)
			before = syncs[n-1]
		}
		input := map[string]any{}
		if n%7 == 3 {
			input["upload"] = false
		}
		syncs = append(syncs, p.keepAside(t, p.sync(t, input), before))
		syncs[n].deliver = len(input) == 0
	}
	syncs, cases := p.plantCases(t, syncs)
	then := past{p, syncs}
	then.requireHistory(t)
	then.requireDiffs(t, s.pairs)
	then.requireWhy(t, cases)
	then.requireSmall(t)
	used := peak(func() { p.said(t, syncs[0].sync, syncs[len(syncs)-1].sync) })
	t.Logf("a diff of the first and the last sync needs %d MB", used>>20)
	if used > mostMemory {
		t.Errorf("a diff needs %d bytes of memory", used)
	}
}

// mostMemory bounds what a diff may need beyond what is in use, with what waits for the garbage collector: the truth of all syncs lies in
// the same memory.
const mostMemory = 512 << 20

// pass moves the time on. The clock of the worker, which stands still meanwhile, dates the usage, so what is left of it is removed as by
// a sync of days later.
func (p *plant) pass(t *testing.T, d time.Duration) {
	t.Helper()
	p.sim.Advance(d)
	if err := os.RemoveAll(filepath.Join(p.dir, "bucket", "sources", acme, "usage")); err != nil {
		t.Fatal(err)
	}
}

// requireHistory asks for all syncs, page by page.
func (p past) requireHistory(t *testing.T) {
	t.Helper()
	var got []answer.Sync
	q := answer.Query{Question: answer.AskHistory}
	for {
		page, err := p.engine().History(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page.Syncs...)
		if q.Cursor = page.Cursor; q.Cursor == "" {
			break
		}
	}
	if len(got) != len(p.syncs) {
		t.Fatalf("history lists %d syncs of %d", len(got), len(p.syncs))
	}
	for i, one := range got {
		want := p.syncs[len(p.syncs)-1-i]
		began, _, _ := staging.ParseSyncID(want.sync)
		covered := one.Coverage != nil && *one.Coverage == want.result.Coverage
		if one.Trigger != history.TriggerOther || !one.Started.Truncate(time.Millisecond).Equal(began) || one.Seconds < 0 || !covered {
			t.Errorf("history says %+v, and the sync began at %s with coverage %v", one, began, want.result.Coverage)
		}
		if one.Sync != want.sync || one.Outcome != string(want.result.Outcome) || one.APICalls != want.result.APICalls {
			t.Errorf("history says %+v, and the sync was %s, %s, of %d calls", one, want.sync, want.result.Outcome, want.result.APICalls)
		}
	}
	requireCounts(t, got, p.syncs)
}

func (p past) requireDiffs(t *testing.T, pairs int) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	things := 0
	for range pairs {
		a, b := p.syncs[random.IntN(len(p.syncs))], p.syncs[random.IntN(len(p.syncs))]
		if a == b {
			continue
		}
		want := compare(a, b)
		got, _ := p.said(t, a.sync, b.sync)
		things += len(want)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("diff %s %s (-files +diff):\n%s", a.sync, b.sync, diff)
		}
	}
	t.Logf("%d pairs of syncs differ in %d things", pairs, things)
}
