package org

import (
	"context"
	"fmt"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/humanize"
)

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

// clockTime is humanize.Moment to the second, as Setup shows logins.
func clockTime(t time.Time) string { return t.UTC().Format("2 Jan 15:04:05 UTC") }
