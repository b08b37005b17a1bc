package cli

import (
	"fmt"
	"time"

	"longhaul/workflows"
)

func standsStill(phase workflows.Phase) bool {
	return phase == workflows.PhaseHeld || phase == workflows.PhaseBlocked || phase == workflows.PhasePaused
}

// moment writes a time so that it fits on a line beside the progress.
func moment(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

// standstill is a sync that waits for somebody: what people are told of it once.
type standstill struct {
	phase workflows.Phase
	why   string    // as the workflow says it
	until time.Time // when it gives up; zero where nobody knows
}

// advice says why the sync of that workflow id stands still and what to do; empty where it does not. address is Temporal's
// where its own tools would not find it.
func (s standstill) advice(id, address string) string {
	target := " --workflow-id " + id
	if address != "" {
		target = " --address " + address + target
	}
	resume := "\n  temporal workflow signal" + target + " --name " + workflows.ResumeSignal
	update := "\n  temporal workflow update execute" + target + " --name "
	switch s.phase {
	case workflows.PhaseHeld:
		return fmt.Sprintf("The sync is held%s. Let it go on with what it found, or end it%s:%s%s%s%s",
			s.reason(), s.before("; without an answer it ends at %s"), update, workflows.ApproveUpdate, update, workflows.DiscardUpdate)
	case workflows.PhaseBlocked:
		return fmt.Sprintf("The sync is blocked%s. Mend that, then let it go on%s:%s",
			s.reason(), s.before("; if nobody does, it fails at %s"), resume)
	case workflows.PhasePaused:
		return "The sync is paused. Let it go on:" + resume
	default:
		return ""
	}
}

func (s standstill) reason() string {
	if s.why == "" {
		return ""
	}
	return ": " + oneLine(s.why)
}

func (s standstill) before(format string) string {
	if s.until.IsZero() {
		return ""
	}
	return fmt.Sprintf(format, moment(s.until))
}
