package monitor

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"longhaul/internal/humanize"
	"longhaul/workflows"
)

func standsStill(phase workflows.Phase) bool {
	return phase == workflows.PhaseHeld || phase == workflows.PhaseBlocked || phase == workflows.PhasePaused
}

// standstill is a sync that waits for a person to act. Its advice is shown once.
type standstill struct {
	phase workflows.Phase
	why   string    // in the workflow's words
	until time.Time // when it gives up; zero where nobody knows
}

// standstill is what the sync waits for a person to do. It is zero where the sync does not wait, and where the watcher itself
// acts.
func (w *Watcher) standstill() standstill {
	if !standsStill(w.progress.Phase) || w.NoWait && w.progress.Phase == workflows.PhaseBlocked ||
		w.Verdict != "" && w.progress.Phase == workflows.PhaseHeld {
		return standstill{}
	}
	return standstill{phase: w.progress.Phase, why: w.progress.Waiting, until: w.until()}
}

// advice says why the sync of that workflow id stands still and what to do; empty where it does not. address is Temporal's
// where the temporal CLI would not find it.
func (s standstill) advice(id, address string) string {
	target := " --workflow-id " + id
	if address != "" {
		target = " --address " + address + target
	}
	resume := "\n  temporal workflow signal" + target + " --name " + workflows.ResumeSignal
	update := "\n  temporal workflow update execute" + target + " --name "
	switch s.phase {
	case workflows.PhaseHeld:
		return fmt.Sprintf("The sync is held%s. Approve what it found, or discard the sync%s:%s%s%s%s",
			s.reason(), s.before("; without an answer it ends at %s"), update, workflows.ApproveUpdate, update, workflows.DiscardUpdate)
	case workflows.PhaseBlocked:
		return fmt.Sprintf("The sync is blocked%s. Fix that, then resume it%s:%s",
			s.reason(), s.before("; otherwise it fails at %s"), resume)
	case workflows.PhasePaused:
		return fmt.Sprintf("The sync is %s. Resume it:%s", cmp.Or(strings.TrimSuffix(humanize.Clause(s.why), workflows.AfterResume), "paused"), resume)
	default:
		return ""
	}
}

func (s standstill) reason() string {
	if s.why == "" {
		return ""
	}
	return ": " + humanize.Clause(s.why)
}

func (s standstill) before(format string) string {
	if s.until.IsZero() {
		return ""
	}
	return fmt.Sprintf(format, humanize.Moment(s.until))
}
