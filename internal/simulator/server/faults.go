package server

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"time"

	"longhaul/internal/simulator/org"
)

// Fault is trouble that requests meet: one of the catalogue, with whom it strikes, how often and for how long.
type Fault struct {
	Name       string        // of the catalogue
	Route      string        // the only route that it strikes, of those that are its own; all of them when empty
	IDs        []string      // the only records in the path that it strikes, all when empty
	Rate       float64       // the part of the matching requests that it strikes, evenly spread, the first among them; 1 when zero
	Times      int           // how often it strikes at most; no limit when zero
	For        time.Duration // how long it strikes by the simulator's clock since it was set; no limit when zero
	RetryAfter int           // seconds of the Retry-After header; those of the catalogue when zero
	Delay      time.Duration // wall time before the answer; 25 s for a stall when zero
}

// FaultState is a fault that was set, and what has become of it.
type FaultState struct {
	Fault   Fault `json:"fault"`
	Matched int   `json:"matched"` // requests that it might have struck
	Hits    int   `json:"hits"`    // requests that it did strike
}

// stallTime is how long a stall lasts that does not say.
const stallTime = 25 * time.Second

// faults are those that are set.
type faults struct {
	clock Clock

	mu   sync.Mutex
	list []*armed
}

// armed is a fault with what is worked out from it once.
type armed struct {
	FaultState
	kind   FaultKind
	routes map[string]bool // nil for every route of its place
	ids    map[string]bool // nil for every id
	rate   float64         // the part of the matching requests that it strikes
	due    float64         // strikes that are due: one at first, and the rate more after each matching request
	until  time.Time       // zero without an end

	judged map[*session]bool // tokens that were struck or spared for good
}

// strike is a fault that strikes one request.
type strike struct {
	kind       FaultKind
	retryAfter int
	delay      time.Duration
	routes     map[string]bool
	bound      bool // to some records, and so to no session
}

// set replaces all faults, and each begins anew; they were checked before.
func (f *faults) set(list []Fault) {
	kinds := map[string]FaultKind{}
	for _, kind := range Catalogue() {
		kinds[kind.Name] = kind
	}
	now := f.clock.Now()
	var all []*armed
	for _, fault := range list {
		all = append(all, arm(fault, kinds[fault.Name], now))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = all
}

func arm(f Fault, kind FaultKind, now time.Time) *armed {
	a := &armed{FaultState: FaultState{Fault: f}, kind: kind, rate: 1, due: 1, routes: map[string]bool{}}
	if kind.bond == toEgress {
		a.rate = evenly
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

// strike gives the first fault that strikes a request at a place on its way, nil when none does. args are those of its
// path; zipped tells whether its caller takes gzip; c is the call where it has a session.
func (f *faults) strike(at place, route string, args []string, zipped bool, c *call) *strike {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.list {
		if a.kind.place != at || !a.routes[route] || !a.names(args) || a.kind.damage == cutGzip && !zipped || a.spent(f.clock) {
			continue
		}
		if a.spares(c) {
			continue
		}
		a.Matched++
		if a.kind.bond != toEgress && !a.strikes() {
			continue
		}
		a.Hits++
		return a.strike()
	}
	return nil
}

// almostOne is what counts as a whole strike: sums of tenths do not come out even.
const almostOne = 1 - 1e-9

// evenly is the part of the connections that leave by the second egress address, where a Fault does not say.
const evenly = 0.5

// strikes tells whether the next matching request is struck. Strikes are evenly spread, and their part is the rate in the
// long run, whatever rate that is.
func (a *armed) strikes() bool {
	struck := a.due >= almostOne
	if struck {
		a.due--
	}
	a.due += a.rate
	return struck
}

// names tells whether one of a path's arguments is a record that the fault is for.
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

func (a *armed) spent(clock Clock) bool {
	return a.Fault.Times > 0 && a.Hits >= a.Fault.Times || !a.until.IsZero() && !clock.Now().Before(a.until)
}

func (a *armed) strike() *strike {
	s := &strike{kind: a.kind, retryAfter: a.Fault.RetryAfter, delay: a.Fault.Delay, routes: a.routes, bound: a.ids != nil}
	fallback(&s.retryAfter, a.kind.RetryAfter)
	if a.kind.damage == late {
		fallback(&s.delay, stallTime)
	}
	return s
}

// remove takes the faults of some names away; the rest goes on as it was.
func (f *faults) remove(names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = slices.DeleteFunc(f.list, func(a *armed) bool { return slices.Contains(names, a.Fault.Name) })
}

// SetFaults replaces all faults, unless one of them is not good: the error then says which, and what there is.
func (s *Server) SetFaults(list []Fault) error {
	if err := checkFaults(list); err != nil {
		return err
	}
	s.faults.set(list)
	return nil
}

// RemoveFaults takes away the faults of some names, set or not, and leaves the rest as it is: what each has met and when it
// is due again, where SetFaults begins anew. A name that is not of the catalogue is an error, and removes nothing.
func (s *Server) RemoveFaults(names ...string) error {
	for _, name := range names {
		if _, err := kindOf(name); err != nil {
			return err
		}
	}
	s.faults.remove(names)
	return nil
}

// Faults lists the faults that are set, in their order, those that are spent too.
func (s *Server) Faults() []FaultState {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	list := []FaultState{}
	for _, a := range s.faults.list {
		list = append(list, a.FaultState)
	}
	return list
}

func (s *Server) faultsState() (any, error) { return s.Faults(), nil }

// changeFaults replaces all faults by a list, or removes some.
func (s *Server) changeFaults(body []byte) (any, error) {
	change := s.replaceFaults
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		change = s.removeFaults
	}
	if err := change(body); err != nil {
		return nil, err
	}
	return s.Faults(), nil
}

func (s *Server) replaceFaults(body []byte) error {
	list, err := ParseFaults(body)
	if err != nil {
		return err
	}
	s.faults.set(list)
	return nil
}

func (s *Server) removeFaults(body []byte) error {
	var in struct{ Remove []string }
	if err := decodeStrict(body, &in); err != nil {
		return err
	}
	if len(in.Remove) == 0 {
		return errors.New("remove names no fault; [] clears all faults")
	}
	return s.RemoveFaults(in.Remove...)
}
