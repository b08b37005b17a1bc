package salesforce

import (
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
)

// dailyAPIRequests is the name of the limit that every call counts against.
const dailyAPIRequests = "DailyApiRequests"

// limit is one limit of an org.
type limit struct{ Max, Remaining int64 }

// readLimits reads the limits of an org by name.
func readLimits(body io.Reader) (map[string]limit, error) {
	limits := make(map[string]limit)
	err := decode.Body(body, longestBody, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
		return decode.Members(d, func(kind string) error {
			if d.PeekKind() != '{' {
				return d.SkipValue()
			}
			var one limit
			err := decode.Members(d, func(name string) error {
				switch name {
				case "Max":
					return decode.Number(d, &one.Max)
				case "Remaining":
					return decode.Number(d, &one.Remaining)
				default:
					return d.SkipValue()
				}
			})
			limits[kind] = one
			return err
		})
	})
	return limits, err
}

// readVersions makes sure that a body is the list of API versions, as {"label","url","version"}.
func readVersions(body io.Reader) error {
	found := 0
	err := decode.Body(body, apierror.LongestBody, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
		return decode.Elements(d, func() error {
			return decode.Members(d, func(name string) error {
				if name != "version" || d.PeekKind() != '"' {
					return d.SkipValue()
				}
				found++
				return d.SkipValue()
			})
		})
	})
	if err == nil && found == 0 {
		err = decode.ErrUnreadable
	}
	return err
}
