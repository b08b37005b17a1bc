package activities

import (
	"context"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/usage"
)

// What people have seen of an activity does not fall when an attempt fails and the next one begins by reading what is stored; calls
// that may have been made are kept apart from those that were.
func TestPulse_countsNeverFallOverAttempts(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetHeartbeatDetails(Beat{Done: 120, Calls: 130, Bound: 160}) // of an attempt that was killed
	attempt := func(ctx context.Context) error {
		spent, err := spending(ctx, CallBudget{Calls: 1000}, 4, func(_ context.Context, p *pulse) error {
			p.progress(90, 250) // what the killed one had stored
			if got := p.beat(); got.Done != 120 || got.Calls != 130 || got.Bound < 160 || !got.Moved {
				t.Errorf("an attempt that has read what is stored reports %+v", got)
			}
			p.progress(125, 250)
			if got := p.beat(); got.Done != 125 {
				t.Errorf("an attempt that has got on reports %+v", got)
			}
			return &fault.Error{Class: fault.Transient, System: fault.Salesforce, Message: "away"}
		})
		if err == nil || spent.Calls != 160 || spent.Made() != 130 {
			t.Errorf("it has spent %+v (%d for certain): %v", spent, spent.Made(), err)
		}
		return nil
	}
	env.RegisterActivity(attempt)
	if _, err := env.ExecuteActivity(attempt); err != nil {
		t.Error(err)
	}
}

// TestPulse_countsWhatAKilledAttemptStored has an attempt that was killed after its last beat: what it stored after that is known, and
// bounds what it can have made.
func TestPulse_countsWhatAKilledAttemptStored(t *testing.T) {
	t.Parallel()
	told := Beat{Done: 120, Calls: 130, Most: 132, Bound: 232, Untold: 15}
	ended := func(change func(*Beat)) Beat {
		beat := told
		change(&beat)
		return beat
	}
	for name, row := range map[string]struct {
		before      Beat
		stored      int64
		made, calls int64
	}{
		"nothing after its last beat":                    {told, 110, 130, 232},
		"what 30 more reports took":                      {told, 150, 160, 132 + 30 + 15},
		"more than Temporal's silence explains":          {told, 240, 250, 132 + 120 + 15},
		"as much as it can have made by its beat":        {told, 215, 225, 232},
		"its beat does not tell how many are not stored": {ended(func(b *Beat) { b.Untold = 0 }), 150, 160, 232},
		"it ended, and its last beat says all":           {ended(func(b *Beat) { b.Final, b.Bound = true, 140 }), 150, 130, 140},
		"it was killed before its first beat":            {Beat{}, 12, 12, 12 + 4},
		"it was killed before it had brought a report":   {Beat{}, 0, 0, 0},
	} {
		p := &pulse{meter: new(salesforce.Meter), share: 4, stored: -1, before: earlier{Beat: row.before, some: true, share: 4}}
		p.keeps(row.stored)
		p.keeps(row.stored + 20) // those of this attempt
		if p.calls() != row.made || p.most() != row.calls {
			t.Errorf("%s: %d calls for certain and %d at most, want %d and %d", name, p.calls(), p.most(), row.made, row.calls)
		}
		last := p.beat() // and is killed as well, before it has brought a report
		again := &pulse{meter: new(salesforce.Meter), share: 4, stored: -1, before: earlier{Beat: last, some: true, share: 4}}
		if again.keeps(row.stored); again.calls() != row.made || last.Moved {
			t.Errorf("%s: for the attempt after the next %d calls are certain, want %d: %+v", name, again.calls(), row.made, last)
		}
	}
}

// TestPulse_takesTheAccountOfAnAttemptThatTemporalDidNotHear has attempts whose end only the bucket knows.
func TestPulse_takesTheAccountOfAnAttemptThatTemporalDidNotHear(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		last        bool  // of the attempts
		bound       int64 // by the last beat
		made, calls int64
	}{
		"the last one": {true, 192, 200, 205},
		"the last one, which made fewer than its last beat feared": {true, 232, 200, 205},
		"one before the last, which was killed":                    {false, 192, 200, 205},
	} {
		p := &pulse{meter: new(salesforce.Meter), share: 4, stored: -1, before: earlier{
			Beat: Beat{Done: 120, Calls: 130, Most: 132, Bound: row.bound, Untold: 15}, some: true, share: 4,
		}}
		p.before.ends(usage.Entry{Calls: 205, Unsure: 5}, row.last)
		p.keeps(125)
		if p.calls() != row.made || p.most() != row.calls {
			t.Errorf("%s: %d calls for certain and %d at most, want %d and %d", name, p.calls(), p.most(), row.made, row.calls)
		}
	}
}

// TestPulse_tellsWhatAKillCanHide beats while reports are done and stored.
func TestPulse_tellsWhatAKillCanHide(t *testing.T) {
	t.Parallel()
	p := &pulse{meter: new(salesforce.Meter), share: 4, stored: -1}
	if got := p.beat(); got.Untold != 0 {
		t.Errorf("an attempt that stores nothing as it comes tells %+v", got)
	}
	p.keeps(0)
	p.progress(9, 250)
	p.keeps(7)
	p.progress(10, 250)
	if got := p.beat(); got.Untold != 4+2*9 {
		t.Errorf("at most nine were not stored at a time: %+v", got)
	}
	p.keeps(10)
	if got := p.beat(); got.Untold != 4+2*9 {
		t.Errorf("a second later: %+v", got)
	}
	for _, want := range []int64{4 + 2*3, 4} {
		if got := p.beat(); got.Untold != want {
			t.Errorf("later, with all of them stored: %+v, want %d", got, want)
		}
	}
}
