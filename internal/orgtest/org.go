// Package orgtest is an org in memory that answers queries as Salesforce does, as far as a listing asks, with descriptions
// of its reports, for tests.
package orgtest

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"

	"longhaul/internal/salesforce"
	"longhaul/internal/streamtest"
)

// objects names Salesforce's object behind each kind of records.
var objects = map[string]string{
	"folders": "Folder", "reports": "Report", "dashboards": "Dashboard", "components": "DashboardComponent", "users": "User",
}

// Record is one record of an org.
type Record struct {
	Kind     string // such as "reports"
	N        int    // of its Id
	Modified string
	Name     string
	Private  bool // in another user's private folder
	Unlisted bool // returned by its Id only
}

// Line is the record as Salesforce returns it.
func (r Record) Line() string {
	label := "Name"
	if r.Kind == "dashboards" {
		label = "Title"
	}
	return fmt.Sprintf(`{"attributes":{},"Id":%q,%q:%q,"LastModifiedDate":%q}`, streamtest.ReportID(r.N), label, r.Name, r.Modified)
}

// Unchanged returns records of a kind that were changed long ago.
func Unchanged(kind string, numbers ...int) (records []Record) {
	for _, n := range numbers {
		records = append(records, Record{Kind: kind, N: n, Modified: Changed, Name: fmt.Sprintf("%s %d", kind, n)})
	}
	return records
}

// Label is the number and the name of the record in a line.
func Label(line []byte) string {
	var r struct{ ID, Name, Title string }
	if err := json.Unmarshal(line, &r); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", streamtest.Number(r.ID), r.Name+r.Title)
}

// Org is a Pager over records.
type Org struct {
	Records []Record
	Refuse  func(salesforce.Query) error // may be nil
	Answer  func(salesforce.Query)       // is called while a query is in flight; may be nil
	Asked   []salesforce.Query
	Most    int // queries in flight at once

	mu       sync.Mutex
	inFlight int
}

var (
	inIDs = regexp.MustCompile(`Id IN \(([^)]*)\)`)
	since = regexp.MustCompile(`LastModifiedDate >= (\S+)`)
)

// Pages answers a query in one page.
func (o *Org) Pages(ctx context.Context, q salesforce.Query) iter.Seq2[salesforce.Page, error] {
	return func(yield func(salesforce.Page, error) bool) {
		o.begin(q)
		defer o.end()
		if err := ctx.Err(); err != nil {
			yield(salesforce.Page{}, err)
			return
		}
		if o.Refuse != nil {
			if err := o.Refuse(q); err != nil {
				yield(salesforce.Page{}, err)
				return
			}
		}
		yield(salesforce.Page{Records: o.records(q)}, nil)
	}
}

func (o *Org) begin(q salesforce.Query) {
	o.mu.Lock()
	o.Asked = append(o.Asked, q)
	o.inFlight++
	o.Most = max(o.Most, o.inFlight)
	o.mu.Unlock()
	if o.Answer != nil {
		o.Answer(q)
	}
}

func (o *Org) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inFlight--
}

func (o *Org) records(q salesforce.Query) (records []json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ids, dates := inIDs.FindStringSubmatch(q.Where), since.FindStringSubmatch(q.Where)
	for _, r := range o.Records {
		switch {
		case objects[r.Kind] != q.Object, r.Private != (q.Scope == "allPrivate"):
		case ids == nil && r.Unlisted, ids != nil && !strings.Contains(ids[1], "'"+streamtest.ReportID(r.N)+"'"):
		case dates != nil && strings.TrimSuffix(r.Modified, ".000+0000") < strings.TrimSuffix(dates[1], "Z"):
		default:
			records = append(records, json.RawMessage(r.Line()))
		}
	}
	slices.Reverse(records) // in an order that is not ours
	return records
}

// Set changes the record of a kind and number, or adds it.
func (o *Org) Set(r Record) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Records = append(slices.DeleteFunc(o.Records, func(other Record) bool { return other.Kind == r.Kind && other.N == r.N }), r)
}

// Forget forgets the queries of before.
func (o *Org) Forget() { o.Asked, o.Most = nil, 0 }
