package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/simulator/wire"
)

// faultJSON is the JSON of a Fault, with durations as 1h30m.
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
	if err := wire.DecodeStrict(b, &in); err != nil {
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

// Parse reads a JSON array of faults and checks them.
func Parse(b []byte) ([]Fault, error) {
	list := []Fault{}
	if err := wire.DecodeStrict(b, &list); err != nil {
		return nil, err
	}
	if list == nil {
		return nil, &wire.MalformedError{Err: errors.New("it is null; [] clears all faults")}
	}
	return list, Check(list)
}
