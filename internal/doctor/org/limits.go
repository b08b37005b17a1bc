package org

import (
	"context"
	"fmt"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/place"
)

// askUsage asks for the use of the org's API calls where no answer has told it.
func (f *facts) askUsage(ctx context.Context, client *salesforce.Client, b bounds) {
	if limit, known := f.Meter.Limit(); known && limit.Max > 0 {
		f.used = answer[salesforce.LimitInfo]{value: limit, asked: true}
		return
	}
	if f.stopped() != nil {
		return
	}
	put(ctx, b.call, &f.used, func(ctx context.Context) (salesforce.LimitInfo, error) {
		limit, _, err := client.Usage(ctx)
		return limit, err
	})
}

func (f limits) callsRow() doctor.Finding {
	r := about("api_calls", "API calls left today")
	const cost = "a sync waits until calls of yesterday age out, and goes on by itself"
	switch used, most := f.used.value.Used, f.used.value.Max; {
	case fault.Is(f.stopped(), fault.QuotaExhausted) && (!f.used.known() || used < most): // Salesforce refuses calls, whatever a header says
		return count(r.warn("none: the org has used up its daily API requests", cost, "wait, or find the program that uses them",
			place.CallsOfADay), 0, doctor.Exact)
	case !f.used.asked:
		return r.skip(f.because())
	case f.used.err != nil:
		return r.unanswered(f.used.err, "how long a sync takes is not known")
	case most <= 0:
		return r.warn("Salesforce does not tell how many the org has used", "quota.ceiling and quota.share cannot be kept",
			`give the run-as user "View Setup and Configuration"`, place.Permissions)
	case used >= most:
		return count(r.warn(fmt.Sprintf("none: %s of %s were used in the last 24 hours", humanize.Number(used), humanize.Number(most)), cost,
			"wait, or find the program that uses them", place.CallsOfADay), 0, doctor.Exact)
	case f.Ceiling > 0 && used >= most*int64(f.Ceiling)/100:
		return count(r.warn(fmt.Sprintf("%s of %s, and none for a sync: %s were used in the last 24 hours, and quota.ceiling lets a sync go to %d percent",
			humanize.Number(most-used), humanize.Number(most), humanize.Number(used), f.Ceiling), cost,
			"wait, or find the program that uses them, or raise quota.ceiling", place.CallsOfADay), most-used, doctor.Exact)
	default:
		passed := count(r.pass("%s of %s: %s were used in the last 24 hours, by all programs together",
			humanize.Number(most-used), humanize.Number(most), humanize.Number(used)), most-used, doctor.Exact)
		passed.Where = place.CallsOfADay
		return passed
	}
}

// clocks are the times of Salesforce and of this machine, read at the same moment.
type clocks struct{ theirs, ours time.Time }

// readClocks asks for the time, which needs no login and no API call.
func (f *facts) readClocks(ctx context.Context) (clocks, error) {
	before := time.Now()
	theirs, err := f.Client.Clock(ctx)
	ours := before.Add(time.Since(before) / 2)
	if f.Meter.Date().IsZero() { // no answer had a date, so that the time is this machine's own
		theirs = time.Time{}
	}
	return clocks{theirs, ours}, err
}

// apart is how far the clocks may be from each other: Salesforce tells whole seconds, and an answer takes its time.
const apart = time.Minute

func (f limits) clocksRow() doctor.Finding {
	r := about("clocks", "Clocks of Salesforce and of this worker")
	c := f.clock.value
	if f.clock.err != nil {
		return r.unanswered(f.clock.err, "")
	}
	if c.theirs.IsZero() {
		return r.skip("no answer has a date; a proxy may remove it")
	}
	off := c.ours.Sub(c.theirs).Round(time.Second)
	if off.Abs() <= apart {
		return r.pass("%s there, %s here", clockTime(c.theirs), clockTime(c.ours))
	}
	word := "ahead of"
	if off < 0 {
		word = "behind"
	}
	found := fmt.Sprintf("%s there, %s here: this worker is %s %s Salesforce", clockTime(c.theirs), clockTime(c.ours),
		humanize.Duration(off.Abs()), word)
	return r.warn(found,
		"times on screens, in records and in names of files are wrong; API calls are counted by Salesforce's clock all the same",
		"set the clock of this machine by NTP", "the machine of this worker")
}
