package gauge

import (
	"context"
	"fmt"
	"maps"
	"time"

	"longhaul/internal/quota"
	"longhaul/internal/usage"
	"longhaul/workflows"
)

const (
	// queryWithin bounds the question to a sync that runs.
	queryWithin = 5 * time.Second
	// usedEvery is how often the calls of a source that syncs are added up from the bucket.
	usedEvery = 5 * time.Minute
)

// syncing is the sync of a source that runs.
type syncing struct {
	runs     bool
	began    time.Time
	progress *workflows.Progress // nil: it has not answered yet
	done     int64               // what had been done at the last look
	moved    time.Time           // when a look last found that more was done, or that it does not wait any more
	ended    bool                // a sync of the source has ended since the bucket was read

	used   int64 // calls of the source in 24 hours
	usedAt time.Time
}

// lookAtSyncs takes which syncs run or have ended since the last look, and asks each that runs how far it is.
func (g *Gauges) lookAtSyncs(ctx context.Context, now time.Time) error {
	syncs, err := g.Syncs(ctx)
	if err != nil {
		return err
	}
	return g.each(ctx, func(ctx context.Context, name string, s *sight) error {
		s.ended = s.ended || syncs.Ended[name]
		began, runs := syncs.Began[name]
		if !runs {
			s.syncing = syncing{ended: s.ended || s.runs}
			return nil
		}
		if !s.runs {
			s.runs, s.began, s.moved = true, began, now
		}
		if err := g.ask(ctx, name, &s.syncing, now); err != nil {
			return err
		}
		return g.addUp(ctx, name, &s.syncing, now)
	})
}

// ask asks a sync how far it is. One that does not answer is as it was, and does not move.
func (g *Gauges) ask(ctx context.Context, name string, s *syncing, now time.Time) error {
	bounded, cancel := context.WithTimeout(ctx, queryWithin)
	defer cancel()
	answer, err := g.Client.QueryWorkflow(bounded, workflows.SyncID(name), "", workflows.ProgressQuery)
	progress := new(workflows.Progress)
	if err == nil {
		err = answer.Get(progress)
	}
	if err != nil {
		return fmt.Errorf("asking the sync of source %s how far it is: %w", name, err)
	}
	done := progress.Sum(maps.Keys(progress.Files))
	before := s.progress
	if before == nil || before.Sync != progress.Sync || done > s.done || before.Phase != progress.Phase || waiting(progress) || waiting(before) {
		s.moved = now
	}
	s.progress, s.done = progress, done
	return nil
}

// waiting says whether a sync waits for something.
func waiting(p *workflows.Progress) bool { return p.Wait != "" || p.Waiting != "" }

// idleSince is since when nothing has moved of a sync that waits for nothing; zero where something moves.
func (s *syncing) idleSince() time.Time {
	switch {
	case !s.runs, s.progress != nil && waiting(s.progress):
		return time.Time{}
	case s.progress != nil && s.progress.Stalled != nil && s.progress.Stalled.Before(s.moved):
		return *s.progress.Stalled // it has looked for longer than this process
	}
	return s.moved
}

// addUp adds up now and then what the source has called in 24 hours, as the log in the bucket has it.
func (g *Gauges) addUp(ctx context.Context, name string, s *syncing, now time.Time) error {
	if now.Sub(s.usedAt) < usedEvery || !g.Probe.Last().hasBucket() {
		return nil
	}
	sum, err := read(ctx, g.Store, "what source "+name+" has called", func(ctx context.Context) (usage.Sum, error) {
		return usage.Of(g.Store, name).Read(ctx, usage.Attempt{}, now)
	})
	if err != nil {
		return err
	}
	var calls quota.Calls
	calls.Recall(sum.Hours(now, now))
	s.used, s.usedAt = calls.Recent(now), now
	return nil
}
