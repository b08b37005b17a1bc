package compare

import (
	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/history/change"
)

// withoutColumns is the state of a report that is in the list of reports and not in that of columns: a folder does not say why.
const withoutColumns = "without_columns"

// columns compares the columns of a report that a row has, and adds to its change what differs.
func (c *comparison) columns(counts *File, row row, one *change.Change) error {
	a, b := row.raw[2], row.raw[3]
	inBoth := row.raw[0] != nil && row.raw[1] != nil
	described := string(description.StateDescribed)
	switch {
	case a == nil && b == nil:
		return nil
	case a == nil:
		counts.OnlyTo++
		if inBoth {
			one.Was, one.Now = with(one.Was, change.State, withoutColumns), with(one.Now, change.State, described)
		}
		return nil
	case b == nil:
		counts.OnlyFrom++
		if inBoth {
			one.Was, one.Now = with(one.Was, change.State, described), with(one.Now, change.State, withoutColumns)
		}
		return nil
	}
	was, errA := object(a)
	now, errB := object(b)
	if errA != nil || errB != nil {
		return fault.Invalidf("the columns of the report %s are no record", row.id)
	}
	differ := fields(was, now)
	if how, is := differ[detailColumns]; is && how == otherwise {
		delete(differ, detailColumns)
		before, _ := object(was[detailColumns]) // what is no object has no columns
		after, _ := object(now[detailColumns])
		columns := map[string]change.ColumnChange{}
		for name, value := range before {
			compareColumn(name, value, after[name], columns, differ)
		}
		for name, value := range after {
			if before[name] == nil {
				compareColumn(name, nil, value, columns, differ)
			}
		}
		if inBoth && len(columns) > 0 {
			one.Columns = columns
		}
	}
	counts.add(differ)
	return nil
}

const detailColumns = "detailColumnInfo"

// compareColumn notes what differs of one column: whether both have it, its label and its type by its name, and every property in the counts.
func compareColumn(name string, was, now []byte, columns map[string]change.ColumnChange, differ map[string]sameBut) {
	side := func(raw []byte) (*change.Column, map[string]jsontext.Value) {
		if raw == nil {
			return nil, nil
		}
		of, _ := object(raw) // what is no object has no properties
		return &change.Column{Label: text(of["label"]), Type: text(of["dataType"])}, of
	}
	before, old := side(was)
	after, young := side(now)
	if before == nil || after == nil {
		columns[name] = change.ColumnChange{before, after}
		differ[detailColumns] = otherwise
		return
	}
	if *before != *after {
		columns[name] = change.ColumnChange{before, after}
	}
	for property, how := range fields(old, young) {
		if how = max(how, differ[detailColumns+"."+property]); how != same {
			differ[detailColumns+"."+property] = how
		}
	}
}
