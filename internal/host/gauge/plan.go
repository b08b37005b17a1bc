package gauge

import (
	"context"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"

	"longhaul/internal/schedule/ledger"
)

const (
	// late is how late a run of a schedule may be: Temporal starts it within seconds, and its list may be a look old.
	late = 2 * time.Minute
	// mostChecks bounds the schedules of which Temporal is asked, in one look, which runs were due. Each is three requests.
	mostChecks = 8
	// checkAgain is when a schedule is asked again whose list shows a run that was asked for.
	checkAgain = 10 * time.Minute
	// ending is for how long after its end a sync may still have kept the schedule from starting the next one.
	ending = 30 * time.Second
)

// plan is the schedule of a source.
type plan struct {
	there, paused bool
	period        time.Duration // the longest time between the next runs; zero: it is not known
	check         time.Time     // when to ask whether a run has come; zero: nothing is to come that is known
	overdue       time.Time     // when the first run was due that has not come; zero: none
	missed        int64         // runs since the last sync that were counted as missed
	checked       time.Time     // when it was asked last; zero: never
}

// lookAtPlans takes what the ledger has seen of the schedules, and asks Temporal for those of which a run should have come.
func (g *Gauges) lookAtPlans(ctx context.Context, now time.Time) error {
	var first error
	checks, listed := 0, g.Ledger.Listed()
	if listed == nil {
		return nil // nobody has looked yet
	}
	for name, s := range g.sights {
		s.plan.take(listed[name], now)
		if !s.plan.due(now) || s.runs || checks == mostChecks {
			continue
		}
		checks++
		if err := g.checkPlan(ctx, name, s, now); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// take takes what a list shows of the schedule; nil where there is none.
func (p *plan) take(info *schedulepb.ScheduleListInfo, now time.Time) {
	if info == nil {
		*p = plan{missed: p.missed}
		return
	}
	p.there, p.paused = true, info.GetPaused()
	if p.paused {
		p.period, p.check, p.overdue = 0, time.Time{}, time.Time{}
		return
	}
	p.period = periodOf(info)
	if p.checked.IsZero() && p.check.IsZero() {
		p.check = now // what was due while no worker lived
	}
	if next := info.GetFutureActionTimes(); p.check.IsZero() && len(next) > 0 {
		if p.check = next[0].AsTime().Add(late); !p.check.After(p.checked) { // the list is old
			p.check = p.checked.Add(checkAgain)
		}
	}
}

// due says whether it is time to ask.
func (p *plan) due(now time.Time) bool {
	return p.there && !p.paused && !p.check.IsZero() && !now.Before(p.check)
}

// periodOf is the longest time from one of the next runs to the one after it.
func periodOf(info *schedulepb.ScheduleListInfo) (longest time.Duration) {
	calendars := info.GetSpec().GetStructuredCalendar()
	for _, interval := range info.GetSpec().GetInterval() {
		if every := interval.GetInterval().AsDuration(); len(calendars) == 0 && every > longest {
			longest = every
		}
	}
	if longest > 0 {
		return longest
	}
	next := info.GetFutureActionTimes()
	for i := 1; i < len(next); i++ {
		longest = max(longest, next[i].AsTime().Sub(next[i-1].AsTime()))
	}
	return longest
}

// checkPlan asks which runs were due since the last sync and have not come. While one is overdue it is asked at each look.
func (g *Gauges) checkPlan(ctx context.Context, name string, s *sight, now time.Time) error {
	bounded, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	after := s.past.newest()
	if !after.IsZero() {
		after = after.Add(ending)
	}
	runs, came, err := ledger.Runs(bounded, g.Server, g.Store, name, after, now.Add(-late))
	if err != nil {
		return err
	}
	p := &s.plan
	p.checked, p.overdue, p.check = now, time.Time{}, time.Time{}
	var missed int64
	for _, at := range runs {
		if came(at) {
			continue
		}
		if missed++; missed == 1 {
			p.overdue, p.check = at, now
		}
	}
	g.Instruments.Missed(name, missed-p.missed)
	p.missed = max(p.missed, missed)
	return nil
}

// newest is when the last sync ended; zero: none has.
func (p *past) newest() (last time.Time) {
	for _, at := range p.ended {
		if at.After(last) {
			last = at
		}
	}
	return last
}
