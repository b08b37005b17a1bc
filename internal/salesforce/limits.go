package salesforce

import (
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// dailyAPIRequests is the name of the limit that every call counts against.
const dailyAPIRequests = "DailyApiRequests"

// limit is one limit of an org.
type limit struct{ Max, Remaining int64 }

// readLimits reads the limits of an org by name.
func readLimits(body io.Reader) (map[string]limit, error) {
	limits := make(map[string]limit)
	err := decode(body, longestBody, func(d *jsontext.Decoder, _ *bounded) error {
		return members(d, func(kind string) error {
			if d.PeekKind() != '{' {
				return d.SkipValue()
			}
			var one limit
			err := members(d, func(name string) error {
				switch name {
				case "Max":
					return readNumber(d, &one.Max)
				case "Remaining":
					return readNumber(d, &one.Remaining)
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
	err := decode(body, longestErrorBody, func(d *jsontext.Decoder, _ *bounded) error {
		return elements(d, func() error {
			return members(d, func(name string) error {
				if name != "version" || d.PeekKind() != '"' {
					return d.SkipValue()
				}
				found++
				return d.SkipValue()
			})
		})
	})
	if err == nil && found == 0 {
		err = errUnreadable
	}
	return err
}
