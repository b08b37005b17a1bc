package estimate

import (
	"time"

	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
)

const (
	// soon is for how long the first sync of a large org may take.
	soon = 48 * time.Hour
	// mostCeiling is the greatest ceiling that is advised: others need some calls too.
	mostCeiling = 95
	// spare is which part of the calls of a sync is added, so that refused tries and a few plans and checks do not spoil the advice.
	spare = 50
	// worthwhile is how much sooner a sync must end to be worth a change, in percent.
	worthwhile = 10
)

// advise says with which quota the first sync ends within 48 hours, or sooner at least.
func (p *Plan) advise(in Input) {
	if in.Budget.Max <= 0 || p.First.Seconds != nil && *p.First.Seconds <= int64(soon/time.Second) {
		return
	}
	now := in.Budget.Policy
	most := quota.Policy{Ceiling: max(now.Ceiling, mostCeiling), Share: 100}
	within := soon
	wider := quota.Policy{Ceiling: now.Ceiling, Share: most.Share}
	switch best, err := in.wider(p.First, most); {
	case err != nil:
		return
	case in.ends(p.First, wider, soon):
	case best.Takes() <= soon:
		wider.Ceiling = least(now.Ceiling, most.Ceiling, func(ceiling int) bool {
			return in.ends(p.First, quota.Policy{Ceiling: ceiling, Share: most.Share}, soon)
		})
	case p.First.Seconds == nil || best.Seconds*100 <= *p.First.Seconds*(100-worthwhile):
		within, wider = best.Takes(), most
	default:
		return
	}
	wider.Share = least(now.Share, most.Share, func(share int) bool {
		return in.ends(p.First, quota.Policy{Ceiling: wider.Ceiling, Share: share}, within)
	})
	f, err := in.forecast(in.steps(p.First.Describes, 0), in.Budget.Others, wider)
	if err != nil {
		return
	}
	p.Sooner = &Sooner{Ceiling: wider.Ceiling, Share: wider.Share, Seconds: f.Seconds, Ends: f.Ends}
	if within == soon && wider.Ceiling == now.Ceiling {
		p.Share = &p.Sooner.Share
	}
}

// wider is the forecast of a sync with some calls to spare.
func (in Input) wider(s Sync, policy quota.Policy) (forecast.Forecast, error) {
	return in.forecast(in.steps(s.Describes+s.Describes/spare+1, 0), in.Budget.Others, policy)
}

// ends says whether a sync with some calls to spare ends in time.
func (in Input) ends(s Sync, policy quota.Policy, within time.Duration) bool {
	f, err := in.wider(s, policy)
	return err == nil && f.Takes() <= within
}

// least is the smallest number of a range for which something holds that holds for the greatest one.
func least(low, high int, holds func(int) bool) int {
	for low < high {
		if middle := (low + high) / 2; holds(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
