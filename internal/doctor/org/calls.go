package org

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
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

// leastCalls is what a sync needs to get as far as its first describe: the login with its questions, and the lists.
const leastCalls = 20

func (f limits) callsRow() doctor.Finding {
	r := about("api_calls", "API calls for a sync")
	wait := r // no call may be made now
	wait.Waits = true
	const cost = "a sync waits until calls of yesterday age out, and goes on by itself"
	switch used, most := f.used.value.Used, f.used.value.Max; {
	case fault.Is(f.stopped(), fault.QuotaExhausted) && (!f.used.known() || used < most): // Salesforce refuses calls, whatever a header says
		return count(wait.warn("none: the org has used up its daily API requests", cost, "wait, or find the program that uses them",
			place.CallsOfADay), 0, doctor.Exact)
	case !f.used.asked:
		return r.skip(f.because())
	case f.used.err != nil:
		return r.unanswered(f.used.err, "how long a sync takes is not known")
	case most <= 0:
		return r.warn("Salesforce does not tell how many the org has used", "quota.ceiling and quota.share cannot be kept",
			`tick "View Setup and Configuration"`, f.tick())
	case used >= most:
		return count(wait.warn(fmt.Sprintf("none: %s of %s were used in the last 24 hours", humanize.Number(used), humanize.Number(most)), cost,
			"wait, or find the program that uses them", place.CallsOfADay), 0, doctor.Exact)
	}
	now := time.Now()
	budget := f.budget(now)
	room := budget.Room(now)
	if room < leastCalls {
		return count(f.tooFew(wait, room, budget.Wait(now)), room, doctor.Exact)
	}
	passed := count(r.pass("%s now; %s", humanize.Number(room), f.left()), room, doctor.Exact)
	if reports := f.visible[listing.Reports]; reports.known() && reports.value > room {
		passed.Found += "; a first sync makes one for each report, so it waits in between"
	}
	passed.Where = place.CallsOfADay
	return passed
}

// left says how many API calls the org has left for all its users.
func (f limits) left() string {
	used, most := f.used.value.Used, f.used.value.Max
	return fmt.Sprintf("the org has %s of %s left", humanize.Number(most-used), humanize.Number(most))
}

// policy is the bounds of the source.
func (f limits) policy() quota.Policy { return f.Quota.Over(quota.Policy{Ceiling: 100, Share: 100}) }

// budget is what a sync that began now would have.
func (f limits) budget(now time.Time) quota.Budget {
	told := quota.Usage{Used: f.used.value.Used, Max: f.used.value.Max, Clock: f.Meter.Date(), At: f.Meter.LimitAt()}
	clock := cmp.Or(told.Clock, now)
	if limit, known := f.Meter.Limit(); !known || limit.Max <= 0 { // /limits told it
		told.At, told.Delayed = clock, true
	}
	budget := quota.Budget{Policy: f.policy(), Margin: int64(f.MaxInFlight)}
	if f.Own != nil {
		budget.Recall(f.Own(clock, now))
	}
	budget.Return(0, f.Meter.Calls(), told, now)
	return budget
}

// tooFew is the row where a sync would wait before it has read anything.
func (f limits) tooFew(r row, room int64, wait quota.Wait) doctor.Finding {
	few := "none"
	if room > 0 {
		few = "only " + humanize.Number(room)
	}
	cost := "a sync waits until calls of other programs age out, and goes on by itself"
	if !wait.Until.IsZero() {
		cost = "a sync waits, and goes on by itself: the first come back at " + humanize.Moment(wait.Until)
	}
	if wait.Reason == quota.ByShare {
		return r.warn(fmt.Sprintf("%s: this source has used %s of the %s that quota.share (%d percent) of the settings lets it make in 24 hours; %s",
			few, humanize.Number(wait.Used), humanize.Number(wait.Bound), f.policy().Share, f.left()), cost,
			"wait, or raise quota.share", "quota.share in the settings of the source; a sync that runs keeps what `set-quota` gave it")
	}
	return r.warn(fmt.Sprintf("%s: the org has used %s in the last 24 hours, and quota.ceiling (%d percent) stops a sync at %s; %s",
		few, humanize.Number(wait.Used), f.policy().Ceiling, humanize.Number(wait.Bound), f.left()), cost,
		"wait, find the program that uses them, or raise quota.ceiling", place.CallsOfADay)
}
