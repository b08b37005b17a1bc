package workflows_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/notify"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

// The watch begins before the login, which tells how soon a sync is stalled.
func TestTell_aShortLimitHoldsFromTheLoginOn(t *testing.T) {
	t.Parallel()
	o := &org{describes: 10 * time.Minute, authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		auth := healthy()
		auth.Notify = activities.Notify{Heard: true, Stall: 30 * time.Second}
		return auth, nil
	}}
	env := environment(t, o, "sync-acme")
	o.beats = func(activities.ReadBeatsParams) (activities.ReadBeatsResult, error) {
		return activities.ReadBeatsResult{Beats: []activities.Heartbeat{{ID: "x", Done: 1}}}, nil
	}
	began := env.Now()
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	if len(o.facts) == 0 || o.facts[0].Event != notify.Stalled || o.facts[0].At.Sub(began) > 2*time.Minute {
		t.Errorf("it began at %s, and people were told %+v", began, o.facts)
	}
}

func TestTell_aSyncThatDoesNotMoveIsStalled(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: heard, describes: 2 * time.Hour}
	beats, from := int64(0), time.Time{}
	env := environment(t, o, "sync-acme")
	o.beats = func(activities.ReadBeatsParams) (activities.ReadBeatsResult, error) {
		if from.IsZero() {
			from = env.Now()
		}
		if env.Now().Sub(from) < 30*time.Minute || env.Now().Sub(from) > 90*time.Minute { // in between nothing moves
			beats += 5
		}
		return activities.ReadBeatsResult{Beats: []activities.Heartbeat{{ID: "x", Done: beats}}}, nil
	}
	var shown []workflows.Progress
	for _, at := range []time.Duration{20 * time.Minute, 60 * time.Minute, 110 * time.Minute} {
		env.RegisterDelayedCallback(func() { shown = append(shown, ask(t, env)) }, at)
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	wantEvents(t, o, notify.Stalled, notify.Recovered, notify.Complete)
	if told := o.facts[0]; told.At.Sub(told.Since) < 10*time.Minute || told.At.Sub(told.Since) > 11*time.Minute {
		t.Errorf("it was told %s after the last move: %+v", told.At.Sub(told.Since), told)
	}
	if shown[0].Stalled != nil || shown[1].Stalled == nil || shown[2].Stalled != nil {
		t.Errorf("people saw %v, %v, %v", shown[0].Stalled, shown[1].Stalled, shown[2].Stalled)
	}
}

// A running activity that waits for its bucket says so: that is why nothing moves.
func TestTell_aRunningActivityThatWaits(t *testing.T) {
	t.Parallel()
	const full = "the disk of the bucket is full"
	o := &org{authenticate: heard, describes: 3 * time.Hour}
	env := environment(t, o, "sync-acme")
	began, done := env.Now(), int64(0)
	o.beats = func(activities.ReadBeatsParams) (activities.ReadBeatsResult, error) {
		beat := activities.Heartbeat{ID: "x"}
		if since := env.Now().Sub(began); since > 10*time.Minute && since < 40*time.Minute {
			beat.Waiting = full
		} else {
			done++
		}
		beat.Done = done
		return activities.ReadBeatsResult{Beats: []activities.Heartbeat{beat}}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	wantEvents(t, o, notify.Stalled, notify.Recovered, notify.Complete)
	if told := o.facts[0]; told.Why != full || told.Do != tell.DoOfStall {
		t.Errorf("it says %+v", told)
	}
}

// Of what begins after nothing has moved for long the screens say it from the next look on, and the message of the next day does.
func TestTell_aReasonThatComesAfterTheStall(t *testing.T) {
	t.Parallel()
	const full = "the disk of the bucket is full"
	o := &org{authenticate: heard, describes: 30 * time.Hour}
	env := environment(t, o, "sync-acme")
	began := env.Now()
	o.beats = func(activities.ReadBeatsParams) (activities.ReadBeatsResult, error) {
		beat := activities.Heartbeat{ID: "x"}
		switch since := env.Now().Sub(began); {
		case since > 29*time.Hour: // it goes on
			beat.Done = int64(since)
		case since > time.Hour:
			beat.Waiting = full
		}
		return activities.ReadBeatsResult{Beats: []activities.Heartbeat{beat}}, nil
	}
	var shown []string
	for _, at := range []time.Duration{50 * time.Minute, 70 * time.Minute, 29*time.Hour + 30*time.Minute} {
		env.RegisterDelayedCallback(func() { shown = append(shown, ask(t, env).StalledWhy) }, at)
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	wantEvents(t, o, notify.Stalled, notify.Stalled, notify.Recovered, notify.Complete)
	if first, again := o.facts[0], o.facts[1]; first.Why != "" || again.Why != full || again.Do != tell.DoOfStall {
		t.Errorf("first it says %+v, then %+v", first, again)
	}
	if diff := cmp.Diff([]string{"", full, ""}, shown); diff != "" {
		t.Errorf("people saw otherwise (-want +got):\n%s", diff)
	}
}

// What the sync stood still for before is not why nothing moves, if Temporal does not say what running activities wait for.
func TestTell_aStallHasNoReasonOfAnOlderWait(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: heard, describes: 2 * time.Hour}
	o.beats = func(activities.ReadBeatsParams) (activities.ReadBeatsResult, error) {
		return activities.ReadBeatsResult{}, refusal(fault.Transient, "Temporal does not answer")
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 0)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 3*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	for _, fact := range o.facts {
		if fact.Event == notify.Stalled && fact.Why == "" && fact.Do == "" {
			return
		}
	}
	t.Errorf("people were told %+v", o.facts)
}

// That Temporal does not say what running activities have done is no news of them.
func TestTell_aStallIsNotOverByAnAnswerThatIsMissing(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: heard, describes: 2 * time.Hour}
	env := environment(t, o, "sync-acme")
	asked := 0
	o.beats = func(activities.ReadBeatsParams) (activities.ReadBeatsResult, error) {
		if asked++; asked%7 == 0 {
			return activities.ReadBeatsResult{}, refusal(fault.Transient, "Temporal does not answer")
		}
		return activities.ReadBeatsResult{Beats: []activities.Heartbeat{{ID: "x", Done: 5}}}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	if asked < 7 || len(o.events()) > 3 { // stalled, recovered, complete
		t.Errorf("asked %d times, it told %v", asked, o.events())
	}
}
