package workflows_test

import (
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/notify"
	"longhaul/workflows"
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
	if told := o.facts[0]; told.Why != full || told.Do == "" {
		t.Errorf("it says %+v", told)
	}
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
