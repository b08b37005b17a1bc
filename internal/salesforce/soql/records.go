package soql

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/recordid"
)

// records is the body of an answer to a query.
type records struct {
	total   int64
	done    bool
	next    string
	records []json.RawMessage
	ids     []string // of the records, once they are checked
	date    time.Time
}

// readRecords reads the answer to a query record by record, and copies each, because the reader uses its buffer again. It refuses an
// answer without totalSize, done or records, which must not pass for an empty one.
func readRecords(body io.Reader) (records, error) {
	found := records{total: -1}
	var complete, listed bool
	err := decode.Body(body, exchange.LongestBody, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
		return decode.Members(d, func(name string) error {
			switch name {
			case "totalSize":
				return decode.Number(d, &found.total)
			case "done":
				kind := d.PeekKind()
				complete = kind == 't' || kind == 'f'
				return decode.Flag(d, &found.done)
			case "nextRecordsUrl":
				return decode.Text(d, &found.next)
			case "records":
				if d.PeekKind() == 'n' {
					return d.SkipValue()
				}
				listed = true
				return decode.Elements(d, func() error {
					value, err := d.ReadValue()
					if err == nil {
						found.records = append(found.records, json.RawMessage(bytes.Clone(value)))
					}
					return err
				})
			default:
				return d.SkipValue()
			}
		})
	})
	switch {
	case err != nil:
		return records{}, err
	case !complete:
		return records{}, decode.ErrUnreadable
	case !listed:
		return records{}, apierror.Contradiction("it has no records")
	case found.total < 0:
		return records{}, apierror.Contradiction("it does not say how many records there are")
	default:
		return found, nil
	}
}

// whole makes sure that an answer is all that it announces.
func (r *records) whole() error {
	n := int64(len(r.records))
	switch {
	case n > r.total:
		return apierror.Contradiction("%d records of %d", n, r.total)
	case r.done && r.next != "":
		return apierror.Contradiction("it is the last page, and names another")
	case !r.done && r.next == "":
		return apierror.Contradiction("it is not the last page, and names no other")
	case !r.done && n == r.total:
		return apierror.Contradiction("it has all of %d records, and is not the last page", n)
	default:
		return nil
	}
}

// wholeAs makes sure that the answer to a query of one page holds all records, each of that shape.
func (r *records) wholeAs(s shape) error {
	if err := r.whole(); err != nil {
		return err
	}
	if n := int64(len(r.records)); r.done && n < r.total {
		return apierror.Contradiction("%d records of %d, and no more to come", n, r.total)
	}
	for _, record := range r.records {
		if _, err := s.read(record); err != nil {
			return err
		}
	}
	return nil
}

// shape is what each record of a query must have.
type shape struct {
	object string
	fields []string // that must be there: Salesforce writes null for an empty one
}

// read reads the Id of a record; empty when it has none.
func (s shape) read(record json.RawMessage) (id string, err error) {
	var kind string
	missing := len(s.fields)
	d := jsontext.NewDecoder(bytes.NewReader(record), decode.Tolerant, jsontext.AllowInvalidUTF8(true))
	err = decode.Members(d, func(name string) error {
		if containsName(s.fields, name) {
			missing--
		}
		switch name {
		case "Id":
			return decode.Text(d, &id)
		case "attributes":
			return readType(d, &kind)
		default:
			return d.SkipValue()
		}
	})
	switch {
	case err != nil:
		return "", apierror.Contradiction("a record is no object")
	case kind != "" && !strings.EqualFold(kind, s.object):
		return "", apierror.Contradiction("a record of another object is among those of %s", s.object)
	case missing > 0:
		return "", apierror.Contradiction("a record of %s lacks a requested field", s.object)
	default:
		return id, nil
	}
}

// readType reads the type in the attributes of a record.
func readType(d *jsontext.Decoder, kind *string) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	return decode.Members(d, func(name string) error {
		if name == "type" {
			return decode.Text(d, kind)
		}
		return d.SkipValue()
	})
}

// prefixes are the first characters of the Ids of an object.
var prefixes = map[string]string{
	"Report": "00O", "Dashboard": "01Z", "DashboardComponent": "01a", "Folder": "00l", "User": "005", "Organization": "00D",
}

// id reads the Id of a record, which must be one of the object's.
func (s shape) id(record json.RawMessage) (string, error) {
	id, err := s.read(record)
	switch {
	case err != nil:
		return "", err
	case !recordid.Is(id):
		return "", apierror.Contradiction("a record of %s has no Id", s.object)
	case !strings.HasPrefix(id, prefixes[s.object]):
		return "", apierror.Contradiction("a record of %s has the Id of another object", s.object)
	default:
		return id, nil
	}
}
