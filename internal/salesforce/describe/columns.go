package describe

import (
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/decode"
)

// MostColumns is how many columns of one report are counted, so that no answer fills the memory. Salesforce describes reports of at most
// a hundred.
const MostColumns = 10_000

// Columns counts the detail columns of a report: those that its metadata name, and those among them that its extended metadata do not
// describe. A name that occurs twice is one column.
type Columns struct{ Named, Missing int }

// None reports whether the report names columns and none of them is described.
func (c Columns) None() bool { return c.Named > 0 && c.Missing == c.Named }

// LacksColumns reports whether a description names columns and describes none of them. It counts nothing where the first name is
// described, which is the rule.
func LacksColumns(metadata, extended json.RawMessage) (bool, error) {
	first, named, err := firstColumn(metadata)
	if err != nil || !named {
		return false, err
	}
	if described, err := describes(extended, first); described || err != nil {
		return false, err
	}
	columns, err := CountColumns(metadata, extended)
	return columns.None(), err
}

// firstColumn is the name of the first detail column in the metadata of a report.
func firstColumn(metadata json.RawMessage) (first string, named bool, err error) {
	if !decode.IsObject(metadata) {
		return "", false, nil
	}
	err = decode.Object(metadata, func(d *jsontext.Decoder, name string) error {
		if name != "detailColumns" {
			return d.SkipValue()
		}
		named = false // the last list counts
		if d.PeekKind() != '[' {
			return d.SkipValue()
		}
		return decode.Elements(d, func() error {
			if named || d.PeekKind() != '"' {
				return d.SkipValue()
			}
			token, err := d.ReadToken()
			first, named = token.String(), err == nil
			return err
		})
	})
	return first, named, err
}

// describes reports whether the extended metadata of a report describe a column.
func describes(extended json.RawMessage, column string) (found bool, err error) {
	if !decode.IsObject(extended) {
		return false, nil
	}
	err = decode.Object(extended, func(d *jsontext.Decoder, name string) error {
		if name != "detailColumnInfo" {
			return d.SkipValue()
		}
		found = false // the last one counts
		if d.PeekKind() != '{' {
			return d.SkipValue()
		}
		return decode.Members(d, func(name string) error {
			found = found || name == column
			return d.SkipValue()
		})
	})
	return found, err
}

// CountColumns compares the two parts of a description. It fails with httpkit.ErrTooLarge where a report names more than MostColumns.
func CountColumns(metadata, extended json.RawMessage) (Columns, error) {
	names, err := detailColumns(metadata)
	if err != nil || len(names) == 0 {
		return Columns{}, err
	}
	columns := Columns{Named: len(names), Missing: len(names)}
	if !decode.IsObject(extended) {
		return columns, nil
	}
	pass := 0
	err = decode.Object(extended, func(d *jsontext.Decoder, name string) error {
		if name != "detailColumnInfo" {
			return d.SkipValue()
		}
		pass++ // the last one counts, as it is the one that is written
		found, err := names.found(d, pass)
		columns.Missing = columns.Named - found
		return err
	})
	return columns, err
}

// columnNames are the names of the detail columns, each with the pass that found it last.
type columnNames map[string]int

// detailColumns reads the names of the detail columns in the metadata of a report. A name is a text.
func detailColumns(metadata json.RawMessage) (columnNames, error) {
	if !decode.IsObject(metadata) {
		return nil, nil
	}
	var names columnNames
	err := decode.Object(metadata, func(d *jsontext.Decoder, name string) error {
		if name != "detailColumns" {
			return d.SkipValue()
		}
		names = columnNames{}
		if d.PeekKind() != '[' {
			return d.SkipValue()
		}
		return decode.Elements(d, func() error { return names.read(d) })
	})
	return names, err
}

// read adds the next name.
func (n columnNames) read(d *jsontext.Decoder) error {
	if d.PeekKind() != '"' {
		return d.SkipValue()
	}
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	if n[token.String()] = 0; len(n) > MostColumns {
		return httpkit.ErrTooLarge
	}
	return nil
}

// found counts the names that are members of the next value.
func (n columnNames) found(d *jsontext.Decoder, pass int) (found int, err error) {
	if d.PeekKind() != '{' {
		return 0, d.SkipValue()
	}
	err = decode.Members(d, func(name string) error {
		if last, named := n[name]; named && last != pass {
			n[name] = pass
			found++
		}
		return d.SkipValue()
	})
	return found, err
}
