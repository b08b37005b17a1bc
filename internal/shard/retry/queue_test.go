package retry

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var errBroken = errors.New("broken")

func TestQueue_triesWhatFailedAgainAfterTheOthers(t *testing.T) {
	t.Parallel()
	q := New([]int{0, 1, 2, 3}, 1)
	var asked []int
	for q.Pending() > 0 {
		report := q.Pop()
		if asked = append(asked, report); report > 1 {
			q.Fail(3-report+2, Failure{Err: errBroken}) // 3 before 2
		}
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3}, asked); diff != "" || q.Empty() {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{3, 2}, q.Failed()); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
	now := time.Now()
	if step := q.Advance(now, false); step != Wait {
		t.Errorf("step %d before the pause", step)
	}
	if step := q.Advance(now.Add(firstPause), false); step != Begin || q.Pending() != 2 {
		t.Errorf("step %d after the pause, %d to ask for", step, q.Pending())
	}
	if first, second := q.Pop(), q.Pop(); first != 2 || second != 3 {
		t.Errorf("asked for %d and %d", first, second)
	}
}

func TestQueue_hasSoManyRoundsWithGrowingPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := New([]int{7}, 3)
		var pauses []time.Duration
		for {
			q.Fail(q.Pop(), Failure{Err: errBroken})
			step := q.Advance(time.Now(), false)
			if step == Exhausted {
				break
			}
			due, ok := q.Due()
			if step != Wait || !ok {
				t.Fatalf("step %d, due %v", step, ok)
			}
			pauses = append(pauses, time.Until(due))
			<-time.After(time.Until(due))
			if step = q.Advance(time.Now(), false); step != Begin {
				t.Fatalf("step %d when the round is due", step)
			}
			if _, ok := q.Due(); ok {
				t.Error("a round is due that has begun")
			}
		}
		if diff := cmp.Diff([]time.Duration{firstPause, 2 * firstPause, 4 * firstPause}, pauses); diff != "" {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
	})
}

func TestQueue_beginsNoRoundAfterTwoMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := New([]int{7}, 3)
		q.Fail(q.Pop(), Failure{Err: errBroken})
		q.Advance(time.Now(), false)
		<-time.After(firstPause)
		if step := q.Advance(time.Now(), false); step != Begin {
			t.Fatalf("step %d", step)
		}
		q.Fail(q.Pop(), Failure{Err: errBroken})
		<-time.After(roundsFor)
		if step := q.Advance(time.Now(), false); step != Exhausted {
			t.Errorf("step %d after %v", step, roundsFor)
		}
	})
}

func TestQueue_wantsACanaryAroundTheLastRound(t *testing.T) {
	t.Parallel()
	q, now := New([]int{7}, 2), time.Now()
	round := func() {
		q.Fail(q.Pop(), Failure{Err: errBroken})
		if step := q.Advance(now, false); step != Wait {
			t.Fatalf("step %d", step)
		}
	}
	q.Fail(q.Pop(), Failure{Err: errBroken})
	if step := q.Advance(now, true); step != Wait { // the first of two rounds needs none
		t.Errorf("step %d before the first round", step)
	}
	now = now.Add(firstPause)
	if step := q.Advance(now, true); step != Begin {
		t.Errorf("step %d for the first round", step)
	}
	round()
	now = now.Add(2 * firstPause)
	if step := q.Advance(now, true); step != Begin { // that it fails since is known once it is over
		t.Errorf("step %d for the last round", step)
	}
	q.Fail(q.Pop(), Failure{Err: errBroken})
	if step := q.Advance(now, true); step != Prove {
		t.Errorf("step %d after the last round", step)
	}
	if step := q.Advance(now, false); step != Exhausted {
		t.Errorf("step %d after the canary's answer", step)
	}

	one := New([]int{7}, 1)
	one.Fail(one.Pop(), Failure{Err: errBroken})
	if step := one.Advance(now, true); step != Prove {
		t.Errorf("step %d before the only round", step)
	}
}

func TestQueue_hasNothingToAdvanceWhereNothingFailed(t *testing.T) {
	t.Parallel()
	q := New([]int{1}, 1)
	q.Pop()
	if step := q.Advance(time.Now(), true); step != Wait || !q.Empty() {
		t.Errorf("step %d, empty %v", step, q.Empty())
	}
	if _, ok := q.Due(); ok {
		t.Error("a round is due")
	}
}

func TestQueue_knowsWhyReportsFailed(t *testing.T) {
	t.Parallel()
	throttled := errors.New("throttled")
	isThrottled := func(err error) bool { return errors.Is(err, throttled) }
	reports := []int{0, 1, 2, 3, 4}
	q := New(reports, 3)
	if report := q.PopAt(3); report != 3 {
		t.Errorf("took report %d out of turn", report)
	}
	q.Fail(3, Failure{Err: errBroken, Answers: 2})
	q.Fail(q.Pop(), Failure{Err: errBroken, Answers: 1})
	q.Note(q.Pop(), Failure{Err: throttled, Answers: 5})
	if diff := cmp.Diff([]int{0, 1, 3}, q.Failing()); diff != "" {
		t.Errorf("failing (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 3}, q.Outlived(5)); diff != "" {
		t.Errorf("outlived (-want +got):\n%s", diff)
	}
	if !errors.Is(q.Why(1), throttled) || q.Why(2) != nil || !q.Untried() || !q.AnyFailed(isThrottled) {
		t.Errorf("failures %v", q.failures)
	}
	q.Done(1)
	if q.Why(1) != nil || q.AnyFailed(isThrottled) {
		t.Errorf("failures %v of a report that has its state", q.failures)
	}
	q.Remove([]int{2, 3})
	if diff := cmp.Diff([]int{0}, q.Failed()); diff != "" || q.Pending() != 1 || q.Pop() != 4 {
		t.Errorf("failed after removal (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3, 4}, reports); diff != "" {
		t.Errorf("the caller's reports changed (-want +got):\n%s", diff)
	}
	q.Advance(time.Now(), false)
	q.Advance(time.Now().Add(time.Hour), false)
	if q.Pending() != 1 || q.Untried() {
		t.Errorf("%d to ask for, untried %v", q.Pending(), q.Untried())
	}
}
