package estimate

import (
	"cmp"
	"fmt"
	"time"

	"longhaul/internal/humanize"
)

// Cadence is how often the schedule of a source starts a sync.
type Cadence struct {
	Words   string `json:"schedule"`          // such as every 24h
	Seconds int64  `json:"seconds"`           // the least time from one start to the next
	Warning string `json:"warning,omitempty"` // where a sync takes longer than that

	Slower string `json:"-"` // what to do for a longer period, with %s for it; empty: a setting
}

// hour is the unit in which a longer period is proposed, and quarter that of short ones.
const (
	hour    = time.Hour
	quarter = 15 * time.Minute
)

// warn says that a refresh, or a first sync, takes longer than the schedule leaves for it, and what to change. A sync that still runs is not
// started once more, so runs are skipped.
func (c *Cadence) warn(p *Plan) {
	period := time.Duration(c.Seconds) * time.Second
	refresh, first := takes(p.Refresh), takes(p.First)
	const skipped = "a run at which the sync before still runs is skipped"
	switch {
	case period <= 0:
	case refresh > period:
		slower := fmt.Sprintf(cmp.Or(c.Slower, "set schedule.every of sources."+p.Source+" to %s or more"), longer(refresh))
		c.Warning = fmt.Sprintf("The schedule (%s) starts syncs faster than a refresh takes (about %s), and %s: %s, or give the source more API calls "+
			"(quota.share)", c.Words, humanize.About(refresh), skipped, slower)
	case !p.Reused.Recorded && first > period:
		c.Warning = fmt.Sprintf("The first sync takes longer (about %s) than the schedule (%s) leaves for it, and %s: nothing to change, as a refresh "+
			"takes about %s", humanize.About(first), c.Words, skipped, humanize.About(refresh))
	}
}

// takes is how long a sync takes at most, as far as that is known; zero where it is not.
func takes(s Sync) time.Duration {
	if s.Forecast == nil {
		return 0
	}
	took := s.Forecast.Takes()
	if s.Most != nil {
		took = max(took, time.Duration(*s.Most)*time.Second)
	}
	return took
}

// longer is a period that leaves a sync a quarter of its time to spare.
func longer(took time.Duration) string {
	unit := quarter
	if took > 2*hour {
		unit = hour
	}
	period := (took + took/4 + unit - 1).Truncate(unit)
	if period < hour {
		return fmt.Sprintf("%dm", int(period.Minutes()))
	}
	if rest := period % hour; rest != 0 {
		return fmt.Sprintf("%dh%dm", int(period.Hours()), int(rest.Minutes()))
	}
	return fmt.Sprintf("%dh", int(period.Hours()))
}
