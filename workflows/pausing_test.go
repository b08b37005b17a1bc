package workflows_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/history"
	"longhaul/workflows"
)

// TestProgress_saysInAWordWhyItWaits pauses a sync that is held, which is paused once the hold is answered.
func TestProgress_saysInAWordWhyItWaits(t *testing.T) {
	t.Parallel()
	env := environment(t, heldFor("half of the reports are missing"), "sync-acme")
	shows := func(after time.Duration, wait string, pausing bool) {
		env.RegisterDelayedCallback(func() {
			if p := ask(t, env); p.Wait != wait || p.Pausing != pausing {
				t.Errorf("after %s it is in %s, waits for %q, and is pausing: %t", after, p.Phase, p.Wait, p.Pausing)
			}
		}, after)
	}
	shows(time.Hour, history.WaitHeld, false)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 2*time.Hour)
	shows(3*time.Hour, history.WaitHeld, true)
	env.RegisterDelayedCallback(func() { env.UpdateWorkflow(workflows.ApproveUpdate, "", updated(t, workflows.ApproveUpdate, "")) }, 4*time.Hour)
	shows(5*time.Hour, history.WaitPaused, false)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 6*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, err := resultOf(t, env); err != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("it ended as %+v, %v", got, err)
	}
	if p := ask(t, env); p.Wait != "" || p.Pausing {
		t.Errorf("at its end it waits for %q, pausing: %t", p.Wait, p.Pausing)
	}
}

// TestPause_keepsWhatActivitiesHadDoneThatNoWorkerRuns pauses a sync whose workers have stopped: Temporal ends its shards at once and without a
// word, and what they had done, as people saw it, is in their last heartbeats alone.
func TestPause_keepsWhatActivitiesHadDoneThatNoWorkerRuns(t *testing.T) {
	t.Parallel()
	o := &org{describes: 10 * time.Minute, pausesAt: time.Minute}
	o.beats = func(activities.ReadBeatsParams) (result activities.ReadBeatsResult, _ error) {
		for id := range 40 { // whichever of them are shards
			result.Beats = append(result.Beats, activities.Heartbeat{ID: strconv.Itoa(id), Type: "Describe", Done: 3, Calls: 4})
		}
		return result, nil
	}
	env := environment(t, o, "sync-acme")
	var mu sync.Mutex
	var known []int64
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		mu.Lock()
		defer mu.Unlock()
		known = append(known, p.Known)
		return described(10), nil
	}
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Wait != history.WaitPaused || p.Done != 8*3 || p.APICalls != 4+5+8*4 {
			t.Errorf("it is %q, and shows %d reports and %d calls", p.Wait, p.Done, p.APICalls)
		}
	}, 30*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.APICalls != 4+5+8*4+80+4 {
		t.Errorf("it ended with %d calls, %v", got.APICalls, failure)
	}
	if last := known[len(known)-8:]; slices.ContainsFunc(last, func(n int64) bool { return n != 3 }) {
		t.Errorf("the shards go on after %v reports", last)
	}
}
