package planning

import (
	"time"

	"longhaul/internal/description"
)

// Refresh is what decides which reports a sync describes again though their dates stand still.
type Refresh struct {
	Now         time.Time       // by Salesforce's clock
	Audit       time.Duration   // for how long a description holds at most, of a report that does not change; 0: for ever
	Permissions map[string]bool // of the run-as user, as far as they are known
	Rights      bool            // they are others than those of the last recorded sync
	Renewed     map[string]bool // report types that are described again as a whole
}

// verdict is what becomes of a report.
type verdict int

const (
	describe verdict = iota // nothing that holds is known
	keep                    // what is known holds
	tryAgain                // it was refused, as often as its line says
	audit                   // it does not change, and may have drifted
	renew                   // its type has drifted
)

// judge decides about a report, once everything that is known of it was read. Audits are within what chooseAudits allows.
func (p *planner) judge(c *candidate) verdict {
	v := p.Refresh.judge(c)
	if v == audit && !p.audits.take(p.overdue(&c.head)) {
		return keep
	}
	return v
}

// judge decides about a report as if any number could be audited.
func (r Refresh) judge(c *candidate) verdict {
	switch c.head.State {
	case description.StateDenied, description.StateGone:
		return r.refused(c)
	case description.StateDescribed, description.StateReused, description.StateObsolete, description.StateUnsupported:
	default: // nothing known, or something that is to be tried again
		return describe
	}
	switch {
	case !holds(&c.head, c.modified):
		return describe
	case c.recorded && r.Renewed[c.head.Type]: // what came after the record was described again already
		return renew
	case r.overdue(&c.head) >= 0:
		return audit
	}
	return keep
}

// dayLength is a day in seconds.
const dayLength = 24 * 60 * 60

// day numbers the days of UTC. What is due on a day is due in the first sync of that day, whatever its hour, so that a daily sync that
// begins some seconds early puts nothing off.
func day(t time.Time) int64 {
	n := t.Unix() / dayLength
	if t.Unix()%dayLength < 0 {
		n--
	}
	return n
}
