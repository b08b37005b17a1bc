package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"longhaul/internal/quota"
)

// control is what operators have asked of a running sync. Its handlers only note it: the phases act on it.
type control struct {
	resumed   int      // resume signals so far
	verdict   Verdict  // about what the sync holds for; empty until there is one
	policies  int      // changes of the quota so far
	interrupt func()   // ends what may be cut short for a pause; nil while nothing may
	concerns  []string // what the sync holds for; nil while it does not hold
}

// Verdict is an operator's answer to a sync that holds.
type Verdict string

// The verdicts.
const (
	VerdictApproved  Verdict = "approved"
	VerdictDiscarded Verdict = "discarded"
)

// listen takes signals and updates from now on.
func (s *sync) listen(ctx workflow.Context) error {
	workflow.GetSignalChannelWithOptions(ctx, PauseSignal, workflow.SignalChannelOptions{
		Description: "Stop asking Salesforce: requests in flight finish, shards store what they have. No input.",
	})
	workflow.GetSignalChannelWithOptions(ctx, ResumeSignal, workflow.SignalChannelOptions{
		Description: "Go on: after a pause, after what blocked the sync was mended, or before a wait that Salesforce asked for is over. No input.",
	})
	s.obey(ctx)
	if err := s.takeVerdicts(ctx); err != nil {
		return err
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, SetQuotaUpdate, s.setQuota, workflow.UpdateHandlerOptions{
		Validator:   func(_ workflow.Context, q QuotaChange) error { return q.check() },
		Description: `Change how much of the org's daily API calls the sync may use, in percent: {"ceiling":80,"share":25}. What is left out stays.`,
	})
}

func (s *sync) takeVerdicts(ctx workflow.Context) error {
	for _, row := range []struct {
		update, description string
		verdict             Verdict
	}{
		{ApproveUpdate, "Let a sync that holds go on: what it found is right. No input.", VerdictApproved},
		{DiscardUpdate, "End a sync that holds: nothing of it reaches the catalog. No input.", VerdictDiscarded},
	} {
		take := func(workflow.Context) (string, error) {
			s.control.verdict = row.verdict
			return string(row.verdict), nil
		}
		err := workflow.SetUpdateHandlerWithOptions(ctx, row.update, take, workflow.UpdateHandlerOptions{
			Validator: func(workflow.Context) error { return s.control.decidable() }, Description: row.description,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// decidable refuses a verdict that nobody waits for.
func (c *control) decidable() error {
	switch {
	case c.concerns == nil:
		return fmt.Errorf("the sync does not hold, so there is nothing to approve or discard; `progress` shows its phase")
	case c.verdict != "":
		return fmt.Errorf("the sync was %s already", c.verdict)
	}
	return nil
}

func (s *sync) pause() {
	s.state.Paused = true
	if s.control.interrupt != nil {
		s.control.interrupt()
	}
}

// interruptible gives a context that a pause ends too. done must be called when nothing runs under it any more.
func (s *sync) interruptible(ctx workflow.Context) (_ workflow.Context, done func()) {
	ctx, cancel := workflow.WithCancel(ctx)
	s.control.interrupt = cancel
	return ctx, func() {
		s.control.interrupt = nil
		cancel()
	}
}

// resume lets the sync go on, with new sessions: what was mended may hold for those alone.
func (s *sync) resume(ctx workflow.Context) {
	s.state.Paused = false
	s.state.Sync.Since = workflow.Now(ctx).UTC()
	s.control.resumed++
}

// QuotaChange is the input of set-quota, in percent; what is nil stays as it is.
type QuotaChange struct {
	Ceiling *int `json:"ceiling,omitempty"`
	Share   *int `json:"share,omitempty"`
}

func (q QuotaChange) check() error {
	if q.Ceiling == nil && q.Share == nil {
		return fmt.Errorf(`set-quota needs ceiling, share or both, in percent: {"ceiling":80,"share":25}`)
	}
	for _, percent := range []*int{q.Ceiling, q.Share} {
		if percent != nil && (*percent < 1 || *percent > 100) {
			return fmt.Errorf("ceiling and share are percents from 1 to 100, not %d", *percent)
		}
	}
	return nil
}

// setQuota changes the policy of this sync, from the next lease on. It answers with all that was asked for so far.
func (s *sync) setQuota(_ workflow.Context, change QuotaChange) (QuotaChange, error) {
	asked := &s.state.QuotaAsked
	if change.Ceiling != nil {
		asked.Ceiling = change.Ceiling
	}
	if change.Share != nil {
		asked.Share = change.Share
	}
	s.applyQuota()
	s.control.policies++
	return *asked, nil
}

// applyQuota makes the policy of the settings, and over it of what operators asked for. Before the login nothing is known
// of the settings: then it waits until openQuota.
func (s *sync) applyQuota() {
	policy := s.state.Auth.Quota
	if policy == (quota.Policy{}) {
		return
	}
	if asked := s.state.QuotaAsked.Ceiling; asked != nil {
		policy.Ceiling = *asked
	}
	if asked := s.state.QuotaAsked.Share; asked != nil {
		policy.Share = *asked
	}
	s.state.Quota.Policy = policy
}
