package gauge

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"longhaul/internal/quota"
	"longhaul/internal/usage"
	"longhaul/workflows"
)

const (
	// listWithin bounds the list of syncs, and queryWithin the question to one of them.
	listWithin, queryWithin = 10 * time.Second, 5 * time.Second
	// mostSyncs bounds the syncs that are listed.
	mostSyncs = 1000
	// listLate is for how long Temporal may not list yet that a sync has ended.
	listLate = 3 * time.Minute
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

// lookAtSyncs asks Temporal by one list which syncs run or have ended since the last look, and each that runs how far it is.
func (g *Gauges) lookAtSyncs(ctx context.Context, now time.Time) error {
	since := g.last.Add(-listLate)
	if g.last.IsZero() {
		since = now.Add(-listLate)
	}
	bounded, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	listed, err := g.Client.ListWorkflow(bounded, &workflowservice.ListWorkflowExecutionsRequest{
		Query: fmt.Sprintf(`WorkflowType = %q AND (ExecutionStatus = "Running" OR CloseTime > %q)`,
			workflows.SyncSourceType, since.UTC().Format(time.RFC3339)),
		PageSize: mostSyncs,
	})
	if err != nil {
		return fmt.Errorf("listing the syncs that run: %w", err)
	}
	g.last = now
	running := map[string]*workflowpb.WorkflowExecutionInfo{}
	for _, one := range listed.GetExecutions() {
		name, ok := workflows.SourceOfID(one.GetExecution().GetWorkflowId())
		s := g.sights[name]
		switch {
		case !ok || s == nil:
		case one.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
			running[name] = one
		case one.GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
			s.ended = true
		}
	}
	return g.each(ctx, func(ctx context.Context, name string, s *sight) error {
		one := running[name]
		if one == nil {
			s.ended = s.ended || s.runs
			s.syncing = syncing{ended: s.ended}
			return nil
		}
		if !s.runs {
			s.runs, s.began, s.moved = true, one.GetStartTime().AsTime(), now
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
	done := progress.Listed + progress.Done + progress.APICalls + progress.States.Total() + int64(progress.Shards.Done)
	for _, counts := range []map[string]workflows.Count{progress.Files, progress.Uploads} {
		for _, count := range counts {
			done += int64(count.Done)
		}
	}
	before := s.progress
	if before == nil || before.Sync != progress.Sync || done > s.done || before.Phase != progress.Phase || waiting(progress) || waiting(before) {
		s.moved = now
	}
	s.progress, s.done = progress, max(done, 0)
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
