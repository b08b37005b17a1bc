package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/fault"
)

// bounds are how much of an answer is read, unpacked, and how much of that is kept.
type bounds struct{ read, kept int64 }

// ofReport bounds one description; the metadata of its report type, which is skipped, is the larger part.
var ofReport = bounds{read: longestBody, kept: 8 << 20}

// Description is what is kept of the describe of a report, as compact JSON; a part that is not there or null is nil. That
// DescribeReport gives has the extended metadata, which hold the columns.
type Description struct {
	ReportMetadata         json.RawMessage
	ReportExtendedMetadata json.RawMessage
	At                     time.Time // of the answer, by Salesforce's clock
}

// DescribeReport reads the columns of a report, without its data and without the metadata of its report type.
func (c *Client) DescribeReport(ctx context.Context, id string) (*Description, error) {
	if !isID(id) {
		return nil, fault.Invalidf("%q is no Salesforce id: an id has 15 or 18 letters and digits", clean(id, 40))
	}
	var description *Description
	told, err := c.get(ctx, opReport, c.versioned("/analytics/reports/"+id+"/describe"), func(body io.Reader) error {
		read, err := readDescription(body, ofReport)
		if err == nil {
			err = read.check(id)
		}
		description = read
		return err
	})
	if err != nil {
		return nil, err
	}
	description.At = told.date
	return description, nil
}

// check makes sure that a description is one, of the report that was asked for, and has its columns. It may lack some of
// them: whether Salesforce describes every kind of column is not known, so whoever keeps the description counts those.
func (d *Description) check(id string) error {
	switch of, err := describedID(d.ReportMetadata); {
	case d.ReportMetadata == nil && d.ReportExtendedMetadata == nil:
		return errUnreadable
	case err != nil:
		return err
	case of != "" && !sameID(of, id):
		return contradiction("it describes another report than the one that was asked for")
	case !isObject(d.ReportExtendedMetadata):
		return ErrNoColumns // a report without columns has an empty list of them
	}
	lacks, err := LacksColumns(d.ReportMetadata, d.ReportExtendedMetadata)
	if lacks {
		err = ErrNoColumns
	}
	return err
}

// describedID reads the Id in the metadata of a report; empty when there is none.
func describedID(metadata json.RawMessage) (id string, err error) {
	switch {
	case metadata == nil:
		return "", nil
	case !isObject(metadata):
		return "", errUnreadable
	}
	err = readMembers(metadata, func(d *jsontext.Decoder, name string) error {
		if name != "id" {
			return d.SkipValue()
		}
		if err := readText(d, &id); err != nil {
			return err
		}
		return errRest
	})
	if errors.Is(err, errRest) {
		err = nil
	}
	return id, err
}

// readDescription reads a describe in one pass. What is not kept is never built, and once both parts are there, which is
// before the metadata of the report type, it is not even looked at.
func readDescription(body io.Reader, most bounds) (*Description, error) {
	description := new(Description)
	err := decode(body, most.read, func(d *jsontext.Decoder, source *bounded) error {
		left := most.kept
		return members(d, func(name string) error {
			switch name {
			case "reportMetadata":
				return keep(d, source, &left, &description.ReportMetadata)
			case "reportExtendedMetadata":
				return keep(d, source, &left, &description.ReportExtendedMetadata)
			default:
				if description.ReportMetadata != nil && description.ReportExtendedMetadata != nil {
					return errRest
				}
				return d.SkipValue()
			}
		})
	})
	if err != nil {
		return nil, err
	}
	return description, nil
}

// keep copies the value that comes next, no larger than what is left; null is nothing.
func keep(d *jsontext.Decoder, source *bounded, left *int64, into *json.RawMessage) error {
	most := source.most
	source.most = min(most, d.InputOffset()+*left)
	value, err := d.ReadValue()
	source.most = most
	if err != nil {
		return err
	}
	*left -= int64(len(value))
	if *left < 0 {
		return ErrTooLarge
	}
	if value.Kind() == 'n' {
		return nil
	}
	kept := jsontext.Value(bytes.ToValidUTF8(value, []byte("\uFFFD"))) // a copy in any case
	if err := kept.Compact(tolerant, jsontext.PreserveRawStrings(true)); err != nil {
		return errUnreadable
	}
	*into = json.RawMessage(kept)
	return nil
}
