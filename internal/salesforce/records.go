package salesforce

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// records is the body of an answer to a query.
type records struct {
	total   int64
	done    bool
	next    string
	records []json.RawMessage
	date    time.Time
}

// readRecords reads the answer to a query record by record; each is copied, since the reader's buffer is used again.
func readRecords(body io.Reader) (records, error) {
	var found records
	var complete bool
	err := decode(body, longestBody, func(d *jsontext.Decoder, _ *bounded) error {
		return members(d, func(name string) error {
			switch name {
			case "totalSize":
				return readNumber(d, &found.total)
			case "done":
				complete = true
				return readFlag(d, &found.done)
			case "nextRecordsUrl":
				return readText(d, &found.next)
			case "records":
				return elements(d, func() error {
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
	case !complete: // a body that is no answer to a query must not pass for an empty one
		return records{}, errUnreadable
	default:
		return found, nil
	}
}

// recordID reads the Id of a record.
func recordID(record json.RawMessage) (string, error) {
	var id string
	d := jsontext.NewDecoder(bytes.NewReader(record), tolerant, jsontext.AllowInvalidUTF8(true))
	err := members(d, func(name string) error {
		if name == "Id" {
			return readText(d, &id)
		}
		return d.SkipValue()
	})
	if err != nil || !isID(id) {
		return "", errUnreadable
	}
	return id, nil
}
