package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// thing is one record of an org.
type thing struct {
	kind     Kind
	n        int
	modified string
	name     string
	private  bool // in another user's private folder
	unlisted bool // given by its Id only
}

func (i thing) line() string {
	label := "Name"
	if i.kind == Dashboards {
		label = "Title"
	}
	return fmt.Sprintf(`{"attributes":{},"Id":%q,%q:%q,"LastModifiedDate":%q}`, reportID(i.n), label, i.name, i.modified)
}

// org answers queries as Salesforce does, as far as this package asks.
type org struct {
	mu       sync.Mutex
	things   []thing
	refuse   func(salesforce.Query) error // may be nil
	answer   func(salesforce.Query)       // while a query is under way; may be nil
	asked    []salesforce.Query
	underway int
	most     int // queries at once
}

var (
	inIDs = regexp.MustCompile(`Id IN \(([^)]*)\)`)
	since = regexp.MustCompile(`LastModifiedDate >= (\S+)`)
)

func (o *org) Pages(ctx context.Context, q salesforce.Query) iter.Seq2[salesforce.Page, error] {
	return func(yield func(salesforce.Page, error) bool) {
		o.begin(q)
		defer o.end()
		if err := ctx.Err(); err != nil {
			yield(salesforce.Page{}, err)
			return
		}
		if o.refuse != nil {
			if err := o.refuse(q); err != nil {
				yield(salesforce.Page{}, err)
				return
			}
		}
		yield(salesforce.Page{Records: o.records(q)}, nil)
	}
}

func (o *org) begin(q salesforce.Query) {
	o.mu.Lock()
	o.asked = append(o.asked, q)
	o.underway++
	o.most = max(o.most, o.underway)
	o.mu.Unlock()
	if o.answer != nil {
		o.answer(q)
	}
}

func (o *org) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.underway--
}

func (o *org) records(q salesforce.Query) (records []json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ids, dates := inIDs.FindStringSubmatch(q.Where), since.FindStringSubmatch(q.Where)
	for _, i := range o.things {
		switch {
		case i.kind.Object() != q.Object, i.private != (q.Scope == "allPrivate"):
		case ids == nil && i.unlisted, ids != nil && !strings.Contains(ids[1], "'"+reportID(i.n)+"'"):
		case dates != nil && strings.TrimSuffix(i.modified, ".000+0000") < strings.TrimSuffix(dates[1], "Z"):
		default:
			records = append(records, json.RawMessage(i.line()))
		}
	}
	slices.Reverse(records) // in an order that is not ours
	return records
}

// set changes the record of a kind and number, or adds it.
func (o *org) set(i thing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.things = append(slices.DeleteFunc(o.things, func(j thing) bool { return j.kind == i.kind && j.n == i.n }), i)
}

// unchanged are records of a kind that were changed long ago.
func unchanged(kind Kind, numbers ...int) (things []thing) {
	for _, n := range numbers {
		things = append(things, thing{kind: kind, n: n, modified: changed, name: fmt.Sprintf("%s %d", kind, n)})
	}
	return things
}

// enumerated lists all kinds of an org into a sync.
func enumerated(t *testing.T, s *staging.Store, y staging.Sync, o *org, private bool) {
	t.Helper()
	for _, kind := range Kinds {
		in := EnumerateInput{Client: o, Store: s, Sync: y, Kind: kind, Private: private}
		if _, err := Enumerate(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	o.asked, o.most = nil, 0
}

// standing gives number and name of every record of a kind as it stands.
func standing(t *testing.T, s *staging.Store, y staging.Sync, kind Kind) (all []string) {
	t.Helper()
	for line, err := range Read(t.Context(), s, y, kind) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, label(t, line))
	}
	return all
}

func label(t *testing.T, line []byte) string {
	t.Helper()
	var r struct{ ID, Name, Title string }
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", number(r.ID), r.Name+r.Title)
}
