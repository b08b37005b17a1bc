package shard

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// A user without the permission to run reports is refused everywhere, and not in English: that is of the user, and no
// report is denied for it, unless anything shows that others are answered.
func TestRun_refusedInUnknownWords(t *testing.T) {
	refusal := &salesforce.Error{
		Class: fault.PermissionMissing, Status: 403, Message: "Keine Berechtigung.", Unworded: true,
	}
	every := func(int) error { return refusal }
	for name, row := range map[string]struct {
		reports int
		reply   func(i int) error
		stored  bool
		probe   func(context.Context) error
		denied  int64 // -1: the run stops
	}{
		"for every report":       {40, every, false, nil, -1},
		"for a few reports only": {7, every, false, nil, 7},
		"for all but one of the first": {40, func(i int) error {
			if i == 5 {
				return nil
			}
			return refusal
		}, false, nil, 39},
		"while others are gone": {40, func(i int) error {
			if i == 2 {
				return failWith(fault.Gone)
			}
			return refusal
		}, false, nil, 39},
		"while the caller's canary is answered": {40, every, false, func(context.Context) error { return nil }, 40},
		"and the caller's canary is too":        {40, every, false, func(context.Context) error { return refusal }, -1},
		"and the caller knows no canary":        {40, every, false, func(context.Context) error { return ErrNoCanary }, -1},
		"while a stored report still answers": {40, func(i int) error {
			if i == 39 {
				return nil
			}
			return refusal
		}, true, nil, 39},
		"and a stored report is refused now": {40, every, true, nil, -1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, row.reports)
				if row.stored {
					f.put(testSync.Part(0, reportID(39), reportID(39), 1), storedLine(39, ""))
				}
				o.reply = func(i, _ int) error { return row.reply(i) }
				in := input(o, 3)
				in.Canary = row.probe
				result, err := run(t.Context(), in, f)
				if row.denied >= 0 {
					if err != nil || result.States[description.StateDenied] != row.denied {
						t.Errorf("result %+v, error %v, want %d denied", result, err, row.denied)
					}
					return
				}
				says := ""
				if err != nil {
					says = fault.Sentence(err)
				}
				if !fault.Is(err, fault.PermissionMissing) || !strings.Contains(says, "Run Reports") || !strings.Contains(says, "Keine Berechtigung") {
					t.Errorf("error %v", err)
				}
				if result.States[description.StateDenied] != 0 || o.total > maxHeld+3 {
					t.Errorf("result %+v after %d calls", result, o.total)
				}
			})
		})
	}
}

// refused is an answer in unknown words, of a request of a kind.
func refused(k kind) answer {
	err := &salesforce.Error{Class: fault.PermissionMissing, Unworded: true}
	return answer{request: &request{kind: k}, err: err, refusal: unworded(err)}
}

func TestQuarantine_holdsRefusalsUntilAnotherAnswer(t *testing.T) {
	t.Parallel()
	gone := failWith(fault.Gone)
	for name, row := range map[string]struct {
		other answer
		lifts bool
	}{
		"a description in turn":        {answer{request: &request{kind: inTurn}}, true},
		"a description of a canary":    {answer{request: &request{kind: known}}, true},
		"the caller's canary":          {answer{request: &request{kind: probe}}, true},
		"a report that is gone":        {answer{request: &request{kind: sample}, err: gone}, true},
		"a canary that is gone":        {answer{request: &request{kind: known}, err: gone}, false},
		"a canary refused in the same": {refused(known), false},
	} {
		var q quarantine
		for n := range maxHeld {
			if q.full() {
				t.Errorf("%s: full after %d refusals", name, n)
			}
			if held, released := q.admit(refused(inTurn)); !held || released != nil {
				t.Errorf("%s: a refusal is held %v", name, held)
			}
		}
		if !q.full() || q.empty() || !fault.Is(q.ofEveryReport(), fault.PermissionMissing) {
			t.Errorf("%s: not full after %d refusals", name, maxHeld)
		}
		held, released := q.admit(row.other)
		if held || len(released) > 0 != row.lifts || q.empty() != row.lifts {
			t.Errorf("%s: held %v, released %d", name, held, len(released))
		}
		if held, _ := q.admit(refused(inTurn)); held == row.lifts {
			t.Errorf("%s: the next refusal is held %v", name, held)
		}
	}
}

// A round that comes due while a canary for the refusals is in flight must not keep the loop busy: on a virtual clock the
// canary would never be answered.
func TestRun_waitsForItsCanaryWhileARoundIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(10*time.Millisecond)
		plan(f, maxHeld+1)
		o.reply = func(i, call int) error {
			if i == 0 && call == 1 {
				return failWith(fault.Transient)
			}
			return &salesforce.Error{Class: fault.PermissionMissing, Unworded: true}
		}
		in := input(o, 3)
		in.Canary = func(context.Context) error { <-time.After(5 * time.Second); return nil }
		result, err := run(t.Context(), in, f)
		if err != nil || result.States[description.StateDenied] != maxHeld+1 {
			t.Errorf("result %+v, error %v", result, err)
		}
	})
}
