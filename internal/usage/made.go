package usage

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// mostMade bounds the objects that are read to add up the calls of one sync: a sync of a million reports leaves some thousands.
const mostMade = 5000

// MadeBy adds up the calls that the activities of a sync noted, which ran from one moment to another by the worker's clock. What an
// attempt has only reserved does not count, nor what is pruned or cannot be read: the sync has made at least as many.
func (l *Log) MadeBy(ctx context.Context, id string, from, to time.Time) (calls int64) {
	for _, step := range l.Steps(ctx, id, from, to) {
		calls += step.Made()
	}
	return calls
}

// Steps are what the activities of a sync noted at their ends, one an activity, in no order. What is pruned or cannot be read is missing.
func (l *Log) Steps(ctx context.Context, id string, from, to time.Time) (steps []Entry) {
	group, grouped := errgroup.WithContext(ctx)
	group.SetLimit(readsAtOnce)
	var mu sync.Mutex
	for _, one := range l.ended(ctx, from.Add(-mostAhead), to.Add(mostAhead)) {
		group.Go(fault.Guard(func() error {
			var entry Entry
			if err := l.store.ReadJSON(grouped, staging.UsageKey(l.source, one.hour, one.name), &entry); err != nil || entry.Sync != id {
				return grouped.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			steps = append(steps, entry)
			return nil
		}))
	}
	_ = group.Wait() // what was read till then counts
	return steps
}

// ended finds, in the hours between two moments, the last attempt of each activity that noted what the activity had made. It reads no
// object, and gives as much as it finds before the bucket fails.
func (l *Log) ended(ctx context.Context, from, to time.Time) map[staging.UsageName]latest {
	found := map[staging.UsageName]latest{}
	hours, err := l.hours(ctx)
	if err != nil {
		return nil
	}
	for _, hour := range hours {
		if hour.Before(from.Truncate(time.Hour)) || hour.After(to) {
			continue
		}
		for key, err := range l.store.List(ctx, staging.UsageHourPrefix(l.source, hour)) {
			if err != nil || len(found) == mostMade {
				return found
			}
			name, ok := staging.ParseUsage(key)
			activity := staging.UsageName{Run: name.Run, Activity: name.Activity}
			if ok && !name.Reserved && name.Attempt > found[activity].name.Attempt {
				found[activity] = latest{hour: hour, name: name}
			}
		}
	}
	return found
}

// Ended finds the newest account that an earlier attempt of an activity left at its end, in the hours from the one before a moment on by
// Salesforce's clock, and says whether it is that of the attempt before. It is zero where there is none, or none that can be read.
func (l *Log) Ended(ctx context.Context, a Attempt, from time.Time) (entry Entry, last bool) {
	hours, err := l.hours(ctx)
	if err != nil {
		return Entry{}, false
	}
	var newest latest
	for _, hour := range hours {
		if hour.Before(from.Add(-mostAhead).Truncate(time.Hour)) {
			continue
		}
		for key, err := range l.store.List(ctx, staging.UsageActivityPrefix(l.source, hour, a.Run, a.Activity)) {
			if err != nil {
				return Entry{}, false
			}
			if name, ok := staging.ParseUsage(key); ok && !name.Reserved && name.Attempt < a.Number && name.Attempt > newest.name.Attempt {
				newest = latest{hour: hour, name: name}
			}
		}
	}
	if newest.name.Attempt == 0 || l.store.ReadJSON(ctx, staging.UsageKey(l.source, newest.hour, newest.name), &entry) != nil {
		return Entry{}, false
	}
	return entry, newest.name.Attempt == a.Number-1
}
