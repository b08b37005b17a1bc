package e2e_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/monitor"
	"longhaul/internal/report"
	"longhaul/internal/report/gather"
	"longhaul/internal/report/shelf"
	"longhaul/internal/simulator/project"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// TestPage_numbersAreThoseOfTheAccount holds the pages of a first sync and of a refresh against their results, their accounts and the files
// that the syncs left in the bucket by themselves.
func TestPage_numbersAreThoseOfTheAccount(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 300, Columns: 2}, thrifty)
	first := p.sync(t)
	d := pageOf(t, p.store, first)
	if first.States.Denied == 0 || !d.First || d.Record.Quota == nil || d.Quota.Max == 0 || d.BaseURL == "" {
		t.Errorf("%+v, of %+v", d, first.States)
	}
	before := d.Record.LeftOut
	p.churn(t, server.Churn{
		Create: 5, Rename: server.Picks{Number: 10}, Delete: server.Picks{Number: 3}, Private: server.Picks{Number: 4},
	})
	second := p.sync(t)
	d = pageOf(t, p.store, second)
	if before == nil || d.Record.LeftOut == nil || *d.Record.LeftOut != *before+4 {
		t.Errorf("of private reports %v were left out, then %v", before, d.Record.LeftOut)
	}
	counts := change.Counts{}
	if err := d.Changes(func(c change.Change) bool { counts.Add(&c); return true }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d.Record.Changes, counts); d.First || d.Record.Compared != first.Sync || counts[item.Report].Gone == 0 || diff != "" {
		t.Errorf("compared with %s, (-record +page):\n%s", d.Record.Compared, diff)
	}
}

// pageOf gathers the page of a sync, and compares its numbers with those of the sync.
func pageOf(t *testing.T, store *staging.Store, result workflows.Result) *report.Data {
	t.Helper()
	d, err := gather.Source{Store: store, Name: result.Source}.Gather(t.Context(), result.Sync)
	if err != nil {
		t.Fatal(err)
	}
	account := audit(t, store, result)
	html, err := store.Read(t.Context(), staging.PageKey(result.Source, result.Sync))
	if err != nil || !bytes.Contains(html, []byte(result.Sync)) {
		t.Errorf("the sync has written no page: %v", err)
	}
	table, err := store.Read(t.Context(), staging.GapsKey(result.Source, result.Sync))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff")))).ReadAll()
	if err != nil || int64(len(rows)-1) != result.States.Gaps() {
		t.Errorf("%d gaps are listed, %d are in the result, %v", len(rows)-1, result.States.Gaps(), err)
	}
	requireNumbers(t, d, result)
	gaps := int64(0)
	err = d.Gaps(func(g report.Gap) bool {
		gaps++
		if line := account["report"][g.ID]; line.Message != g.Words || line.State != string(g.State) || !strings.Contains(rows[gaps][2], g.ID) {
			t.Errorf("%+v, the account says %+v, the list %q", g, line, rows[gaps])
		}
		return true
	})
	if err != nil || gaps != result.States.Gaps() {
		t.Errorf("%d gaps, %v; the result has %+v", gaps, err, result.States)
	}
	reports := int64(0)
	err = d.Items(func(one item.Item) bool {
		if one.Kind == item.Report && one.Reason != "vanished" {
			reports++
			if line := account["report"][one.ID]; line.State != string(one.State) {
				t.Errorf("%+v, the account says %+v", one, line)
			}
		}
		return true
	})
	if err != nil || reports != result.States.Total() || d.Record.States[description.StateDenied] != result.States.Denied {
		t.Errorf("%d reports, %v", reports, err)
	}
	return d
}

// requireNumbers compares the sums of a page with the result of its sync.
func requireNumbers(t *testing.T, d *report.Data, result workflows.Result) {
	t.Helper()
	var sum report.Folder
	for _, f := range d.Folders {
		sum.Reports, sum.Columns, sum.Dashboards = sum.Reports+f.Reports, sum.Columns+f.Columns, sum.Dashboards+f.Dashboards
	}
	last := d.Series.Points[len(d.Series.Points)-1]
	if sum.Reports != result.States.Total()-result.States.Gone-result.States.Filtered || sum.Columns != result.States.Described+result.States.Reused ||
		sum.Dashboards != result.Kinds.Dashboards || last.Reports != result.States.Described || last.Calls != result.APICalls {
		t.Errorf("folders have %+v, the series ends with %+v; the result has %+v, %+v, %d calls", sum, last, result.States, result.Kinds, result.APICalls)
	}
	for i, point := range d.Series.Points[1:] {
		if before := d.Series.Points[i]; point.At.Before(before.At) || point.Reports < before.Reports || point.Calls < before.Calls {
			t.Errorf("%+v comes after %+v", point, before)
		}
	}
}

// TestPage_ofACancelledSyncHasTheNumbersOfItsMessage and so has its end, of reports that are described whatever came of them.
func TestPage_ofACancelledSyncHasTheNumbersOfItsMessage(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 1000, Columns: 1, Latency: 50e6}, nil)
	r := p.halfWay(t, 1000)
	if err := p.client.CancelWorkflow(t.Context(), r.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	result, message := monitor.End(r.Get(t.Context(), nil))
	if result == nil || result.Kept == 0 {
		t.Fatalf("%+v, %v", result, message)
	}
	d, err := gather.Source{Store: p.store, Name: "acme"}.Gather(t.Context(), result.Sync)
	if err != nil {
		t.Fatal(err)
	}
	html, err := p.store.Read(t.Context(), staging.PageKey("acme", result.Sync))
	if err != nil {
		t.Fatal(err)
	}
	last := d.Series.Points[len(d.Series.Points)-1]
	if d.End.Described != result.Kept || last.Reports != result.Kept || d.End.APICalls != result.APICalls || last.Calls != result.APICalls {
		t.Errorf("the end says %+v, the chart ends with %+v, the result has %d reports and %d calls", d.End, last, result.Kept, result.APICalls)
	}
	if kept := d.End.Kept(); !strings.Contains(message.Error(), kept) || !bytes.Contains(html, []byte(kept)) {
		t.Errorf("the message is %q, the page does not say %q", message, kept)
	}
}

// TestPage_forABrowser makes the pages that make page-check opens, in the folder LONGHAUL_PAGES: each is that of a sync that was run here, and has
// the numbers of its account.
func TestPage_forABrowser(t *testing.T) {
	t.Parallel()
	if os.Getenv("LONGHAUL_PAGES") == "" {
		t.Skip("`make page-check` runs it, and opens the pages (LONGHAUL_PAGES=FOLDER)")
	}
	t.Run("npsp", func(t *testing.T) {
		t.Parallel()
		options := server.Options{Reports: 300}
		if _, err := os.Stat(npsp); err == nil { // elsewhere the org is a made-up one
			if options.Org, err = project.Load(npsp); err != nil {
				t.Fatal(err)
			}
		}
		p := newPlant(t, options, nil)
		result := p.sync(t)
		keepPage(t, "npsp", p, result)
		pageOf(t, p.store, result)
	})
	t.Run("waits", func(t *testing.T) {
		t.Parallel()
		p := newPlant(t, server.Options{Reports: 300, Columns: 2, TypeMetadata: 1000, DailyLimit: 150}, thrifty)
		r := p.begin(t)
		r.days(t, p.sim)
		result := r.result(t)
		keepPage(t, "waits", p, result)
		d := pageOf(t, p.store, result)
		if !slices.ContainsFunc(d.Series.Waits, func(w history.Span) bool { return w.Reason == history.WaitQuota }) {
			t.Errorf("no wait for calls among %+v", d.Series.Waits)
		}
	})
	t.Run("changes", func(t *testing.T) {
		t.Parallel()
		p := newPlant(t, server.Options{Reports: 400, Columns: 30}, nil)
		p.sync(t)
		p.churn(t, server.Churn{
			Create: 5, Rename: server.Picks{Number: 4}, Move: server.Picks{Number: 4}, Delete: server.Picks{Number: 6}, Lose: server.Picks{Number: 7},
			Gain: server.Picks{Number: 3}, Deny: server.Picks{Number: 5}, Join: server.Picks{Number: 2}, Widen: server.Picks{Number: 2},
		})
		p.churn(t, server.Churn{Object: "Dashboard", Create: 1, Delete: server.Picks{Number: 2}})
		result := p.sync(t)
		keepPage(t, "changes", p, result)
		pageOf(t, p.store, result)
	})
	t.Run("many", func(t *testing.T) {
		t.Parallel()
		p := newPlant(t, server.Options{Reports: 50_000, Columns: 2, TypeMetadata: 1000}, nil)
		keepPage(t, "many", p, p.sync(t))
	})
}

// keepPage keeps the page of a sync for the browser.
func keepPage(t *testing.T, name string, p *plant, result workflows.Result) {
	t.Helper()
	d, err := gather.Source{Store: p.store, Name: result.Source}.Gather(t.Context(), result.Sync)
	if err != nil {
		t.Fatal(err)
	}
	requireNumbers(t, d, result)
	pages := shelf.Shelf{Store: p.store, Version: "test"}
	if _, err := pages.Fetch(t.Context(), result.Source, result.Sync, filepath.Join(os.Getenv("LONGHAUL_PAGES"), name+".html")); err != nil {
		t.Fatal(err)
	}
}
