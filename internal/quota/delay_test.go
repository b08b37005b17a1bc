package quota_test

import (
	"testing"
	"time"

	"longhaul/internal/quota"
)

// TestLedger_aDelayedAnswerHidesNoCallOfOurs reads where no answer tells the usage, so that it is asked for after each
// hundredth of the maximum, and is told what it was five minutes ago.
func TestLedger_aDelayedAnswerHidesNoCallOfOurs(t *testing.T) {
	t.Parallel()
	for name, pace := range map[string]int64{"in minutes": 100, "in hours": 2} { // calls a second
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const most, others = 100_000, 50_000
			l := &quota.Ledger{Policy: quota.Policy{Ceiling: 80, Share: 100}, Margin: 24}
			l.Return(0, 1, quota.Told{Used: others, Max: most, At: start, Clock: start, Delayed: true}, start)
			made := []int64{1} // in all, by the second
			silent := int64(0)
			for second := 1; ; second++ {
				now := start.Add(time.Duration(second) * time.Second)
				granted := l.Lease(pace, now)
				if granted == 0 {
					break
				}
				made = append(made, made[second-1]+granted)
				l.Return(granted, granted, quota.Told{Clock: now}, now)
				if silent += granted; silent > most/100 {
					silent = 0
					told := others + made[max(second-300, 0)]
					made[second]++
					l.Look(quota.Told{Used: told, Max: most, At: now, Clock: now, Delayed: true}, 1, now)
				}
			}
			used := others + made[len(made)-1]
			if used > most*80/100 {
				t.Errorf("the org has used %d of %d when the sync stops", used, most)
			}
			if slack := 660*pace + 1000; used < most*80/100-slack { // calls of two delays may count twice
				t.Errorf("it stops at %d, %d calls too early", used, most*80/100-used)
			}
		})
	}
}

// TestLedger_whatALateResultTellsPutsNoClockBack returns a lease that lay for hours, as while all workers are down.
func TestLedger_whatALateResultTellsPutsNoClockBack(t *testing.T) {
	t.Parallel()
	l := &quota.Ledger{Policy: quota.Policy{Ceiling: 80, Share: 100}}
	behind := -90 * time.Second
	l.Return(0, 4, quota.Told{Used: 4, Max: 1000, At: start.Add(behind), Clock: start.Add(behind)}, start)
	lease := l.Lease(10, start)
	now := start.Add(2 * time.Hour)
	l.Return(lease, 10, quota.Told{Clock: start.Add(behind + time.Second)}, now)
	if got := l.Clock(now).Sub(now); got != behind {
		t.Errorf("Salesforce's clock is taken to be %s off, want %s", got, behind)
	}
	l.Return(0, 1, quota.Told{Clock: now.Add(time.Minute)}, now)
	if got := l.Clock(now).Sub(now); got != time.Minute {
		t.Errorf("Salesforce's clock is taken to be %s off, but it was seen %s ahead", got, time.Minute)
	}
}

// TestLedger_aLostLeaseProvesNothing has one shard refused, and another that crashed.
func TestLedger_aLostLeaseProvesNothing(t *testing.T) {
	t.Parallel()
	l := &quota.Ledger{Policy: quota.Policy{Ceiling: 80, Share: 100}}
	l.Return(0, 4, quota.Told{Used: 4, Max: 1000, At: start, Clock: start}, start)
	refused, crashed := l.Lease(100, start), l.Lease(100, start)
	l.Return(refused, 7, quota.Told{Clock: start.Add(time.Minute), Spent: true}, start.Add(time.Minute))
	l.Return(crashed, crashed, quota.Told{}, start.Add(2*time.Minute))
	if got := l.Room(start.Add(2 * time.Minute)); got != 0 {
		t.Errorf("there is room for %d calls after a refusal", got)
	}
}
