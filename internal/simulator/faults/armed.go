package faults

import (
	"cmp"
	"time"

	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/wire"
)

// armed is a fault that is set, with what is derived from it once.
type armed struct {
	State
	kind    Kind
	routes  map[string]bool
	ids     map[string]bool // nil for every id
	rate    float64         // the part of the matching requests that it strikes
	strikes float64         // that are due: one at first, and the rate more after each matching request
	until   time.Time       // zero without an end

	decided map[*session.Session]bool // tokens that were struck or spared for good
}

func arm(f Fault, kind Kind, now time.Time) *armed {
	a := &armed{State: State{Fault: f}, kind: kind, rate: 1, strikes: 1, routes: map[string]bool{}}
	if kind.scope == ofEgress {
		a.rate = secondShare
	}
	if f.Rate > 0 {
		a.rate = f.Rate
	}
	if f.For > 0 {
		a.until = now.Add(f.For)
	}
	for _, route := range kind.Routes {
		a.routes[route] = f.Route == ""
	}
	if f.Route != "" {
		a.routes[f.Route] = true
	}
	for _, id := range f.IDs {
		if a.ids == nil {
			a.ids = map[string]bool{}
		}
		full, _ := org.Normalize(id)
		a.ids[full] = true
	}
	return a
}

// matches reports whether a fault is for a request.
func (a *armed) matches(at Place, r *Request) bool {
	return a.kind.place == at && a.routes[r.Route] && a.names(r.Args) && (a.kind.Damage != wire.TruncatedGzip || r.Gzip)
}

// names reports whether one of a path's arguments is a record that the fault is for.
func (a *armed) names(args []string) bool {
	if a.ids == nil {
		return true
	}
	for _, arg := range args {
		if full, ok := org.Normalize(arg); ok && a.ids[full] {
			return true
		}
	}
	return false
}

// over reports whether a fault strikes no more.
func (a *armed) over(c clock.Clock) bool {
	return a.Fault.Times > 0 && a.Hits >= a.Fault.Times || !a.until.IsZero() && !c.Now().Before(a.until)
}

// almostOne is what counts as a whole strike: sums of tenths do not come out even.
const almostOne = 1 - 1e-9

// due reports whether the next matching request is struck. Strikes are evenly spread, and in the long run their part is
// the rate.
func (a *armed) due() bool {
	struck := a.strikes >= almostOne
	if struck {
		a.strikes--
	}
	a.strikes += a.rate
	return struck
}

// stallTime is how long a stall lasts by default.
const stallTime = 25 * time.Second

func (a *armed) strike() *Strike {
	s := &Strike{
		Kind: a.kind, RetryAfter: cmp.Or(a.Fault.RetryAfter, a.kind.RetryAfter), Delay: a.Fault.Delay, routes: a.routes, ofRecords: a.ids != nil,
	}
	if a.kind.Damage == wire.Delayed {
		s.Delay = cmp.Or(s.Delay, stallTime)
	}
	return s
}
