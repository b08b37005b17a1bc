package lookback

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/history/answer"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/internal/warning"
)

// drift is a report type whose fields change though no date tells.
type drift struct {
	name    string
	reports []string // described ones of that type
}

// largestType finds the type of most reports.
func (p *plant) largestType(all *truth) drift {
	types := map[string][]string{}
	for i := range p.org.Count("Report") {
		id, d := p.org.ID("Report", i), p.org.Describe(i)
		if r := all.records[id]; r != nil && r.state == "described" {
			types[d.ReportType] = append(types[d.ReportType], id)
		}
	}
	most := slices.MaxFunc(slices.Sorted(maps.Keys(types)), func(a, b string) int { return len(types[a]) - len(types[b]) })
	return drift{most, types[most]}
}

// change relabels fields so that each report has one of them, and takes another field from the type.
func (d drift) change(columns int, at org.Org) server.Churn {
	offered := org.ColumnsOf(at, d.name)
	slices.SortFunc(offered, func(a, b org.Column) int { return number(a.Key) - number(b.Key) })
	c := server.Churn{Drop: []server.Field{{Type: d.name, Column: offered[1].Key}}}
	for n := 0; n < columns+20; n += columns {
		c.Relabel = append(c.Relabel, server.Field{Type: d.name, Column: offered[n].Key, Label: "Another label " + offered[n].Key})
	}
	return c
}

// number is the number in the key of a generated column.
func number(key string) (n int) {
	for _, digit := range strings.FieldsFunc(key, func(r rune) bool { return r < '0' || r > '9' }) {
		n = 0
		for _, one := range digit {
			n = 10*n + int(one-'0')
		}
	}
	return n
}

// days are those on which a sync runs: all of them, or those on which it has something to find.
func days() []int {
	var all []int
	for day := 1; day <= 32; day++ {
		if whole() || day == 1 || day > 13 && day < 19 {
			all = append(all, day)
		}
	}
	return all
}

// TestDrift_isFoundWithinThePeriod changes fields of a type without a date, and lets a sync a day find it.
func TestDrift_isFoundWithinThePeriod(t *testing.T) {
	t.Parallel()
	const columns = 10
	p := newPlant(t, server.Options{Reports: 260, Columns: columns, TypeMetadata: 1000, Clock: morning{time.Now()}}, nil)
	syncs := []*truth{p.keepAside(t, p.sync(t, nil), nil)}
	d := p.largestType(syncs[0])
	p.churn(t, d.change(columns, p.org))
	found, renewed, before := 0, 0, 0
	for _, day := range days() {
		p.pass(t, time.Duration(day-before)*24*time.Hour)
		before = day
		now := p.keepAside(t, p.sync(t, nil), syncs[len(syncs)-1])
		if found == 0 && len(compare(syncs[len(syncs)-1], now)) > 0 {
			found = day
		}
		if renewed == 0 && p.record(t, now.sync).Audits[d.name].Renew {
			renewed = day
		}
		syncs = append(syncs, now)
	}
	t.Logf("drift of %s, of %d reports, was found on day %d, and the type described again after day %d", d.name, len(d.reports), found, renewed)
	if found == 0 || found > 30 || renewed < found || renewed > 30 {
		t.Errorf("drift was found on day %d, and the type is to be described again after day %d, want both within 30 days", found, renewed)
	}
	last := syncs[len(syncs)-1]
	p.pass(t, time.Hour)
	full := p.keepAside(t, p.sync(t, map[string]any{"mode": "full"}), last)
	if rest := compare(last, full); len(rest) > 0 {
		t.Errorf("a whole sync finds what the audits did not: %q", rest)
	}
	want := compare(syncs[0], last)
	got, totals := p.said(t, syncs[0].sync, last.sync)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) || totals["report"].Columns+totals["report"].Lost != int64(len(d.reports)) {
		t.Errorf("diff says of %d reports %+v: %q, want %q", len(d.reports), totals, got, want)
	}
	past{p, syncs}.requireTold(t, d)
}

// requireTold looks for the drift in the history, and in the warnings.
func (p past) requireTold(t *testing.T, d drift) {
	t.Helper()
	page, err := p.engine().History(t.Context(), answer.Query{Question: answer.AskHistory, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	changed, warned := int64(0), false
	for _, one := range page.Syncs {
		changed += one.Changes["report"].Columns + one.Changes["report"].Lost
	}
	for _, one := range p.syncs {
		for _, w := range one.result.Warnings {
			warned = warned || w.Code == warning.TypesRenewed
		}
	}
	if changed != int64(len(d.reports)) {
		t.Errorf("the history counts %d reports with other columns, want %d", changed, len(d.reports))
	}
	if !warned {
		t.Error("no sync warns that a type is described again")
	}
}
