package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhaul/internal/simulator/org"
)

// faultJSON is a Fault as JSON writes it: durations as 1h30m.
type faultJSON struct {
	Name       string   `json:"name"`
	Route      string   `json:"route,omitempty"`
	IDs        []string `json:"ids,omitempty"`
	Rate       *float64 `json:"rate,omitempty"`
	Times      int      `json:"times,omitempty"`
	For        string   `json:"for,omitempty"`
	RetryAfter int      `json:"retry_after,omitempty"`
	Delay      string   `json:"delay,omitempty"`
}

// MarshalJSON writes what UnmarshalJSON reads.
func (f Fault) MarshalJSON() ([]byte, error) {
	out := faultJSON{Name: f.Name, Route: f.Route, IDs: f.IDs, Times: f.Times, RetryAfter: f.RetryAfter}
	if f.Rate != 0 {
		out.Rate = &f.Rate
	}
	if f.For != 0 {
		out.For = f.For.String()
	}
	if f.Delay != 0 {
		out.Delay = f.Delay.String()
	}
	return json.Marshal(out)
}

// UnmarshalJSON refuses members that a fault does not have, and a rate of zero, which would never strike.
func (f *Fault) UnmarshalJSON(b []byte) error {
	var in faultJSON
	if err := decodeStrict(b, &in); err != nil {
		return err
	}
	*f = Fault{Name: in.Name, Route: in.Route, Times: in.Times, RetryAfter: in.RetryAfter}
	if len(in.IDs) > 0 {
		f.IDs = in.IDs
	}
	if in.Rate != nil {
		f.Rate = *in.Rate
		if f.Rate == 0 {
			return badRate(f)
		}
	}
	var err error
	if in.For != "" {
		f.For, err = time.ParseDuration(in.For)
	}
	if in.Delay != "" && err == nil {
		f.Delay, err = time.ParseDuration(in.Delay)
	}
	if err != nil {
		return fmt.Errorf("the fault %q has a time that is no duration as 10s or 1h30m: %w", f.Name, err)
	}
	return nil
}

// mostFaults bounds a list, through which every request goes.
const mostFaults = 1000

// ParseFaults reads a JSON array of faults and checks them.
func ParseFaults(b []byte) ([]Fault, error) {
	list := []Fault{}
	if err := decodeStrict(b, &list); err != nil {
		return nil, err
	}
	if list == nil {
		return nil, &malformedError{errors.New("it is null; [] clears all faults")}
	}
	return list, checkFaults(list)
}

// checkFaults says what is wrong with the first fault that is not good, and what there is.
func checkFaults(list []Fault) error {
	if len(list) > mostFaults {
		return fmt.Errorf("there are %d faults; at most %d can be set", len(list), mostFaults)
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

// kindOf finds a fault in the catalogue.
func kindOf(name string) (FaultKind, error) {
	for _, kind := range Catalogue() {
		if kind.Name == name {
			return kind, nil
		}
	}
	return FaultKind{}, fmt.Errorf("no fault is called %q; there are %s", name, strings.Join(FaultNames(), ", "))
}

func (f *Fault) check(kind *FaultKind) error {
	routes := append(routeNames(func(*route) bool { return true }), uploadRoute, publicRoute)
	switch {
	case f.Route != "" && !slices.Contains(routes, f.Route):
		return fmt.Errorf("no route is called %q; there are %s", f.Route, strings.Join(routes, ", "))
	case f.Route == uploadRoute && kind.place != atUpload, f.Route == publicRoute && kind.place != atPublic,
		f.Route != "" && !kind.free && !slices.Contains(kind.Routes, f.Route):
		return fmt.Errorf("the fault %s strikes at %s, not at %s", f.Name, strings.Join(kind.Routes, ", "), f.Route)
	case f.Rate != 0 && !(f.Rate > 0 && f.Rate <= 1):
		return badRate(f)
	case f.Times < 0 || f.For < 0 || f.RetryAfter < 0 || f.Delay < 0:
		return fmt.Errorf("a number of the fault %s is negative; times, for, retry_after and delay are not", f.Name)
	case len(f.IDs) > 0 && (kind.place == atUpload || kind.place == atPublic || kind.place == atLogin):
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
