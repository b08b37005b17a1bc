package shard

import (
	"context"
	"errors"

	"longhaul/internal/fault"
)

// Stop says why a run ended before every report of its shard had a state; it is empty when each has one.
type Stop string

// The reasons for which a run ends early. What is stored by then is kept in every case, and the next run goes on from it.
const (
	// StopSlice: the time of the slice is over. This is no error.
	StopSlice Stop = "slice"
	// StopCancelled: the context of the caller ended.
	StopCancelled Stop = "cancelled"
	// StopQuota: the call budget is spent, or the daily calls of the whole org are.
	StopQuota Stop = "quota"
	// StopThrottled: Salesforce asked for a longer wait than a run spends itself, and not for the sake of one report. The
	// error says how long.
	StopThrottled Stop = "throttled"
	// StopFault: any other error. Its class says whether another attempt may fix it.
	StopFault Stop = "fault"
)

// errSlice is why a run stops at the end of its slice.
var errSlice = errors.New("the time of the slice is over")

// stopOf names the reason behind the error with which a run ends.
func stopOf(ctx context.Context, err error) Stop {
	f := fault.From(err)
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return StopCancelled
	case errors.Is(err, errSlice):
		return StopSlice
	case f != nil && f.Class == fault.QuotaExhausted:
		return StopQuota
	case f != nil && f.RetryAfter > LongWait:
		return StopThrottled
	default:
		return StopFault
	}
}
