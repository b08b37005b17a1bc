package salesforce

import (
	"cmp"
	"context"
	"io"
	"time"

	"longhaul/internal/fault"
)

// Clock asks Salesforce for the time. The request is the list of API versions, which needs no login and counts against no
// limit, so it can be made while the org's daily API requests are used up. A time that is far from the expected one is asked
// for once more. Where no answer has a date, as behind a proxy that takes it away, the expected time stands for it, or that of this
// machine: a sync that waits must not wait for ever.
func (c *Client) Clock(ctx context.Context) (time.Time, error) {
	url := c.instance().String() + dataPath
	var told facts
	for tries := 0; tries < 2 && !told.sure; tries++ {
		err := c.retry.do(ctx, func(ctx context.Context) (err error) {
			told, err = c.try(ctx, c.open, opClock, url, readVersions)
			return err
		})
		if err != nil {
			return time.Time{}, err
		}
	}
	if told.sure {
		return told.date, nil
	}
	now := time.Now()
	return cmp.Or(c.belief.expected(now), told.date, now.UTC().Truncate(time.Second)), nil // not later than this machine's clock where nothing is known
}

// Usage asks for the org's use of its daily API requests, which costs one of them. The header of the answer tells it, fresh,
// even of a refusal for a missing permission. Where it is silent the limits may tell it, which need "View Setup and
// Configuration" and are as old as five minutes. told is false when neither did.
func (c *Client) Usage(ctx context.Context) (usage LimitInfo, told bool, err error) {
	var daily limit
	answer, err := c.get(ctx, opLimits, c.versioned("/limits"), func(body io.Reader) error {
		limits, err := readLimits(body)
		daily = limits[dailyAPIRequests]
		return err
	})
	if e := errorIn(err); e != nil && e.Class == fault.PermissionMissing && !e.Whole {
		return e.told.usage, e.told.told, nil
	}
	if err != nil || answer.told {
		return answer.usage, answer.told, err
	}
	usage = LimitInfo{Used: daily.Max - daily.Remaining, Max: daily.Max}
	return usage, c.belief.limit(usage), nil
}
