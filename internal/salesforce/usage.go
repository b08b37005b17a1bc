package salesforce

import (
	"context"
	"net/http"
	"time"

	"longhaul/internal/fault"
)

// Clock asks Salesforce for the time. The request is the list of API versions, which needs no login and counts against no
// limit, so it can be made while the org's daily API requests are used up.
func (c *Client) Clock(ctx context.Context) (time.Time, error) {
	var now time.Time
	url := c.instance().String() + dataPath
	err := c.retry.do(ctx, func(ctx context.Context) error {
		return c.try(ctx, c.open, opClock, url, func(resp *http.Response) error {
			if now = dateOf(resp.Header); now.IsZero() {
				return errNoDate
			}
			return nil
		})
	})
	return now, err
}

// Usage asks for the org's use of its daily API requests, which costs one of them. The header of the answer tells it, fresh,
// even of a refusal for a missing permission. Where it is silent the limits may tell it, which need "View Setup and
// Configuration" and are as old as five minutes. told is false when neither did.
func (c *Client) Usage(ctx context.Context) (usage LimitInfo, told bool, err error) {
	err = c.get(ctx, opLimits, c.versioned("/limits"), func(resp *http.Response) error {
		limits, err := readLimits(resp.Body)
		if err != nil {
			return err
		}
		usage, told = parseLimitInfo(resp.Header.Get(usageHeader))
		if daily := limits[dailyAPIRequests]; !told && daily.Max > 0 {
			usage, told = LimitInfo{Used: daily.Max - daily.Remaining, Max: daily.Max}, true
		}
		return nil
	})
	if e := errorIn(err); e != nil && e.Class == fault.PermissionMissing && !e.Whole {
		return e.limit, e.limitTold, nil
	}
	return usage, told, err
}
