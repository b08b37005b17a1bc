package salesforce

import (
	"context"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/exchange"
)

// Count asks for the number of reports, the smallest request there is: for tests of what every request goes through.
func Count(ctx context.Context, c *Client) (int, error) {
	total := int64(-1)
	path := c.exchange.Versioned("/query?q=SELECT+COUNT%28%29+FROM+Report")
	_, err := c.exchange.Get(ctx, apierror.OpQuery, path, func(body io.Reader) error {
		err := decode.Body(body, exchange.LongestBody, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
			return decode.Members(d, func(name string) error {
				if name == "totalSize" {
					return decode.Number(d, &total)
				}
				return d.SkipValue()
			})
		})
		if err == nil && total < 0 {
			err = apierror.Contradiction("it does not say how many records there are")
		}
		return err
	})
	return int(total), err
}
