package quota_test

import (
	"testing"
	"time"

	"longhaul/internal/quota"
)

// TestBudget_aDelayedAnswerHidesNoCallOfOurs runs where no answer reports the usage, so that the sync asks for it after each
// hundredth of the maximum, and gets the usage of five minutes ago.
func TestBudget_aDelayedAnswerHidesNoCallOfOurs(t *testing.T) {
	t.Parallel()
	for name, pace := range map[string]int64{"in minutes": 100, "in hours": 2} { // calls a second
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const most, others = 100_000, 50_000
			b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 100}, Margin: 24}
			b.Return(0, 1, quota.Usage{Used: others, Max: most, At: start, Clock: start, Delayed: true}, start)
			made := []int64{1} // in all, by the second
			silent := int64(0)
			for second := 1; ; second++ {
				now := start.Add(time.Duration(second) * time.Second)
				granted := b.Reserve(pace, now)
				if granted == 0 {
					break
				}
				made = append(made, made[second-1]+granted)
				b.Return(granted, granted, quota.Usage{Clock: now}, now)
				if silent += granted; silent > most/100 {
					silent = 0
					told := others + made[max(second-300, 0)]
					made[second]++
					b.Look(quota.Usage{Used: told, Max: most, At: now, Clock: now, Delayed: true}, 1, now)
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

// TestBudget_whatALateResultTellsPutsNoClockBack returns a reservation after hours, as happens while all workers are down.
func TestBudget_whatALateResultTellsPutsNoClockBack(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 100}}
	behind := -90 * time.Second
	b.Return(0, 4, quota.Usage{Used: 4, Max: 1000, At: start.Add(behind), Clock: start.Add(behind)}, start)
	reserved := b.Reserve(10, start)
	now := start.Add(2 * time.Hour)
	b.Return(reserved, 10, quota.Usage{Clock: start.Add(behind + time.Second)}, now)
	if got := b.SalesforceTime(now).Sub(now); got != behind {
		t.Errorf("Salesforce's clock is taken to be %s off, want %s", got, behind)
	}
	b.Return(0, 1, quota.Usage{Clock: now.Add(time.Minute)}, now)
	if got := b.SalesforceTime(now).Sub(now); got != time.Minute {
		t.Errorf("Salesforce's clock is taken to be %s off, but it was seen %s ahead", got, time.Minute)
	}
}

// TestBudget_aLostReservationProvesNothing has one shard refused, and another that crashed.
func TestBudget_aLostReservationProvesNothing(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 100}}
	b.Return(0, 4, quota.Usage{Used: 4, Max: 1000, At: start, Clock: start}, start)
	refused, crashed := b.Reserve(100, start), b.Reserve(100, start)
	b.Return(refused, 7, quota.Usage{Clock: start.Add(time.Minute), Exhausted: true}, start.Add(time.Minute))
	b.Return(crashed, crashed, quota.Usage{}, start.Add(2*time.Minute))
	if got := b.Room(start.Add(2 * time.Minute)); got != 0 {
		t.Errorf("there is room for %d calls after a refusal", got)
	}
}
