package change

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history/item"
)

// record is a report at one moment; nil where it does not exist.
type record struct {
	fields  Fields
	columns map[string]Column
}

// between is the change from one moment to another, made from both.
func between(was, now *record) Change {
	c := Change{ID: "00O000000000001AAA", Kind: item.Report, Columns: map[string]ColumnChange{}, Added: was == nil && now != nil, Gone: was != nil && now == nil}
	side := func(r *record, at int) {
		if r == nil {
			return
		}
		for name := range r.columns {
			column, both := r.columns[name], c.Columns[name]
			both[at] = &column
			c.Columns[name] = both
		}
	}
	side(was, 0)
	side(now, 1)
	for name, both := range c.Columns {
		if same(both[0], both[1]) {
			delete(c.Columns, name)
		}
	}
	if len(c.Columns) == 0 {
		c.Columns = nil
	}
	switch {
	case was == nil && now == nil:
	case was == nil:
		c.Now = now.fields
	case now == nil:
		c.Was = was.fields
	default:
		for _, name := range []string{Name, Folder, State, Reason} {
			if was.fields[name] == now.fields[name] {
				continue
			}
			if c.Was == nil {
				c.Was, c.Now = Fields{}, Fields{}
			}
			c.Was[name], c.Now[name] = was.fields[name], now.fields[name]
		}
	}
	return c
}

// sameFields compares fields where an absent one is empty.
var sameFields = cmp.Transformer("fields", func(f Fields) map[string]string {
	plain := map[string]string{}
	for name, value := range f {
		if value != "" {
			plain[name] = value
		}
	}
	return plain
})

// TestThen_equalsAComparisonOfBothEnds walks a record through many moments at random and puts all changes together.
func TestThen_equalsAComparisonOfBothEnds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	moment := func() *record {
		if random.IntN(4) == 0 {
			return nil
		}
		r := &record{fields: Fields{}, columns: map[string]Column{}}
		for _, name := range []string{Name, Folder, State} {
			r.fields[name] = string(rune('a' + random.IntN(3)))
		}
		if random.IntN(2) == 0 {
			r.fields[Reason] = string(rune('a' + random.IntN(2)))
		}
		for _, name := range []string{"Name", "Amount", "Owner"} {
			if random.IntN(2) == 0 {
				r.columns[name] = Column{Label: string(rune('a' + random.IntN(2))), Type: "string"}
			}
		}
		return r
	}
	for range 2000 {
		moments := []*record{moment(), moment()}
		all := between(moments[0], moments[1])
		for range 1 + random.IntN(5) {
			moments = append(moments, moment())
			last := len(moments) - 1
			all = all.Then(between(moments[last-1], moments[last]))
		}
		want := between(moments[0], moments[len(moments)-1])
		if diff := cmp.Diff(want, all, sameFields); diff != "" {
			t.Fatalf("the changes of %d moments (-want +got):\n%s", len(moments), diff)
		}
		if at := 1 + random.IntN(len(moments)-1); at < len(moments)-1 { // in groups
			one, two := between(moments[0], moments[1]), between(moments[at], moments[at+1])
			for i := 1; i < at; i++ {
				one = one.Then(between(moments[i], moments[i+1]))
			}
			for i := at + 1; i < len(moments)-1; i++ {
				two = two.Then(between(moments[i], moments[i+1]))
			}
			if diff := cmp.Diff(want, one.Then(two), sameFields); diff != "" {
				t.Fatalf("the changes of %d moments in two groups (-want +got):\n%s", len(moments), diff)
			}
		}
	}
}

func TestCounts_ofWhatPeopleCareAbout(t *testing.T) {
	t.Parallel()
	column := func(label string) *Column { return &Column{Label: label, Type: "string"} }
	counts := Counts{}
	for _, one := range []Change{
		{Kind: item.Report, Added: true, Now: Fields{Name: "a"}, Columns: map[string]ColumnChange{"x": {nil, column("X")}}},
		{Kind: item.Report, Was: Fields{Name: "a", Folder: "1"}, Now: Fields{Name: "b", Folder: "2"}},
		{Kind: item.Report, Columns: map[string]ColumnChange{"x": {column("X"), column("Y")}}},
		{Kind: item.Report, Columns: map[string]ColumnChange{"x": {column("X"), nil}, "y": {nil, column("Y")}}},
		{
			Kind: item.Report, Was: Fields{State: "described"}, Now: Fields{State: "denied"},
			Columns: map[string]ColumnChange{"x": {column("X"), nil}, "y": {column("Y"), nil}},
		},
		{Kind: item.Report, Was: Fields{State: "denied"}, Now: Fields{State: "described"}, Columns: map[string]ColumnChange{"x": {nil, column("X")}}},
		{Kind: item.Report, Gone: true, Columns: map[string]ColumnChange{"x": {column("X"), nil}}},
		{Kind: item.User, Gone: true},
	} {
		counts.Add(&one)
	}
	want := Counts{item.Report: {Added: 1, Gone: 1, Renamed: 1, Moved: 1, Lost: 2, LostColumns: 3, Columns: 1, State: 1}, item.User: {Gone: 1}}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}
