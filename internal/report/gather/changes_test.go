package gather

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

func TestGather_changesComeOnceAndWhatWasLostFirst(t *testing.T) {
	t.Parallel()
	o := newOrg(t, 8)
	column := &change.Column{Label: "A", Type: "string"}
	counts := change.Counts{}
	var lines []string
	for _, c := range []change.Change{
		{ID: id("00O", 1), Kind: item.Report, Added: true, Now: change.Fields{change.Name: "new"}},
		{ID: id("00O", 2), Kind: item.Report, Columns: map[string]change.ColumnChange{"A": {nil, column}}},
		{ID: id("00O", 3), Kind: item.Report, Gone: true, Was: change.Fields{change.Name: "old"}},
		{
			ID: id("00O", 4), Kind: item.Report, Was: change.Fields{change.State: "described"}, Now: change.Fields{change.State: "denied"},
			Columns: map[string]change.ColumnChange{"A": {column, nil}},
		},
		{ID: id("00O", 5), Kind: item.Report, Columns: map[string]change.ColumnChange{"A": {column, nil}}},
		{ID: id("00l", 6), Kind: item.Folder, Gone: true},
		{ID: id("01Z", 7), Kind: item.Dashboard, Gone: true},
	} {
		counts.Add(&c)
		line, err := c.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	before := "20261122T181610.000Z-ab12cd34"
	slices.Sort(lines)
	o.Put(staging.ChangesKey("acme", o.Sync.ID, before), lines...)
	o.record(func(r *history.Record) { r.Compared, r.Changes = before, counts })
	d := o.gather()
	var got []string
	found := change.Counts{}
	err := d.Changes(func(c change.Change) bool {
		found.Add(&c)
		got = append(got, fmt.Sprintf("%s %s", c.Kind, c.ID[13:15]))
		return true
	})
	want := []string{"report 04", "report 05", "report 03", "dashboard 07", "folder 06", "report 01", "report 02"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || !d.Logged {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff(d.Record.Changes, found); diff != "" {
		t.Errorf("counted otherwise (-record +page):\n%s", diff)
	}
	n := 0
	if err := d.Changes(func(change.Change) bool { n++; return n < 2 }); err != nil || n != 2 {
		t.Errorf("%d changes, %v", n, err)
	}
}
