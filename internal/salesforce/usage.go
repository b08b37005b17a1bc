package salesforce

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/usage"
)

// Clock asks Salesforce for the time. The request is the list of API versions, which needs no login and counts against no limit, so it works
// while the org's daily API requests are used up. A time that is far from the expected one is requested once more. Where no answer has a
// date, as behind a proxy that removes it, the expected time or that of this machine stands for it: a sync that waits must not wait for ever.
func (c *Client) Clock(ctx context.Context) (time.Time, error) {
	instance := c.session.Place().Instance
	var reported usage.Facts
	for tries := 0; tries < 2 && !reported.IsSure; tries++ {
		var err error
		if reported, err = c.exchange.Versions(ctx, apierror.OpClock, instance); err != nil {
			return time.Time{}, err
		}
	}
	if reported.IsSure {
		return reported.Date, nil
	}
	now := time.Now()
	// Not later than this machine's clock where nothing is known.
	return cmp.Or(c.exchange.Consensus.Expected(now), reported.Date, now.UTC().Truncate(time.Second)), nil
}

// Usage asks for the org's use of its daily API requests, which costs one of them. The header of the answer reports it, up to date, even
// with a refusal for a missing permission. Where the header is missing the limits may report it, which need "View Setup and
// Configuration" and are up to five minutes old. known is false when neither did.
func (c *Client) Usage(ctx context.Context) (used LimitInfo, known bool, err error) {
	var daily limit
	answer, err := c.exchange.Get(ctx, apierror.OpLimits, c.exchange.Versioned("/limits"), func(body io.Reader) error {
		limits, err := readLimits(body)
		daily = limits[dailyAPIRequests]
		return err
	})
	if e := apierror.From(err); e != nil && e.Class == fault.PermissionMissing && !e.Whole {
		return answer.Usage, answer.HasUsage, nil
	}
	if err != nil {
		return LimitInfo{}, false, err
	}
	if answer.HasUsage {
		return answer.Usage, true, nil
	}
	used = LimitInfo{Used: daily.Max - daily.Remaining, Max: daily.Max}
	return used, c.exchange.Consensus.AcceptUsage(used), nil
}

// dailyAPIRequests is the name of the limit that every call counts against.
const dailyAPIRequests = "DailyApiRequests"

// limit is one limit of an org.
type limit struct{ Max, Remaining int64 }

// readLimits reads the limits of an org by name.
func readLimits(body io.Reader) (map[string]limit, error) {
	limits := make(map[string]limit)
	err := decode.Body(body, exchange.LongestBody, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
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
