// Package describe reads the describe of a report, and counts the columns that it lacks.
package describe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/recordid"
)

// bounds are how many bytes of an answer are read, unpacked, and how many of these are kept.
type bounds struct{ read, kept int64 }

// ofReport bounds one description; the metadata of its report type, which is skipped, is the larger part.
var ofReport = bounds{read: exchange.LongestBody, kept: 8 << 20}

// Description is the part of a describe that is kept, as compact JSON; an absent part, or null, is nil. A Description that Report
// returns has the extended metadata, which hold the columns.
type Description struct {
	ReportMetadata         json.RawMessage
	ReportExtendedMetadata json.RawMessage
	At                     time.Time // of the answer, by Salesforce's clock
}

// Report reads the columns of a report, without its data and without the metadata of its report type.
func Report(ctx context.Context, x *exchange.Exchange, id string) (*Description, error) {
	if err := recordid.Check(id); err != nil {
		return nil, err
	}
	var description *Description
	reported, err := x.Get(ctx, apierror.OpReport, x.Versioned("/analytics/reports/"+id+"/describe"), func(body io.Reader) error {
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
	description.At = reported.Date
	return description, nil
}

// check makes sure that a description is complete, of the right report, and has columns. It may lack some of them: whether Salesforce
// describes every kind of column is unknown, so the caller counts those.
func (d *Description) check(id string) error {
	switch of, err := describedID(d.ReportMetadata); {
	case d.ReportMetadata == nil && d.ReportExtendedMetadata == nil:
		return decode.ErrUnreadable
	case err != nil:
		return err
	case of != "" && !recordid.Same(of, id):
		return apierror.Contradiction("it describes another report than the requested one")
	case !decode.IsObject(d.ReportExtendedMetadata):
		return apierror.ErrNoColumns // a report without columns has an empty list of them
	}
	lacks, err := LacksColumns(d.ReportMetadata, d.ReportExtendedMetadata)
	if lacks {
		err = apierror.ErrNoColumns
	}
	return err
}

// describedID reads the Id in the metadata of a report; empty when there is none.
func describedID(metadata json.RawMessage) (id string, err error) {
	switch {
	case metadata == nil:
		return "", nil
	case !decode.IsObject(metadata):
		return "", decode.ErrUnreadable
	}
	err = decode.Object(metadata, func(d *jsontext.Decoder, name string) error {
		if name != "id" {
			return d.SkipValue()
		}
		if err := decode.Text(d, &id); err != nil {
			return err
		}
		return decode.ErrRest
	})
	if errors.Is(err, decode.ErrRest) {
		err = nil
	}
	return id, err
}

// readDescription reads a describe in one pass. It builds nothing that is not kept, and parses nothing after both parts, which come before
// the metadata of the report type.
func readDescription(body io.Reader, most bounds) (*Description, error) {
	description := new(Description)
	err := decode.Body(body, most.read, func(d *jsontext.Decoder, source *httpkit.Capped) error {
		left := most.kept
		return decode.Members(d, func(name string) error {
			switch name {
			case "reportMetadata":
				return keep(d, source, &left, &description.ReportMetadata)
			case "reportExtendedMetadata":
				return keep(d, source, &left, &description.ReportExtendedMetadata)
			default:
				if description.ReportMetadata != nil && description.ReportExtendedMetadata != nil {
					return decode.ErrRest
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

// keep copies the next value, up to the bytes that are left; null is nothing.
func keep(d *jsontext.Decoder, source *httpkit.Capped, left *int64, into *json.RawMessage) error {
	most := source.Most
	source.Most = min(most, d.InputOffset()+*left)
	value, err := d.ReadValue()
	source.Most = most
	if err != nil {
		return err
	}
	*left -= int64(len(value))
	if *left < 0 {
		return httpkit.ErrTooLarge
	}
	if value.Kind() == 'n' {
		return nil
	}
	kept := jsontext.Value(bytes.ToValidUTF8(value, []byte("\uFFFD"))) // a copy in any case
	if err := kept.Compact(decode.Tolerant, jsontext.PreserveRawStrings(true)); err != nil {
		return decode.ErrUnreadable
	}
	*into = json.RawMessage(kept)
	return nil
}
