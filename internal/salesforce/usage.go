package salesforce

import (
	"cmp"
	"context"
	"io"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

// Clock asks Salesforce for the time. The request is the list of API versions, which needs no login and counts against no
// limit, so it can be made while the org's daily API requests are used up. A time that is far from the expected one is asked
// for once more. Where no answer has a date, as behind a proxy that takes it away, the expected time stands for it, or that of this
// machine: a sync that waits must not wait for ever.
func (c *Client) Clock(ctx context.Context) (time.Time, error) {
	url := c.instance().String() + origin.DataPath
	var told usage.Facts
	for tries := 0; tries < 2 && !told.IsSure; tries++ {
		err := c.retry.do(ctx, func(ctx context.Context) (err error) {
			told, err = c.try(ctx, c.open, apierror.OpClock, url, readVersions)
			return err
		})
		if err != nil {
			return time.Time{}, err
		}
	}
	if told.IsSure {
		return told.Date, nil
	}
	now := time.Now()
	return cmp.Or(c.belief.Expected(now), told.Date, now.UTC().Truncate(time.Second)), nil // not later than this machine's clock where nothing is known
}

// Usage asks for the org's use of its daily API requests, which costs one of them. The header of the answer reports it, up to date, even
// with a refusal for a missing permission. Where the header is missing the limits may report it, which need "View Setup and
// Configuration" and are up to five minutes old. known is false when neither did.
func (c *Client) Usage(ctx context.Context) (used LimitInfo, known bool, err error) {
	var daily limit
	answer, err := c.get(ctx, apierror.OpLimits, c.versioned("/limits"), func(body io.Reader) error {
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
	return used, c.belief.AcceptUsage(used), nil
}
