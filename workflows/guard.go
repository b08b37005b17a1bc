package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/history"
	"longhaul/internal/warning"
	"longhaul/workflows/call"
	"longhaul/workflows/operator"
)

// guardPhase compares what was listed with the last sync before anything is spent on it, and holds the sync where much is missing.
// Then it looks up one by one what the last sync had and no listing returned.
type guardPhase struct {
	own       *guardState
	state     *State
	inventory *inventoryState // corrected by what is looked up
	wait      *waiter
	recovery  *recovery
	budget    *budget

	concerns []string             // what the sync holds for; nil while it does not hold
	found    []activities.Concern // the same for machines, and what the sync held for last
}

// guardState is the hold that the sync is in, and those that are over.
type guardState struct {
	Approved map[activities.GuardStage]bool `json:"approved,omitempty"`
	Held     Held                           `json:"held,omitzero"`
}

// Held is until when a sync holds, and the operator's verdict: the run that got the verdict may have been at its end.
type Held struct {
	Until   time.Time        `json:"until,omitzero"`
	Verdict operator.Verdict `json:"verdict,omitempty"` // empty until there is one
	Reason  string           `json:"reason,omitempty"`  // where the operator gave one
}

// because are the parameters of the warning that says so.
func (h *Held) because() warning.Params {
	if h.Reason == "" {
		return nil
	}
	return warning.Params{"reason": h.Reason}
}

const (
	// remindEvery is how often a sync that holds says so again.
	remindEvery = 24 * time.Hour
	// defaultGuardTimeout is for how long a sync holds, where no setting says otherwise.
	defaultGuardTimeout = 7 * 24 * time.Hour
)

// errDiscarded ends a sync that an operator refused, or that nobody approved in time.
var errDiscarded = errors.New("discarded")

func (p *guardPhase) run(ctx workflow.Context) error {
	if err := p.compare(ctx, activities.GuardParams{Stage: activities.GuardInventory}); err != nil {
		return err
	}
	return p.lookUpMissing(ctx)
}

// coverage compares what was described with the last sync before it reaches the catalog.
func (p *guardPhase) coverage(ctx workflow.Context) error {
	return p.compare(ctx, activities.GuardParams{Stage: activities.GuardCoverage, States: p.state.States})
}

// compare holds the sync for each concern that nobody has approved. A sync that was started not to deliver endangers nothing that
// is in the catalog, so it is compared only if that was asked for; but it asks, like any other, about what it would spend for
// nothing where permissions are missing.
func (p *guardPhase) compare(ctx workflow.Context, params activities.GuardParams) error {
	compared := p.state.Upload || p.state.Guarded
	if p.own.Approved[params.Stage] || !compared && params.Stage != activities.GuardInventory {
		return nil
	}
	params.Newest, params.RightsOnly, params.AcceptMissing = !p.state.Upload, !compared, p.state.Auth.AcceptMissing
	params.Sync, params.Identity, params.Kinds = p.state.Sync, p.state.Auth.Identity, p.state.Kinds
	params.Permissions, params.MaxShrink = p.state.Auth.Permissions, p.state.Auth.Guard.MaxShrink
	params.Private = p.state.Auth.Private
	var found activities.GuardResult
	err := p.recovery.run(ctx, func(ctx workflow.Context) (err error) {
		found, err = call.Do(ctx, call.ForCall, "compare with the last sync: "+string(params.Stage), acts.Guard, params)
		return err
	})
	if err != nil {
		return err
	}
	p.state.warn(found.Warnings...)
	if len(found.Concerns) > 0 {
		err = p.hold(ctx, found)
		p.concerns = nil
		if workflow.IsContinueAsNewError(err) {
			return err
		}
		p.wait.goOn(ctx)
	}
	p.own.Held = Held{}
	if err != nil || len(found.Concerns) == 0 {
		return err
	}
	if p.own.Approved == nil {
		p.own.Approved = map[activities.GuardStage]bool{}
	}
	p.own.Approved[params.Stage] = true
	return nil
}

// hold asks operators whether what was found is right, and reminds them daily. A run that continues finds the concerns anew.
func (p *guardPhase) hold(ctx workflow.Context, compared activities.GuardResult) error {
	concerns := compared.Concerns
	held := &p.own.Held
	if held.Until.IsZero() {
		held.Until = workflow.Now(ctx).UTC().Add(p.timeout())
	}
	until := held.Until
	p.concerns, p.found = concerns, compared.Found
	var about []warning.Warning
	for _, concern := range compared.Found {
		about = append(about, concern.Warning())
	}
	at := standstill{
		phase: PhaseHeld, reason: history.WaitHeld, why: strings.Join(concerns, " "), until: until, concerns: compared.Found,
		do: toAnswer(p.state.Sync.Source, p.vital()),
	}
	p.wait.halt(ctx, at)
	for first := true; ; first = false {
		if err := p.remind(ctx, first); err != nil {
			return err
		}
		left := until.Sub(workflow.Now(ctx))
		_, err := await(ctx, min(left, remindEvery), at.summary(), func() bool { return held.Verdict != "" || historyFull(ctx) })
		switch {
		case err != nil:
			return err
		case held.Verdict == operator.Approved:
			p.state.warnOfVerdict(p.verdict(about))
			return nil
		case held.Verdict != "":
			p.state.warnOfVerdict(p.verdict(about))
			return errDiscarded
		case !workflow.Now(ctx).Before(until):
			p.state.warnOfVerdict(warning.New(warning.NotApproved, nil, about...))
			return errDiscarded
		case historyFull(ctx):
			return p.wait.continueAsNew(ctx)
		}
	}
}

// verdict says who decided what. A command that waits for the sync and starts it again answers by itself.
func (p *guardPhase) verdict(about []warning.Warning) warning.Warning {
	held := p.own.Held
	byOperator := !p.state.Attended || held.Reason != ""
	switch {
	case byOperator && held.Verdict == operator.Approved:
		return warning.New(warning.Approved, held.because(), about...)
	case byOperator:
		return warning.New(warning.Discarded, held.because(), about...)
	case held.Verdict == operator.Approved:
		return warning.New(warning.ApprovedByFlag, nil, about...)
	default:
		return warning.New(warning.DiscardedByExtract, nil, about...)
	}
}

// timeout is for how long the sync holds.
func (p *guardPhase) timeout() time.Duration {
	if timeout := p.state.Auth.Guard.Timeout; timeout > 0 {
		return timeout
	}
	return defaultGuardTimeout
}

// remind writes into the worker's log that the sync holds. Where no worker of the source is there to write it, the sync holds all
// the same.
func (p *guardPhase) remind(ctx workflow.Context, first bool) error {
	summary := "remind that the sync holds"
	if first {
		summary = "report that the sync holds"
	}
	params := activities.RemindParams{Sync: p.state.Sync, Concerns: p.concerns, Until: p.own.Held.Until}
	if err := call.Run(ctx, call.ForReminder, summary, acts.Remind, params); err != nil {
		workflow.GetLogger(ctx).Warn("that the sync holds was not written to the log", "event", "warning", "error", err)
	}
	return ctx.Err()
}

// handler handles the update that gives a verdict on a hold.
func (p *guardPhase) handler(verdict operator.Verdict) operator.UpdateHandler {
	return operator.UpdateHandler{
		Validate: func(converter.RawValue) error { return p.decidable(verdict) },
		Handle: func(_ workflow.Context, in converter.RawValue) (any, error) {
			p.own.Held.Verdict, p.own.Held.Reason = verdict, clip(operator.ReasonOf(in.Payload()))
			return verdict, nil
		},
	}
}

// decidable refuses a verdict that the sync does not wait for.
func (p *guardPhase) decidable(verdict operator.Verdict) error {
	switch {
	case p.concerns == nil:
		return fmt.Errorf("the sync does not hold, so there is nothing to approve or discard; `progress` shows its phase")
	case p.own.Held.Verdict != "":
		return fmt.Errorf("the sync was %s already", p.own.Held.Verdict)
	case verdict == operator.Approved && p.vital():
		return fmt.Errorf("no sync can go on like that, so nobody can approve it: %s", strings.Join(p.concerns, " "))
	}
	return nil
}

// vital says whether the sync holds for something that no sync can do without.
func (p *guardPhase) vital() bool { return slices.ContainsFunc(p.found, activities.Concern.IsVital) }

// lookUpMissing looks up what the last sync had and no listing returned, before it counts as gone.
func (p *guardPhase) lookUpMissing(ctx workflow.Context) error {
	return p.budget.spend(ctx, listCalls, func(ctx workflow.Context, reserved activities.CallBudget) (activities.Spending, error) {
		params := activities.LookUpMissingParams{
			Sync: p.state.Sync, Identity: p.state.Auth.Identity, Private: p.state.Auth.Private, Budget: reserved,
		}
		looked, err := call.Do(ctx, call.ForList, "look up what the last sync had and no listing returned", acts.LookUpMissing, params)
		if err == nil && looked.Stop == "" {
			p.inventory.Vanished, p.inventory.Kinds = looked.Gone, p.inventory.Kinds.Add(looked.Found)
			p.state.warn(looked.Warnings...)
		}
		return looked.Spending, err
	})
}
