package quota_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/quota"
)

// hourOf numbers the hour of a time.
func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// TestBudget_recallsWhatEarlierSyncsUsed begins a sync after others have used most of the share of the day.
func TestBudget_recallsWhatEarlierSyncsUsed(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	earlier := start.Add(-3 * time.Hour)
	b.Recall([]quota.Hour{{Hour: hourOf(earlier), Calls: 240, Last: earlier.Unix()}})
	b.Return(0, 4, quota.Usage{Used: 500, Max: 1000, At: start, Clock: start}, start)
	if room := b.Room(start); room != 250-240-4 {
		t.Errorf("there is room for %d calls, want what 244 leave of a share of 250", room)
	}
	b.Return(b.Reserve(100, start), 6, quota.Usage{Used: 506, Max: 1000, At: start, Clock: start}, start)
	wait := b.Wait(start)
	if wait.Reason != quota.ByShare || wait.Used != 250 || !strings.HasPrefix(wait.Sentence(), "this source has used its share") {
		t.Errorf("it waits for %+v: %s", wait, wait.Sentence())
	}
	if ends := earlier.Truncate(time.Hour).Add(25 * time.Hour); !wait.Until.Equal(ends) {
		t.Errorf("it waits until %s, want until the calls of the earlier sync have aged, at %s", wait.Until, ends)
	}
	later := wait.Until.Add(time.Second)
	b.Look(quota.Usage{Clock: later}, 0, later)
	if room := b.Room(later); room != 240 {
		t.Errorf("there is room for %d calls when those of the earlier sync have aged, want 240", room)
	}
}

// TestBudget_recallCountsNoCallTwice reads the same calls again, as a sync does that was reset.
func TestBudget_recallCountsNoCallTwice(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		known []quota.Hour
		want  int64 // of 250
	}{
		"the bucket knows less than the sync":  {[]quota.Hour{{Hour: hourOf(start), Calls: 10}}, 250 - 30},
		"the bucket knows the same":            {[]quota.Hour{{Hour: hourOf(start), Calls: 30}}, 250 - 30},
		"the bucket knows what was taken back": {[]quota.Hour{{Hour: hourOf(start), Calls: 90}}, 250 - 90},
		"the bucket knows earlier syncs too":   {[]quota.Hour{{Hour: hourOf(start) - 2, Calls: 100}, {Hour: hourOf(start), Calls: 30}}, 250 - 130},
		"the bucket knows nothing":             {nil, 250 - 30},
	} {
		b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
		b.Return(0, 30, quota.Usage{Used: 500, Max: 1000, At: start, Clock: start}, start)
		for range 2 {
			b.Recall(row.known)
		}
		if room := b.Room(start); room != row.want {
			t.Errorf("%s: there is room for %d calls, want %d", name, room, row.want)
		}
	}
}

// TestBudget_recallsCallsThatAreUncertainOnce has Salesforce's clock leap over the day, so that calls have aged by it alone.
func TestBudget_recallsCallsThatAreUncertainOnce(t *testing.T) {
	t.Parallel()
	b := &quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	b.Return(0, 30, quota.Usage{Used: 500, Max: 1000, At: start, Clock: start}, start)
	leap := start.Add(26 * time.Hour)
	for range 2 {
		b.Return(0, 1, quota.Usage{Clock: leap}, start.Add(time.Minute))
	}
	uncertain, before := b.Uncertain.Calls, b.Room(start.Add(time.Minute))
	if uncertain == 0 {
		t.Fatal("no call is uncertain, so the test shows nothing")
	}
	b.Recall([]quota.Hour{{Hour: hourOf(start), Calls: uncertain, Last: start.Unix()}})
	if room := b.Room(start.Add(time.Minute)); room != before {
		t.Errorf("there is room for %d calls, want %d as before", room, before)
	}
}
