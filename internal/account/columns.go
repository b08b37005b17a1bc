package account

import (
	"bytes"
	"slices"

	"longhaul/internal/description"
	"longhaul/internal/history/change"
	"longhaul/internal/stream"
)

// side is the description of one sync, which is kept until the one of the other sync was read; has is false where there is none, or none that is
// needed.
type side struct {
	has  bool
	head description.Description
	line []byte // empty where the columns need not be compared
}

func (d *side) reset() { d.has, d.line = false, d.line[:0] }

// keep copies the line.
func (d *side) keep(line []byte) { d.line = append(d.line[:0], line...) }

// columnChanges compares the columns of two descriptions; nil stands for a report without columns.
func columnChanges(was, now *side) (map[string]change.ColumnChange, error) {
	var before, after description.Description
	var err error
	if was != nil {
		if before, err = description.Decode(was.line); err != nil {
			return nil, err
		}
	}
	if now != nil {
		if after, err = description.Decode(now.line); err != nil {
			return nil, err
		}
	}
	if bytes.Equal(before.ReportExtendedMetadata, after.ReportExtendedMetadata) {
		return nil, nil
	}
	changes := map[string]change.ColumnChange{}
	for side, metadata := range [...][]byte{before.ReportExtendedMetadata, after.ReportExtendedMetadata} {
		for name, column := range columnsOf(metadata) {
			both := changes[name]
			both[side] = &column
			if changes[name] = both; side == 1 && both[0] != nil && *both[0] == column {
				delete(changes, name)
			}
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	return changes, nil
}

// columnsOf reads the columns in the extended metadata of a report, as the files have them: none where they cannot be read.
func columnsOf(metadata []byte) (columns map[string]change.Column) {
	if len(metadata) == 0 || metadata[0] != '{' {
		return nil
	}
	_ = stream.Members(metadata, "", func(member, info []byte, _ int) (bool, error) {
		if string(member) != "detailColumnInfo" {
			return true, nil
		}
		columns = map[string]change.Column{} // the last one counts, as it is the one that is written
		if len(info) == 0 || info[0] != '{' {
			return true, nil
		}
		_ = stream.Members(info, "", func(name, value []byte, _ int) (bool, error) {
			if plain, err := stream.Text(slices.Concat(quote, name, quote)); err == nil {
				columns[plain] = columnOf(value)
			}
			return true, nil
		})
		return true, nil
	})
	return columns
}

var quote = []byte{'"'}

// columnOf reads what is compared of a column.
func columnOf(info []byte) (c change.Column) {
	if len(info) == 0 || info[0] != '{' {
		return c
	}
	_ = stream.Members(info, "", func(member, value []byte, _ int) (bool, error) {
		switch string(member) {
		case "label":
			c.Label, _ = stream.Text(value)
		case "dataType":
			c.Type, _ = stream.Text(value)
		}
		return true, nil
	})
	return c
}
