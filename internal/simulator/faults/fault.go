package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"longhaul/internal/simulator/org"
)

// Fault is trouble that requests meet: its kind, which requests it strikes, how often and for how long.
type Fault struct {
	Name       string        // of its kind
	Route      string        // the only route that it strikes, of those that its kind allows; all of its kind's when empty
	IDs        []string      // the only records in the path that it strikes, all when empty
	Rate       float64       // the part of the matching requests that it strikes, evenly spread, the first among them; 1 when zero
	Times      int           // how often it strikes at most; no limit when zero
	For        time.Duration // how long it strikes by the simulator's clock since it was set; no limit when zero
	RetryAfter int           // seconds of the Retry-After header; those of its kind when zero
	Delay      time.Duration // wall time before the answer; 25 s for a stall when zero
}

// maxFaults bounds a list, because every request is compared with all of it.
const maxFaults = 1000

// Check reports the first fault that is invalid, and what is allowed.
func Check(list []Fault) error {
	if len(list) > maxFaults {
		return fmt.Errorf("there are %d faults; at most %d can be set", len(list), maxFaults)
	}
	for k := range list {
		kind, err := kindOf(list[k].Name)
		if err == nil {
			err = list[k].check(&kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// kindOf finds a kind by its name.
func kindOf(name string) (Kind, error) {
	for _, kind := range Kinds() {
		if kind.Name == name {
			return kind, nil
		}
	}
	return Kind{}, fmt.Errorf("no fault is called %q; there are %s", name, strings.Join(Names(), ", "))
}

func (f *Fault) check(kind *Kind) error {
	routes := RouteNames()
	switch {
	case f.Route != "" && !slices.Contains(routes, f.Route):
		return fmt.Errorf("no route is called %q; there are %s", f.Route, strings.Join(routes, ", "))
	case f.Route == UploadRoute && kind.place != AtUpload, f.Route == PublicRoute && kind.place != AtPublic,
		f.Route != "" && !kind.anyRoute && !slices.Contains(kind.Routes, f.Route):
		return fmt.Errorf("the fault %s strikes at %s, not at %s", f.Name, strings.Join(kind.Routes, ", "), f.Route)
	case f.Rate != 0 && !(f.Rate > 0 && f.Rate <= 1):
		return badRate(f)
	case f.Times < 0 || f.For < 0 || f.RetryAfter < 0 || f.Delay < 0:
		return fmt.Errorf("a number of the fault %s is negative; times, for, retry_after and delay are not", f.Name)
	case len(f.IDs) > 0 && (kind.place == AtUpload || kind.place == AtPublic || kind.place == AtLogin):
		return fmt.Errorf("the fault %s takes no ids: its requests have no record in their path", f.Name)
	}
	for _, id := range f.IDs {
		if _, ok := org.Normalize(id); !ok {
			return fmt.Errorf("the fault %s is for %q, which is no id of 15 or 18 characters", f.Name, id)
		}
	}
	return nil
}

func badRate(f *Fault) error {
	return fmt.Errorf("the rate of the fault %s is %v; it is above 0 and at most 1", f.Name, f.Rate)
}
