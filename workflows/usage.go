package workflows

import (
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
		workflow.GetLogger(ctx).Error("the recorded id of the run cannot be read", "event", "warning", "error", err)
	}
	return run
}

// rest is what is left of a sync that describes, as a progress shows it; nil where nobody can know it: what is to be described is not
// planned yet, somebody must act first, or something else is in the way whose end nobody knows.
func (d *display) rest(p *Progress) *forecast.Rest {
	s, at := d.state, d.instead
	describes := d.flight != nil && (s.Phase == PhaseDescribe || s.Phase == PhaseCatchUp)
	held := at.phase != "" || p.Trouble != "" || at.why != "" && at.until.IsZero() && s.Quota.Room(p.Updated) > 0
	if d.outcome != "" || !describes || held {
		return nil
	}
	rest := forecast.Rest{
		Budget: s.Quota, Probe: s.probe(), Pace: s.Pace, InFlight: s.Auth.MaxInFlight, Reports: p.ToDescribe - p.Done,
	}
	if rest.Running = p.Done - s.Reports; rest.Running <= 0 {
		rest.Running = d.flight.Done(s.Pace, p.Updated)
		rest.Reports -= rest.Running
	} else if !s.Pace.Known() {
		rest.Pace.Add(rest.Running, rest.Running, d.flight.Held(p.Updated))
	}
	rest.Reports = max(rest.Reports, 0)
	if s.Round < 2 {
		rest.Reports += s.Deferred
		rest.Listings = int64(len(listing.Kinds))
	}
	if at.why != "" && s.Quota.Room(p.Updated) > 0 {
		rest.Begins = at.until
	}
	return &rest
}

// foretell adds the forecast to a progress, as of the moment that its counts are of.
func (d *display) foretell(p *Progress) {
	p.Forecast = nil
	rest := d.rest(p)
	if rest == nil {
		return
	}
	if f, err := rest.At(p.Updated); err == nil {
		f.Spans = nil
		p.Forecast = &f
	}
}

// answer is the progress with its forecast.
func (d *display) answer() Progress {
	p := d.progress()
	d.foretell(&p)
	return p
}

// left says how long the rest takes, where that is known, and ends the text before the list.
func (b *page) left(p Progress) {
	if p.Forecast != nil {
		b.text("**Time left:** %s.", p.Forecast.Words())
	}
	b.WriteString("\n")
}
