package e2e_test

import (
	"encoding/json"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/notify"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/temporaldev"
	"longhaul/workflows"
)

// recorders bring a sync of a small org into each scenario. The run that is recorded may still go on when they return.
var recorders = map[string]func(*testing.T) (*plant, client.WorkflowRun){
	"plain": func(t *testing.T) (*plant, client.WorkflowRun) {
		p := newPlant(t, tiny(), nil)
		return p, p.start(t, "sync-acme")
	},
	"second_round":     recordSecondRound,
	"quota_wait":       recordQuotaWait,
	"stalled":          recordStalled,
	"paused":           recordPaused,
	"held":             func(t *testing.T) (*plant, client.WorkflowRun) { return recordHeld(t, workflows.ApproveUpdate) },
	"discarded":        func(t *testing.T) (*plant, client.WorkflowRun) { return recordHeld(t, workflows.DiscardUpdate) },
	"blocked":          recordBlocked,
	"cancelled":        recordCancelled,
	"continued_as_new": recordContinued,
	"failed": func(t *testing.T) (*plant, client.WorkflowRun) {
		p := newPlant(t, tiny(), func(s *source.Source) { s.Exports[0].Secrets["token"] = source.Held("wrong") })
		return p, p.start(t, "sync-acme")
	},
	"hand_over": recordHandOver,
	"skipped": func(t *testing.T) (*plant, client.WorkflowRun) {
		p, sync := inMidDescribe(t)
		other := p.start(t, "acme-nightly", workflows.Input{Source: "acme"})
		if err := other.Get(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		p.quicken(t)
		p.await(t, sync)
		return p, other
	},
}

// tiny is an org whose histories stay small.
func tiny() server.Options { return server.Options{Reports: 60, Columns: 1, TypeMetadata: 100} }

// longDescribe is tiny with describes that take a minute in all, until quicken: time for what a test does meanwhile.
func longDescribe() server.Options {
	options := tiny()
	options.Reports = 240
	options.Faults = []server.Fault{{Name: "stall", Route: "describe", Delay: 2 * time.Second}}
	return options
}

// fewInFlight makes what longDescribe says true.
func fewInFlight(s *source.Source) { s.MaxInFlight = 8 }

// inMidDescribe starts a sync whose describes are answered late, and waits until some are.
func inMidDescribe(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	p := newPlant(t, longDescribe(), fewInFlight)
	run := p.start(t, "sync-acme")
	eventually(t, time.Minute, func() bool {
		begun, _ := p.sim.Describes()
		return begun > 16
	})
	return p, run
}

func (p *plant) quicken(t *testing.T) {
	t.Helper()
	if err := p.sim.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
}

func (p *plant) await(t *testing.T, run client.WorkflowRun) {
	t.Helper()
	if err := run.Get(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func (w works) awaitPhase(t *testing.T, phase workflows.Phase) {
	t.Helper()
	eventually(t, time.Minute, func() bool { return w.progress(t).Phase == phase })
}

func (w works) signal(t *testing.T, name string) {
	t.Helper()
	if err := w.client.SignalWorkflow(t.Context(), "sync-acme", "", name, nil); err != nil {
		t.Fatal(err)
	}
}

func (w works) update(t *testing.T, name string, args ...any) {
	t.Helper()
	handle, err := w.client.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: "sync-acme", UpdateName: name, Args: args, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(t.Context(), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func recordSecondRound(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	options := tiny()
	generated := org.Generate(org.Spec{Reports: options.Reports, Columns: options.Columns, TypeMetadata: options.TypeMetadata})
	p := newPlant(t, server.Options{Org: poisoned{generated, visible(generated)}}, nil)
	return p, p.start(t, "sync-acme")
}

func recordQuotaWait(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	options := tiny()
	options.DailyLimit = 1000
	p := newPlant(t, options, func(s *source.Source) { s.Quota.Probe = time.Second })
	p.sim.AddUsage(790)
	run := p.start(t, "sync-acme")
	eventually(t, time.Minute, func() bool { return p.progress(t).Waiting != "" })
	share := 30
	p.update(t, workflows.SetQuotaUpdate, workflows.QuotaChange{Share: &share}) // wakes it in vain
	p.sim.Advance(25 * time.Hour)
	return p, run
}

func recordPaused(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	p, run := inMidDescribe(t)
	p.signal(t, workflows.PauseSignal)
	p.awaitPhase(t, workflows.PhasePaused)
	p.removeAttribute(t, "LonghaulPhase")
	p.quicken(t)
	p.signal(t, workflows.ResumeSignal)
	return p, run
}

// recordStalled lets describes last until it was told that nothing moves, and again until it was told that this is over.
func recordStalled(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	options := longDescribe()
	options.Faults[0].Delay = time.Minute
	box := newLetterbox(t, nil)
	receivers := []notify.Configured{box.receiver("hook", notify.Stalled, notify.Recovered)}
	p := told(t, options, notify.Settings{Stall: 10 * time.Second, Receivers: receivers})
	run := p.start(t, "sync-acme")
	box.await(t, 0, "stalled")
	describesTake(t, p.sim, time.Second)
	box.await(t, 1, "recovered")
	p.quicken(t)
	return p, run
}

// recordHandOver lets operators reach a sync by the workflow that a schedule has started.
func recordHandOver(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	p, run := nightlyInMidDescribe(t)
	for _, name := range []string{"pasue", workflows.PauseSignal, workflows.ResumeSignal} {
		if err := p.client.SignalWorkflow(t.Context(), nightly, "", name, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.ask(t, nightly, workflows.SetQuotaUpdate, nil, map[string]int{"share": 90}); err != nil {
		t.Fatal(err)
	}
	p.quicken(t)
	return p, run
}

// recordHeld lets a second sync hold for a permission that was lost.
func recordHeld(t *testing.T, verdict string) (*plant, client.WorkflowRun) {
	t.Helper()
	p := newPlant(t, tiny(), nil)
	p.sync(t)
	if err := p.sim.Revoke("ViewAllUsers"); err != nil {
		t.Fatal(err)
	}
	run := p.start(t, "sync-acme")
	p.awaitPhase(t, workflows.PhaseHeld)
	p.update(t, verdict)
	return p, run
}

func recordBlocked(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	p, run := inMidDescribe(t)
	p.sim.SetSecretRotated(true)
	p.awaitPhase(t, workflows.PhaseBlocked)
	p.sim.SetSecretRotated(false)
	p.quicken(t)
	p.signal(t, workflows.ResumeSignal)
	return p, run
}

func recordCancelled(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	p, run := inMidDescribe(t)
	if err := p.client.CancelWorkflow(t.Context(), run.GetID(), run.GetRunID()); err != nil {
		t.Fatal(err)
	}
	return p, run
}

// recordContinued lets a sync of some shards, one after the other, continue as new after few events.
func recordContinued(t *testing.T) (*plant, client.WorkflowRun) {
	t.Helper()
	options := tiny()
	options.Reports = 1000
	p := newPlantOn(t, temporaldev.Options{LongHistory: 20}, options, func(s *source.Source) { s.MaxShards = 1 })
	return p, p.start(t, "sync-acme")
}

// namesIn are the names of the records of a file.
func namesIn(t *testing.T, content []byte) (names []string) {
	t.Helper()
	var records []struct{ Name string }
	if err := json.Unmarshal(content, &records); err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		names = append(names, r.Name)
	}
	return names
}
