package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"
)

// enter moves to a phase and shows it.
func (s *sync) enter(ctx workflow.Context, phase Phase) {
	s.state.Phase = phase
	s.showPhase(ctx)
}

// showPhase shows the phase, or the standstill in its place.
func (s *sync) showPhase(ctx workflow.Context) {
	phase := s.progress().Phase
	if phase != s.told {
		s.told = phase
		upsert(ctx, AttributeSource.ValueSet(s.state.Sync.Source), AttributePhase.ValueSet(string(phase)))
	}
	s.touch(ctx)
}

// touch notes that the counts changed and shows them.
func (s *sync) touch(ctx workflow.Context) {
	s.state.Updated = workflow.Now(ctx).UTC()
	workflow.SetCurrentDetails(ctx, details(s.progress()))
}

// progress is how far the sync is.
func (s *sync) progress() Progress { return s.state.progress(s.outcome, s.shown) }

// details is the progress as a Markdown table for the UI.
func details(p Progress) string {
	var b strings.Builder
	title := string(p.Phase)
	if p.Outcome != "" {
		title = p.Outcome.Words(p.Unseen)
	}
	fmt.Fprintf(&b, "### %s: %s\n\n", p.Source, title)
	if p.Waiting != "" {
		b.WriteString(waitingWords(p))
	}
	b.WriteString("| What | Done | Of |\n| --- | ---: | ---: |\n")
	row := func(what string, done, of int64) {
		if of > 0 {
			fmt.Fprintf(&b, "| %s | %d | %d |\n", what, done, of)
		}
	}
	row("reports known and unchanged", p.Reused, p.Kinds.Reports)
	row("reports described", p.Described, p.ToDescribe)
	row("shards", int64(p.Shards.Done), int64(p.Shards.Total))
	row("files written", int64(p.Files.Done), int64(p.Files.Total))
	row("files uploaded", int64(p.Uploads.Done), int64(p.Uploads.Total))
	fmt.Fprintf(&b, "\n%d folders, %d reports, %d dashboards, %d components, %d users. %d API calls.\n",
		p.Kinds.Folders, p.Kinds.Reports, p.Kinds.Dashboards, p.Kinds.Components, p.Kinds.Users, p.APICalls)
	if gaps := p.States.Gaps(); gaps > 0 {
		fmt.Fprintf(&b, "\n%d reports have no columns yet: %d denied, %d failed.\n", gaps, p.States.Denied, p.States.Failed)
	}
	if p.Unseen != nil && p.Unseen.Words() != "" {
		fmt.Fprintf(&b, "\nOf what the run-as user does not see: %s.\n", p.Unseen.Words())
	}
	if q := p.Quota; q != nil {
		fmt.Fprintf(&b, "\nThe org has used %d of its %d daily API calls; this sync stops at %d %% of them, and uses %d %% itself at most.\n",
			q.Used, q.Max, q.Ceiling, q.Share)
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "\n- %s", w)
	}
	return b.String()
}

// handedOverDetails is what the UI shows of a workflow that stands for the one that syncs.
func handedOverDetails(p Progress) string {
	var b strings.Builder
	title := "handed over"
	if p.Outcome != "" {
		title = string(p.Outcome)
	}
	fmt.Fprintf(&b, "### %s: %s\n\nThe sync runs as `%s`", p.Source, title, p.HandedOver.WorkflowID)
	if p.HandedOver.RunID != "" {
		fmt.Fprintf(&b, ", run `%s`", p.HandedOver.RunID)
	}
	b.WriteString(". Look there for its progress. Signals and updates that are sent here reach it.\n")
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "\n- %s", w)
	}
	return b.String()
}

// minute is a moment as people read it.
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// waitingWords says why a sync stands still and what ends that.
func waitingWords(p Progress) string {
	until := ""
	if p.Until != nil {
		until = " until " + minute(*p.Until) + " at the latest"
	}
	id := SyncID(p.Source)
	switch p.Phase {
	case PhasePaused:
		return fmt.Sprintf("**Paused.** `temporal workflow signal --workflow-id %s --name resume` lets it go on.\n\n", id)
	case PhaseBlocked:
		return fmt.Sprintf("**Blocked%s:** %s. Mend that, then `temporal workflow signal --workflow-id %s --name resume`.\n\n", until, p.Waiting, id)
	case PhaseHeld:
		return fmt.Sprintf("**Held%s:** %s. `temporal workflow update execute --workflow-id %s --name approve` lets it go on, `discard` ends it.\n\n",
			until, p.Waiting, id)
	default:
		return fmt.Sprintf("**Waiting:** %s.\n\n", p.Waiting)
	}
}
