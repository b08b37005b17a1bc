// Package compare compares two folders of castor's files, whichever program wrote them: what differs of what the catalog is told.
//
// Files are read as streams. A file that is not sorted by Id is read through an index, of less than 100 bytes a record.
package compare

import (
	"context"
	"fmt"
	"os"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

// Result is what differs between two folders.
type Result struct {
	From  *Set        `json:"from"`
	To    *Set        `json:"to"`
	Equal bool        `json:"equal"` // but for time: every file has the same records with the same values
	Files []*File     `json:"files"`
	Diff  answer.Diff `json:"diff"`            // one page; its cursor names the next
	Notes []string    `json:"notes,omitempty"` // what is to be expected, and why
}

// File counts what differs of one file.
type File struct {
	Name     string           `json:"name"`
	Absent   string           `json:"absent,omitempty"` // from, to or both: the sides that lack the file
	From     int64            `json:"from"`             // records
	To       int64            `json:"to"`
	Same     int64            `json:"same"` // in both, and the same but for time
	Differ   int64            `json:"differ"`
	OnlyFrom int64            `json:"only_from"`
	OnlyTo   int64            `json:"only_to"`
	Repeated int64            `json:"repeated,omitempty"` // records whose Id another one of the same file has
	Fields   map[string]int64 `json:"fields,omitempty"`   // by field, the records that differ in it
	Time     map[string]int64 `json:"time,omitempty"`     // the same for fields that change as time goes by
	API      int64            `json:"api,omitempty"`      // records that differ in the version of the API that their addresses name
}

func (f File) equal() bool { return f.Differ+f.OnlyFrom+f.OnlyTo == 0 && f.Absent == "" }

// fieldsOf are the fields of a file that a Diff tells, by the names that changes have for them.
var fieldsOf = map[string]map[string]string{
	castor.Reports:             {"Name": change.Name, "OwnerId": change.Folder, "Format": change.Format},
	castor.Dashboards:          {"Title": change.Name, "FolderId": change.Folder, "RunningUserId": change.RunningUser},
	castor.DashboardComponents: {"Name": change.Name},
	castor.Folders:             {"Name": change.Name, "ParentId": change.Folder},
	castor.Users:               {},
}

// order is the order in which the files are compared. The columns are compared with the reports.
var order = []struct {
	name string
	kind item.Kind
}{
	{castor.Reports, item.Report},
	{castor.Dashboards, item.Dashboard},
	{castor.DashboardComponents, item.Component},
	{castor.Folders, item.Folder},
	{castor.Users, item.User},
}

// comparison is a comparison under way.
type comparison struct {
	from, to *Set
	page     *answer.Collector
	files    []*File
}

// Folders compares the newest sets of two folders. cursor names the page of the Diff; empty: the first one.
func Folders(ctx context.Context, from, to, cursor string) (*Result, error) {
	c := &comparison{}
	var err error
	if c.page, err = answer.NewCollector(cursor); err != nil {
		return nil, err
	}
	if c.from, err = find(from); err != nil {
		return nil, err
	}
	if c.to, err = find(to); err != nil {
		return nil, err
	}
	for _, one := range order {
		if err := c.compare(ctx, one.name, one.kind); err != nil {
			return nil, fmt.Errorf("compare %s: %w", one.name, err)
		}
	}
	r := &Result{From: c.from, To: c.to, Files: c.files, Equal: true}
	for _, f := range c.files {
		r.Equal = r.Equal && f.equal()
	}
	r.Notes = c.notes()
	r.Diff.From, r.Diff.To = from, to
	if r.Diff.Names, err = c.names(ctx); err != nil {
		return nil, err
	}
	c.page.Fill(&r.Diff)
	return r, nil
}

// pair opens one file of both sets.
func (c *comparison) pair(ctx context.Context, name string) (pair []*file, counts *File, err error) {
	counts = &File{Name: name, Fields: map[string]int64{}, Time: map[string]int64{}}
	for _, set := range []*Set{c.from, c.to} {
		f, err := open(ctx, set, name)
		if err != nil {
			return nil, nil, err
		}
		pair = append(pair, f)
	}
	counts.From, counts.To = pair[0].count, pair[1].count
	switch {
	case pair[0].absent && pair[1].absent:
		counts.Absent = "both"
	case pair[0].absent:
		counts.Absent = "from"
	case pair[1].absent:
		counts.Absent = "to"
	}
	c.files = append(c.files, counts)
	return pair, counts, nil
}

// compare compares one file, and with the reports their columns.
func (c *comparison) compare(ctx context.Context, name string, kind item.Kind) error {
	files, counts, err := c.pair(ctx, name)
	if err != nil {
		return err
	}
	var columns *File
	if kind == item.Report {
		var metadata []*file
		if metadata, columns, err = c.pair(ctx, castor.ReportsMetadata); err != nil {
			return err
		}
		files = append(files, metadata...)
	}
	for row, err := range merge(ctx, files) {
		if err != nil {
			return err
		}
		one, err := c.record(name, kind, counts, row)
		if err == nil && kind == item.Report {
			err = c.columns(columns, row, &one)
		}
		if err != nil {
			return err
		}
		if !one.None() {
			c.page.Add(&one)
		}
	}
	for i, f := range files {
		if i < 2 {
			counts.Repeated += f.repeated
		} else {
			columns.Repeated += f.repeated
		}
	}
	return nil
}

// record compares one record of the first two files of a row.
func (c *comparison) record(name string, kind item.Kind, counts *File, row row) (one change.Change, err error) {
	one = change.Change{ID: row.id, Kind: kind}
	a, b := row.raw[0], row.raw[1]
	if a == nil && b == nil {
		return one, nil
	}
	var sides [2]map[string]jsontext.Value
	for i, raw := range []jsontext.Value{a, b} {
		if raw == nil {
			continue
		}
		if sides[i], err = object(raw); err != nil {
			return one, fault.Invalidf("the record %s of %s is no record", row.id, name)
		}
		for field, of := range fieldsOf[name] {
			if of == change.Name {
				one.Name = text(sides[i][field])
			}
		}
	}
	all := func(members map[string]jsontext.Value) change.Fields {
		texts := change.Fields{}
		for field, of := range fieldsOf[name] {
			if value := text(members[field]); value != "" {
				texts[of] = value
			}
		}
		return texts
	}
	switch {
	case a == nil:
		one.Added, one.Now = true, all(sides[1])
		counts.OnlyTo++
		return one, nil
	case b == nil:
		one.Gone, one.Was = true, all(sides[0])
		counts.OnlyFrom++
		return one, nil
	}
	differ := fields(sides[0], sides[1])
	counts.add(differ)
	for field, of := range fieldsOf[name] {
		if was, now := text(sides[0][field]), text(sides[1][field]); differ[field] == otherwise && was != now {
			one.Was, one.Now = with(one.Was, of, was), with(one.Now, of, now)
		}
	}
	return one, nil
}

func with(fields change.Fields, name, value string) change.Fields {
	if fields == nil {
		fields = change.Fields{}
	}
	fields[name] = value
	return fields
}

// add counts how a record that both have differs.
func (f *File) add(differ map[string]sameBut) {
	is, api := true, false
	for name, how := range differ {
		switch how {
		case same:
		case byTime:
			f.Time[name]++
		case byAPI:
			api = true
		case otherwise:
			f.Fields[name]++
			is = false
		}
	}
	if api {
		f.API++
	}
	if is {
		f.Same++
	} else {
		f.Differ++
	}
}

// names finds the names of the folders that the page names by Id.
func (c *comparison) names(ctx context.Context) (map[string]string, error) {
	wanted, names := c.page.Folders(), map[string]string{}
	if len(wanted) == 0 {
		return nil, nil
	}
	for _, set := range []*Set{c.to, c.from} {
		f := &file{path: set.path(castor.Folders), name: castor.Folders}
		if _, err := os.Stat(f.path); err != nil {
			continue // and so said of the file
		}
		for r, err := range f.elements(ctx) {
			if err != nil {
				return nil, err
			}
			if wanted[r.id] && names[r.id] == "" {
				members, _ := object(r.raw) // it was read before
				names[r.id] = fault.Clip(text(members["Name"]), answer.FolderNameBytes)
			}
		}
	}
	return names, nil
}
