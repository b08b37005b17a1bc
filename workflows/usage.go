package workflows

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/listing"
	"longhaul/internal/quota/forecast"
	"longhaul/workflows/call"
)

// recall takes over the calls of the source that the bucket knows.
func (b *budget) recall(used activities.SourceUsage) {
	b.own.Quota.Recall(used.Hours)
	b.own.SummedIn = used.Run
	b.state.warn(used.Warnings...)
}

// continues notes that a run goes on with the account of the one before, unless that was outdated.
func (s *budgetState) continues(ctx workflow.Context, before string) {
	if before != "" && s.SummedIn == before {
		s.SummedIn = workflow.GetInfo(ctx).OriginalRunID
	}
}

// outdated says whether the account may lack calls: the sync was reset, and what it did after that moment is not in its history.
func (b *budget) outdated(ctx workflow.Context) bool {
	return b.own.SummedIn != "" && b.own.SummedIn != currentRun(ctx)
}

// sum takes over what the bucket knows. A pause interrupts it.
func (b *budget) sum(ctx workflow.Context) error {
	within, done := b.wait.interruptible(ctx)
	defer done()
	params := activities.SumUsageParams{Sync: b.state.Sync, Clock: b.own.Quota.SalesforceTime(workflow.Now(ctx)).UTC()}
	used, err := call.Do(within, call.ForCall, "sum the API calls of the source", acts.SumUsage, params)
	if err != nil {
		return unlessInterrupted(ctx, within, err)
	}
	b.recall(used)
	return nil
}

// currentRun is the id of the run, recorded in its history: a run that comes of a reset has another one than the history that it
// begins with, and the workflow may decide by it.
func currentRun(ctx workflow.Context) (run string) {
	look := func(ctx workflow.Context) any { return workflow.GetInfo(ctx).WorkflowExecution.RunID }
	same := func(a, b any) bool { return a == b }
	if err := workflow.MutableSideEffect(ctx, "run", look, same).Get(&run); err != nil {
		workflow.GetLogger(ctx).Error("the recorded id of the run cannot be read", "error", err)
	}
	return run
}

// rest is what is left of a sync that describes, at the time of its last step; nil where nobody can know it: what is to be described is
// not planned yet, or somebody must act first.
func (s *State) rest(at standstill, running *forecast.Flight) *forecast.Rest {
	if at.phase != "" || s.Phase != PhaseDescribe && s.Phase != PhaseCatchUp {
		return nil
	}
	rest := forecast.Rest{
		Budget: s.Quota, Probe: s.probe(), Pace: s.Pace, InFlight: s.Auth.MaxInFlight,
		Reports: s.Plan.ToDescribe + s.Again.ToDescribe - s.Reports,
	}
	if s.Round < 2 {
		rest.Reports += s.Deferred
		rest.Listings = int64(len(listing.Kinds))
	}
	rest.Reports = max(rest.Reports-running.Done(s.Pace, s.Updated), 0)
	if at.why != "" && s.Quota.Room(s.Updated) > 0 {
		rest.Begins = at.until
	}
	return &rest
}

// foretell adds the forecast as of the last step.
func (d *display) foretell(p *Progress) {
	if d.outcome != "" || d.flight == nil {
		return
	}
	rest := d.state.rest(d.instead, d.flight)
	if rest == nil {
		return
	}
	if f, err := rest.At(d.state.Updated); err == nil {
		f.Spans = nil
		p.Forecast = &f
	}
}

// forecastWords says what is left, where that is known.
func forecastWords(p Progress) string {
	if p.Forecast == nil {
		return ""
	}
	words := p.Forecast.LeftWords()
	return strings.ToUpper(words[:1]) + words[1:] + ".\n\n"
}
