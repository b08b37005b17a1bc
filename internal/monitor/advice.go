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
	why   string               // in the workflow's words
	each  string               // the same of a hold, a line for each concern
	vital bool                 // no approval ends the hold
	by    workflows.Unblocking // of a block
	until time.Time            // when it gives up; zero where nobody knows
}

// standstill is what the sync waits for a person to do. It is zero where the sync does not wait, and where the watcher itself
// acts.
func (w *Watcher) standstill() standstill {
	if !standsStill(w.progress.Phase) || w.NoWait && w.progress.Phase == workflows.PhaseBlocked ||
		w.Verdict != "" && w.progress.Phase == workflows.PhaseHeld {
		return standstill{}
	}
	s := standstill{phase: w.progress.Phase, why: w.progress.Waiting, until: w.until()}
	if s.phase == workflows.PhaseBlocked {
		source, _ := workflows.SourceOfID(w.ID)
		why := cmp.Or(w.progress.Blocked, &activities.Failure{})
		s.by = workflows.Unblock(*why, w.progress.Kept, cmp.Or(source, w.progress.Source, w.ID))
	}
	if s.phase == workflows.PhaseHeld {
		s.each, s.vital = eachConcern(w.progress.Concerns), slices.ContainsFunc(w.progress.Concerns, activities.Concern.IsVital)
	}
	return s
}

// Caller is how a person at this program gives orders: by its name, and to its Temporal.
type Caller struct {
	Program string // empty: not known
	Address string // of Temporal, where a command would not find it; empty elsewhere
}

// command is what a person types to give a sync an order.
func (c Caller) command(verb, id string) string {
	source, ok := workflows.SourceOfID(id)
	if !ok {
		source = id
	}
	return c.typed(verb + " " + source)
}

// typed is an order as a person types it.
func (c Caller) typed(order string) string {
	words := cmp.Or(c.Program, workflows.Program) + " " + order
	if c.Address != "" {
		return "TEMPORAL_ADDRESS=" + c.Address + " " + words
	}
	return words
}

// spoken names this program in what a sync says about commands: the worker knows no name but the usual one.
func (c Caller) spoken(do string) string {
	return strings.ReplaceAll(do, "`"+workflows.Program+" ", "`"+cmp.Or(c.Program, workflows.Program)+" ")
}

// advice says why the sync of that workflow id stands still and what to do; empty where it does not.
func (s standstill) advice(id string, by Caller) string {
	order := func(verb string) string { return "\n  " + by.command(verb, id) }
	resume := order(workflows.ResumeSignal)
	switch s.phase {
	case workflows.PhaseHeld:
		return s.held(order)
	case workflows.PhaseBlocked:
		var orders strings.Builder
		for _, one := range s.by.Orders {
			orders.WriteString("\n  " + by.typed(one))
		}
		return "The sync is blocked" + s.reason() + ". " + strings.ToUpper(s.by.First[:1]) + s.by.First[1:] + s.before("; otherwise it fails at %s") + ":" +
			orders.String()
	case workflows.PhasePaused:
		return fmt.Sprintf("The sync is %s. Resume it:%s", cmp.Or(strings.TrimSuffix(humanize.Clause(s.why), workflows.AfterResume), "paused"), resume)
	default:
		return ""
	}
}

// held says what a sync is held for and how to answer it.
func (s standstill) held(order func(verb string) string) string {
	why := s.reason() + ". "
	if s.each != "" {
		why = ":" + s.each + "\n"
	}
	ends := s.before("; without an answer it ends at %s")
	if s.vital {
		return "The sync is held" + why + "No approval helps: discard the sync" + ends + ":" + order(workflows.DiscardUpdate)
	}
	return "The sync is held" + why + "Fix that, discard the sync and start it again; or approve what it found" + ends + ":" +
		order(workflows.DiscardUpdate) + order(workflows.ApproveUpdate)
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
