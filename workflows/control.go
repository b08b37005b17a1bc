package workflows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/quota"
)

// control is what operators have asked of a running sync. Its handlers only note it: the phases act on it.
type control struct {
	resumed   int      // resume signals so far
	policies  int      // changes of the quota so far
	interrupt func()   // ends what may be cut short for a pause; nil while nothing may
	concerns  []string // what the sync holds for; nil while it does not hold

	found []activities.Concern // the same for machines, and what it held for last
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
	s.obey(ctx)
	return handleUpdates(ctx, map[string]updateHandling{
		ApproveUpdate: {
			check: func(converter.RawValue) error { return s.decidable() },
			take: func(_ workflow.Context, in converter.RawValue) (any, error) {
				return s.decide(VerdictApproved, in), nil
			},
		},
		DiscardUpdate: {
			check: func(converter.RawValue) error { return s.decidable() },
			take: func(_ workflow.Context, in converter.RawValue) (any, error) {
				return s.decide(VerdictDiscarded, in), nil
			},
		},
		SetQuotaUpdate: {
			check: func(in converter.RawValue) error {
				_, err := readQuotaChange(in)
				return err
			},
			take: func(_ workflow.Context, in converter.RawValue) (any, error) {
				change, err := readQuotaChange(in)
				if err != nil {
					return nil, err
				}
				return s.setQuota(change), nil
			},
		},
	})
}

// decide takes the verdict that a sync which holds waits for.
func (s *sync) decide(verdict Verdict, in converter.RawValue) Verdict {
	s.state.Held.Verdict, s.state.Held.Reason = verdict, cut(reasonOf(in.Payload()))
	return verdict
}

// decidable refuses a verdict that nobody waits for.
func (s *sync) decidable() error {
	switch {
	case s.control.concerns == nil:
		return fmt.Errorf("the sync does not hold, so there is nothing to approve or discard; `progress` shows its phase")
	case s.state.Held.Verdict != "":
		return fmt.Errorf("the sync was %s already", s.state.Held.Verdict)
	}
	return nil
}

func (s *sync) pause(reason string) {
	s.state.Paused, s.state.PausedFor = true, cut(reason)
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

// unlessCut is err, but nil where a pause cut short what ran under within, an interruptible ctx that is not done yet. Any
// failure may come of such a cut: Temporal never retries an activity that it was asked to cancel, so a worker that stops or an
// answer that does not come in that moment arrives here as the last word.
func unlessCut(ctx, within workflow.Context, err error) error {
	if within.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

// resume lets the sync go on, with new sessions: what was mended may hold for those alone.
func (s *sync) resume(ctx workflow.Context) {
	s.state.Paused, s.state.PausedFor = false, ""
	s.state.Sync.Since, s.state.Refused = workflow.Now(ctx).UTC(), Refused{} // refusals of before say nothing of what is tried now
	s.state.Unexpected, s.state.Blocked = Unexpected{}, nil
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

// readQuotaChange reads the input of set-quota. A word that it does not know is refused: a misspelt share would be taken
// for one that was left out.
func readQuotaChange(in converter.RawValue) (change QuotaChange, err error) {
	decoder := json.NewDecoder(bytes.NewReader(in.Payload().GetData()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&change); err != nil && !errors.Is(err, io.EOF) {
		return QuotaChange{}, fmt.Errorf(`set-quota takes whole percents: {"ceiling":80,"share":25}, not this: %s`, oneLine(err.Error(), maxReasonBytes))
	}
	return change, change.check()
}

// setQuota changes the policy of this sync, from the next lease on. It answers with all that was asked for so far.
func (s *sync) setQuota(change QuotaChange) QuotaChange {
	asked := &s.state.QuotaAsked
	if change.Ceiling != nil {
		asked.Ceiling = change.Ceiling
	}
	if change.Share != nil {
		asked.Share = change.Share
	}
	s.applyQuota()
	s.control.policies++
	return *asked
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
