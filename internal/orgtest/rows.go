package orgtest

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"longhaul/internal/salesforce"
)

// Row is a record with all of its fields. A nested record is a map of its own.
type Row struct {
	Object   string
	ID       string
	Fields   map[string]any
	Unlisted bool // returned by its Id only
}

// Rows is a Pager over whole records. It answers with the fields that a query asks for, and with no others.
type Rows struct {
	Records []Row
	Hidden  bool // the run-as user may see no field that a query can do without
}

// Pages answers a query in one page.
func (r Rows) Pages(_ context.Context, q salesforce.Query) iter.Seq2[salesforce.Page, error] {
	return func(yield func(salesforce.Page, error) bool) {
		var page salesforce.Page
		fields := slices.Concat(q.Fields, q.Optional)
		if r.Hidden {
			fields, page.Dropped = q.Fields, q.Optional
		}
		for _, row := range r.Records {
			if !row.answers(q) {
				continue
			}
			record, err := row.Line(fields)
			if err != nil {
				yield(salesforce.Page{}, err)
				return
			}
			page.Records = append(page.Records, record)
		}
		yield(page, nil)
	}
}

// answers reports whether a query returns the row: the conditions are those of a listing.
func (r Row) answers(q salesforce.Query) bool {
	ids, dates := inIDs.FindStringSubmatch(q.Where), since.FindStringSubmatch(q.Where)
	modified, _ := r.Fields["LastModifiedDate"].(string)
	switch {
	case r.Object != q.Object, ids == nil && r.Unlisted, ids != nil && !strings.Contains(ids[1], "'"+r.ID+"'"):
		return false
	case dates != nil:
		return strings.TrimSuffix(modified, ".000+0000") >= strings.TrimSuffix(dates[1], "Z")
	}
	return true
}

// Line is the record with these fields, as Salesforce returns it: a dotted name is one of a nested record.
func (r Row) Line(fields []string) ([]byte, error) {
	whole := map[string]any{"attributes": map[string]any{"type": r.Object, "url": "/services/data/v59.0/sobjects/" + r.Object + "/" + r.ID}, "Id": r.ID}
	for _, field := range fields {
		name, member, nested := strings.Cut(field, ".")
		inner, _ := r.Fields[name].(map[string]any)
		switch {
		case field == "Id":
		case !nested:
			whole[name] = r.Fields[name]
		case inner == nil:
			whole[name] = nil
		default:
			record, begun := whole[name].(map[string]any)
			if !begun {
				record = map[string]any{"attributes": inner["attributes"]}
				whole[name] = record
			}
			record[member] = inner[member]
		}
	}
	var line bytes.Buffer
	to := json.NewEncoder(&line)
	to.SetEscapeHTML(false)
	err := to.Encode(whole)
	return bytes.TrimSpace(line.Bytes()), err
}
