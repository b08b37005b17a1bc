package lookback

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history/answer"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// TestKeep_atItsBounds lets syncs go that are kept no longer, and looks after each sync at what is left, and at what can be asked of it.
func TestKeep_atItsBounds(t *testing.T) {
	t.Parallel()
	const accounts, days, passes = 3, 2, 11
	p := newPlant(t, server.Options{Reports: 120, Columns: 3, TypeMetadata: 1000, Clock: morning{time.Now()}}, func(s *source.Source) {
		s.Keep = source.Keep{Accounts: accounts, Days: days}
	})
	them, syncs := newPeople(), []*truth{p.keepAside(t, p.sync(t, nil), nil)}
	victim := (&garden{newest: syncs[0], taken: map[string]bool{}}).report(t)
	for n := 1; n < passes; n++ {
		if n == 2 {
			p.churn(t, server.Churn{Delete: ids(victim)})
		}
		them.work(t, p)
		p.pass(t, 12*time.Hour)
		syncs = append(syncs, p.keepAside(t, p.sync(t, nil), syncs[n-1]))
		past{p, syncs}.requireKept(t, accounts, days)
	}
	past{p, syncs}.requireServed(t)
	w, err := p.engine().Why(t.Context(), answer.Query{Question: answer.AskWhy, Of: victim})
	if err != nil || len(w.Matches) != 1 {
		t.Fatalf("%+v, %v", w, err)
	}
	gone := slices.IndexFunc(syncs, func(one *truth) bool { return !one.records[victim].exists() })
	began, _, _ := staging.ParseSyncID(syncs[gone].sync)
	if m := w.Matches[0]; m.State != "gone" || !m.Since.Equal(began) || m.LastSync != syncs[gone-1].sync || m.Name != syncs[gone-1].records[victim].name {
		t.Errorf("of what went before the accounts, and in a log that was folded, why says %s (%q) since %s, last in %s; want %q gone since %s",
			m.State, m.Name, m.Since, m.LastSync, syncs[gone-1].records[victim].name, syncs[gone].sync)
	}
}

// names are those of the objects in a folder of the source.
func (p *plant) names(t *testing.T, folder, suffix string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(p.dir, "bucket", "sources", acme, folder))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name, is := strings.CutSuffix(entry.Name(), suffix); is {
			all = append(all, name)
		}
	}
	return all
}

// requireKept looks at what is left. What began just as long ago as days are kept is kept.
func (p past) requireKept(t *testing.T, accounts, days int) {
	t.Helper()
	var all, young []string
	newest, _, _ := staging.ParseSyncID(p.syncs[len(p.syncs)-1].sync)
	for _, one := range p.syncs {
		all = append(all, one.sync)
		if began, _, _ := staging.ParseSyncID(one.sync); newest.Sub(began) <= time.Duration(days)*24*time.Hour {
			young = append(young, one.sync)
		}
	}
	var logs []string
	from := all[0]
	for _, to := range all[1:] {
		if slices.Contains(young, to) {
			logs = append(logs, to+"@"+from)
			from = to
		}
	}
	for _, one := range []struct {
		folder, suffix string
		want           []string
	}{
		{"records", ".json", all},
		{"accounts", ".jsonl.zst", all[max(len(all)-accounts, 0):]},
		{"changes", ".jsonl.zst", logs},
		{"starts", ".json", young},
	} {
		if diff := cmp.Diff(one.want, p.names(t, one.folder, one.suffix)); diff != "" {
			t.Errorf("after sync %d, %s (-want +got):\n%s", len(p.syncs), one.folder, diff)
		}
	}
}

// requireServed asks for the difference of all pairs. Those at the ends of logs are told, others are refused.
func (p past) requireServed(t *testing.T) {
	t.Helper()
	ends := map[string]bool{}
	for _, log := range p.names(t, "changes", ".jsonl.zst") {
		to, from, _ := strings.Cut(log, "@")
		ends[to], ends[from] = true, true
	}
	served := 0
	for _, a := range p.syncs {
		for _, b := range p.syncs {
			switch {
			case a == b:
			case ends[a.sync] && ends[b.sync]:
				served++
				want := compare(a, b)
				got, _ := p.said(t, a.sync, b.sync)
				slices.Sort(want)
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("diff %s %s (-files +diff):\n%s", a.sync, b.sync, diff)
				}
			default:
				if d, err := p.engine().Diff(t.Context(), answer.Query{From: a.sync, To: b.sync}); err == nil || !strings.Contains(err.Error(), "not kept") {
					t.Errorf("diff %s %s: %+v, %v; want a refusal", a.sync, b.sync, d, err)
				}
			}
		}
	}
	if served < 20 {
		t.Errorf("%d pairs were served", served)
	}
}
