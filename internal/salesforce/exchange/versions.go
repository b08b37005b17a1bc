package exchange

import (
	"context"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

// Versions requests the list of API versions of an origin, which needs no login and counts against no limit.
func (x *Exchange) Versions(ctx context.Context, op string, of origin.Origin) (usage.Facts, error) {
	return x.do(ctx, x.Open, op, of.String()+origin.DataPath, readVersions)
}

// readVersions makes sure that a body is the list of API versions, each as {"label","url","version"}.
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
