// Package workflows orchestrates a sync durably: deterministic code only, which names activities, keeps counts and references,
// and leaves every side effect to package activities.
package workflows

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/workflows/attribute"
	"longhaul/workflows/call"
	"longhaul/workflows/live"
	"longhaul/workflows/operator"
)

// SyncSource copies one source into the bucket and the catalog. Only the workflow with the id SyncID(source) does so; under any
// other id it runs that one as its child or ends as skipped. The input is an Input. It is taken raw, so that a malformed
// one fails with a sentence instead of a stuck workflow task.
func SyncSource(ctx workflow.Context, given converter.RawValue) (*Result, error) {
	mustBeIntercepted(ctx)
	info := workflow.GetInfo(ctx)
	in := readInput(given)
	problem := in.resolve(info.WorkflowExecution.ID)
	if !in.continues(info) {
		in.State = nil // a copied start form may bring the state of a sync that is long over
	}
	switch {
	case problem != "":
		return refuse(ctx, in, problem)
	case info.WorkflowExecution.ID != SyncID(in.Source):
		return handOver(ctx, in)
	}
	s := openSync(ctx, in)
	if err := answerProgress(ctx, s.display.answer); err != nil {
		return nil, err
	}
	if err := s.listen(ctx); err != nil {
		return nil, err
	}
	showTo(ctx, s.display)
	ctx = s.display.running.Follow(ctx)
	ctx = call.OnSourceWorker(ctx, in.Source)
	if err := s.run(ctx); err != nil {
		return s.end(ctx, err)
	}
	return s.finish(ctx)
}

// sync is one run of SyncSource under the id of its source: the state, what the phases share, and the phases in their order.
type sync struct {
	state    *State
	display  *display  // shows how far the sync is
	wait     *waiter   // pauses and waits
	recovery *recovery // decides what happens to a step that failed
	budget   *budget   // grants API calls

	authenticate *authenticatePhase // log in and take the source: org, run-as user, permissions, settings
	enumerate    *enumeratePhase    // list folders, reports, dashboards, components and users
	guard        *guardPhase        // hold the sync if much is missing; look up what no listing returned
	plan         *planPhase         // join the reports with what is known: reuse some, split the rest into shards
	describe     *describePhase     // describe the shards in parallel, within the budget
	catchUp      *catchUpPhase      // list what changed meanwhile, and describe that and what was deferred
	assemble     *assemblePhase     // merge the descriptions, and write the files and their account
	upload       *uploadPhase       // hold the sync if much is not described; deliver the files of each export
	record       *recordPhase       // make the sync the current one of its source, and remove old ones
}

// openSync takes the state of the previous run, or begins.
func openSync(ctx workflow.Context, in Input) *sync {
	s := &sync{state: in.State, display: &display{}}
	if s.state == nil {
		s.display.phase = PhaseAuthenticate
		attribute.Announce(ctx, in.Source, attribute.Phase.ValueSet(string(PhaseAuthenticate)))
		s.state = newState(ctx, in, remember(ctx, in.Source))
		workflow.GetLogger(ctx).Info("the sync has started", "event", "start", "source", in.Source, "run", s.state.Sync.ID)
	}
	state := s.state
	state.continues(ctx, state.Run)
	state.Runs++
	s.display.state = state
	s.wait = newWaiter(state, s.display, in.carry(state))
	s.recovery = &recovery{own: &state.recoveryState, state: state, wait: s.wait}
	s.budget = &budget{own: &state.budgetState, state: state, wait: s.wait, recovery: s.recovery}

	s.authenticate = &authenticatePhase{own: &state.loginState, state: state, exports: &state.exportsState, wait: s.wait, budget: s.budget}
	s.enumerate = &enumeratePhase{
		own: &state.inventoryState, state: state, wait: s.wait, recovery: s.recovery, budget: s.budget, display: s.display,
	}
	s.guard = &guardPhase{
		own: &state.guardState, state: state, inventory: &state.inventoryState, wait: s.wait, recovery: s.recovery, budget: s.budget,
	}
	s.plan = &planPhase{own: &state.planState, state: state, account: &state.accountState, recovery: s.recovery, budget: s.budget}
	s.describe = &describePhase{
		own: &state.describeState, state: state, account: &state.accountState, wait: s.wait, recovery: s.recovery, budget: s.budget,
		display: s.display,
	}
	s.display.flight = &s.describe.flight
	s.catchUp = &catchUpPhase{
		own: &state.planState, state: state, inventory: &state.inventoryState, recovery: s.recovery, budget: s.budget, describe: s.describe,
	}
	s.assemble = &assemblePhase{
		own: &state.accountState, state: state, exports: &state.exportsState, inventory: &state.inventoryState, recovery: s.recovery,
		describe: s.describe, display: s.display,
	}
	s.upload = &uploadPhase{
		own: &state.exportsState, state: state, wait: s.wait, recovery: s.recovery, display: s.display, guard: s.guard, assemble: s.assemble,
	}
	s.record = &recordPhase{state: state, recovery: s.recovery}
	return s
}

// phase is a step of a sync that a run which continues does not repeat once it is over.
type phase interface {
	run(ctx workflow.Context) error
}

// run runs the phases in order, leaving out those that the previous run has done.
func (s *sync) run(ctx workflow.Context) error {
	if err := operator.Drain(ctx); err != nil { // a pause may have come with the start
		return err
	}
	phases := []struct {
		name Phase
		phase
	}{
		{PhaseAuthenticate, s.authenticate},
		{PhaseEnumerate, s.enumerate},
		{PhaseGuard, s.guard},
		{PhasePlan, s.plan},
		{PhaseDescribe, s.describe},
		{PhaseCatchUp, s.catchUp},
		{PhaseAssemble, s.assemble},
		{PhaseUpload, s.upload},
		{PhaseRecord, s.record},
	}
	done := s.state.Phase != ""
	for _, p := range phases {
		if done = done && p.name != s.state.Phase; done {
			continue
		}
		s.state.Course.Enter(string(p.name), workflow.Now(ctx))
		s.display.enter(ctx, p.name)
		if err := s.recovery.untilUnblocked(ctx); err != nil { // a block of the previous run
			return err
		}
		if err := s.wait.untilResumed(ctx); err != nil {
			return err
		}
		if err := p.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// listen handles signals and updates from now on. The handlers only note what operators ask: the phases act on it.
func (s *sync) listen(ctx workflow.Context) error {
	operator.Handle(ctx, s.handle)
	live.Hear(ctx, &s.display.running, s.display.touch)
	s.wait.teller.Watch(ctx)
	s.state.Course.HearSkips(ctx, s.state.Started, s.display.touch)
	return operator.HandleUpdates(ctx, map[string]operator.UpdateHandler{
		operator.Approve:  s.noted(operator.Approve, s.guard.handler(operator.Approved)),
		operator.Discard:  s.noted(operator.Discard, s.guard.handler(operator.Discarded)),
		operator.SetQuota: s.noted(operator.SetQuota, s.budget.handler()),
	})
}

// noted notes an update that is handled among the orders of operators.
func (s *sync) noted(update string, by operator.UpdateHandler) operator.UpdateHandler {
	handle := by.Handle
	by.Handle = func(ctx workflow.Context, in converter.RawValue) (any, error) {
		answer, err := handle(ctx, in)
		if err == nil {
			s.state.Course.Order(update, operator.Said(update, in), workflow.Now(ctx))
		}
		return answer, err
	}
	return by
}

// handle handles one signal.
func (s *sync) handle(ctx workflow.Context, signal operator.Signal) {
	if signal.Known && signal.Name != operator.CancelReason {
		s.state.Course.Order(signal.Name, signal.Reason, workflow.Now(ctx))
	}
	switch {
	case signal.Name == operator.CancelReason:
		s.state.Course.Announce(operator.Cancel, signal.Reason, workflow.Now(ctx))
	case !signal.Known:
		s.state.UnknownSignals = operator.WarnOfUnknown(s.state.UnknownSignals, signal)
		s.display.touch(ctx)
	case signal.Name == operator.Pause:
		s.wait.pause(ctx, signal.Reason)
	case signal.Name == operator.Resume:
		s.state.Sync.Since = workflow.Now(ctx).UTC() // with new sessions: what was fixed may apply to those alone
		s.recovery.resume()
		s.wait.resume()
	}
}
