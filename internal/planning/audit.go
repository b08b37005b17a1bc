package planning

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/quota"
	"longhaul/internal/stream"
)

// An audit describes a report again though its date stands still: the label of a field, a report type and what the run-as user may see
// change without a change of the reports.

// overdue is for how many days a report has been due for its audit; negative where it is not, or where the last one failed and it waits.
// The first audits of reports that were described on one day are spread over the second half of the period, and those after them keep
// that distance.
func (r Refresh) overdue(d *description.Description) int64 {
	if r.Audit <= 0 {
		return -1
	}
	switch d.State {
	case description.StateDescribed, description.StateReused, description.StateObsolete: // its object may be open to reports again
	default:
		return -1
	}
	if r.tooEarly(d.AuditFailures, d.AuditTried) {
		return -1
	}
	wait := r.Audit
	if !d.Audited {
		wait = r.Audit/2 + time.Duration(float64(r.Audit/2)*fraction(d.ID))
	}
	return max(day(r.Now)-day(d.At.Add(wait)), -1)
}

// fraction is a hash of an Id in [0,1), the same at all times. Neighbouring Ids have nothing in common in it.
func fraction(id string) float64 {
	sum := sha256.Sum256([]byte(id))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}

// mostOverdue is the longest delay that is told from longer ones, in days.
const mostOverdue = 400

// auditing chooses the audits of a sync, the most overdue ones first. It counts them by days, so that it needs no list.
type auditing struct {
	any  bool                   // something may be due
	due  [mostOverdue + 1]int64 // reports by the days for which they have been due
	from int64                  // those of more days are all taken
	some int64                  // and so many of those of this day, in the order of their Ids
}

func (a *auditing) count(overdue int64) { a.due[min(overdue, mostOverdue)]++ }

// choose takes as many as there are calls for.
func (a *auditing) choose(calls int64) {
	for a.from = mostOverdue; a.from > 0 && a.due[a.from] <= calls; a.from-- {
		calls -= a.due[a.from]
	}
	a.some = calls
}

// take says whether a report is audited.
func (a *auditing) take(overdue int64) bool {
	if overdue = min(overdue, mostOverdue); overdue != a.from {
		return overdue > a.from
	}
	a.some--
	return a.some >= 0
}

// chooseAudits counts what must be described, and leaves the rest of the calls to audits. It reads all that is known once more, which is
// done only where something may be due.
func (p *planner) chooseAudits(ctx context.Context, known []stream.Stream) error {
	if !p.audits.any {
		p.audits.choose(math.MaxInt64)
		return nil
	}
	var needed int64
	err := p.join(ctx, known, func(c *candidate) error {
		switch p.Refresh.judge(c) {
		case audit:
			p.audits.count(p.overdue(&c.head))
		case keep:
		case describe, tryAgain, renew:
			needed++
		}
		return nil
	})
	p.audits.choose(quota.Spare(p.Room, needed))
	return err
}
