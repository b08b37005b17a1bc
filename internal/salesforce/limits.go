package salesforce

import (
	"context"
	"io"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

// DailyAPIRequests is the name of the limit that every call counts against.
const DailyAPIRequests = "DailyApiRequests"

// Limit is one limit of an org.
type Limit struct{ Max, Remaining int64 }

// Limits reads the org's limits by name. It needs the permission "View Setup and Configuration"; the header of every
// answer, which a Meter reads, tells the daily requests without.
func (c *Client) Limits(ctx context.Context) (map[string]Limit, error) {
	var limits map[string]Limit
	err := c.get(ctx, opLimits, c.versioned("/limits"), func(resp *http.Response) error {
		var err error
		limits, err = readLimits(resp.Body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return limits, nil
}

func readLimits(body io.Reader) (map[string]Limit, error) {
	limits := make(map[string]Limit)
	err := decode(body, longestBody, func(d *jsontext.Decoder, _ *bounded) error {
		return members(d, func(limit string) error {
			if d.PeekKind() != '{' {
				return d.SkipValue()
			}
			var one Limit
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
			limits[limit] = one
			return err
		})
	})
	return limits, err
}
