package question

import (
	"context"
	"errors"
	"time"

	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

// unasked plans from what the bucket knows, where the share of the source leaves too few calls to ask. What syncs promise the org's other
// users holds for a plan too. Where no sync has listed the org, it returns the refusal.
func (s *survey) unasked(ctx context.Context, sum usage.Sum, refusal *fault.Error) (estimate.Input, error) {
	found, err := s.recorded(ctx)
	if err == nil && !found {
		found, err = s.listed(ctx)
	}
	switch {
	case err != nil:
		return s.in, err
	case !found:
		return s.in, &fault.Error{
			Class: refusal.Class, System: refusal.System,
			Message: refusal.Message + "; no sync has listed the org yet, so nothing is known of it: ask again then",
		}
	}
	s.in.Unasked.Why = refusal.Message
	clock, err := s.source.Salesforce.Clock(ctx) // which is no call
	if err != nil {
		return s.in, err
	}
	s.foresee(ctx, clock)
	s.in.Now = time.Now()
	s.in.Budget = quota.Budget{Policy: s.source.Quota, Margin: int64(s.source.MaxInFlight), Max: sum.Max}
	s.in.Budget.Recall(sum.Hours(clock, s.in.Now))
	s.in.Budget.Look(quota.Usage{Clock: clock}, 0, s.in.Now)
	return s.in, nil
}

// recorded takes the counts of the last recorded sync.
func (s *survey) recorded(ctx context.Context) (bool, error) {
	last, err := history.LastRecord(ctx, s.store, s.source.Name)
	switch {
	case errors.Is(err, staging.ErrNotExist), errors.Is(err, history.ErrRecordUnreadable):
		return false, nil
	case err != nil:
		return false, err
	}
	for kind, n := range last.Kinds {
		s.in.Passes[kind] = []int64{n}
	}
	s.in.Known, s.last = knownOf(last), last
	s.in.Unasked = &estimate.Unasked{Sync: last.Sync, At: last.Finished.UTC()}
	s.unknown("how many reports changed since the last sync: the refresh is one of an org in which none did")
	return true, s.unfinished(ctx)
}

// mostLists bounds how many syncs without a record are looked into.
const mostLists = 8

// listed takes the counts of the newest unfinished sync that has listed the org.
func (s *survey) listed(ctx context.Context) (bool, error) {
	ids, _, err := history.Unrecorded(ctx, s.store, s.source.Name)
	if err != nil {
		return false, err
	}
	for _, id := range ids[:min(len(ids), mostLists)] {
		counts, all, err := listing.Counted(ctx, s.store, staging.Sync{Source: s.source.Name, ID: id})
		if err != nil {
			return false, err
		}
		if !all {
			continue
		}
		for kind, n := range counts {
			s.in.Passes[kind] = []int64{n}
		}
		s.in.Unasked = &estimate.Unasked{Sync: id}
		return true, s.unfinished(ctx)
	}
	return false, nil
}
