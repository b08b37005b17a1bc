package monitor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhaul/activities"
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
	each  string    // the same of a hold, a line for each concern
	vital bool      // no approval ends the hold
	until time.Time // when it gives up; zero where nobody knows
}

// standstill is what the sync waits for a person to do. It is zero where the sync does not wait, and where the watcher itself
// acts.
func (w *Watcher) standstill() standstill {
	if !standsStill(w.progress.Phase) || w.NoWait && w.progress.Phase == workflows.PhaseBlocked ||
		w.Verdict != "" && w.progress.Phase == workflows.PhaseHeld {
		return standstill{}
	}
	s := standstill{phase: w.progress.Phase, why: w.progress.Waiting, until: w.until()}
	if s.phase == workflows.PhaseHeld {
		s.each, s.vital = eachConcern(w.progress.Concerns), slices.ContainsFunc(w.progress.Concerns, activities.Concern.IsVital)
	}
	return s
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
		return s.held(update)
	case workflows.PhaseBlocked:
		return fmt.Sprintf("The sync is blocked%s. Fix that, then resume it%s:%s",
			s.reason(), s.before("; otherwise it fails at %s"), resume)
	case workflows.PhasePaused:
		return fmt.Sprintf("The sync is %s. Resume it:%s", cmp.Or(strings.TrimSuffix(humanize.Clause(s.why), workflows.AfterResume), "paused"), resume)
	default:
		return ""
	}
}

// held says what a sync is held for and how to answer it.
func (s standstill) held(update string) string {
	why := s.reason() + ". "
	if s.each != "" {
		why = ":" + s.each + "\n"
	}
	ends := s.before("; without an answer it ends at %s")
	if s.vital {
		return "The sync is held" + why + "No approval helps: discard the sync" + ends + ":" + update + workflows.DiscardUpdate
	}
	return "The sync is held" + why + "Fix that, discard the sync and start it again; or approve what it found" + ends + ":" +
		update + workflows.DiscardUpdate + update + workflows.ApproveUpdate
}

// eachConcern has a line for each concern, where there are more than one.
func eachConcern(concerns []activities.Concern) string {
	if len(concerns) < 2 {
		return ""
	}
	var lines strings.Builder
	for _, c := range concerns {
		lines.WriteString("\n  - " + c.Sentence())
	}
	return lines.String()
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
