package describe

import (
	"encoding/json"
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/salesforce/decode"
)

// ReportType reads the API name of a report's type in the metadata of the report; empty where they name none.
func ReportType(metadata json.RawMessage) (name string, err error) {
	if !decode.IsObject(metadata) {
		return "", nil
	}
	err = decode.Object(metadata, func(d *jsontext.Decoder, member string) error {
		if member != "reportType" || d.PeekKind() != '{' {
			return d.SkipValue()
		}
		err := decode.Members(d, func(member string) error {
			if member != "type" {
				return d.SkipValue()
			}
			return decode.Text(d, &name)
		})
		if err == nil {
			err = decode.ErrRest
		}
		return err
	})
	if errors.Is(err, decode.ErrRest) {
		err = nil
	}
	return name, err
}
