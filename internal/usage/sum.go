package usage

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/internal/staging"
)

const (
	// newestHours is how many hours with calls are read at most, up to now and ahead of it. A call counts for up to 25 hours; the
	// rest is for clocks that have jumped.
	newestHours = 30
	// readsAtOnce bounds the objects that are read at one time.
	readsAtOnce = 16
	// mostAhead is how far the hour of an object may be ahead of Salesforce's clock.
	mostAhead = time.Hour
)

// Sum is what the log says about the last day.
type Sum struct {
	Max        int64 // the daily maximum that Salesforce reported last; 0 if no activity heard of one
	Unreadable int   // objects that could not be read; their calls are missing in the sum

	hours []quota.Hour // by the hour of the object, oldest first
}

// latest is the object of an activity that counts.
type latest struct {
	hour time.Time
	name staging.UsageName
}

// Read sums the newest hours of the log, without the activity of one attempt: that counts its calls itself. now is the worker's clock.
func (l *Log) Read(ctx context.Context, but Attempt, now time.Time) (Sum, error) {
	found, err := l.latest(ctx, now)
	if err != nil {
		return Sum{}, err
	}
	delete(found, staging.UsageName{Run: but.Run, Activity: but.Activity})
	var (
		mu    sync.Mutex
		sum   Sum
		calls = map[int64]quota.Hour{}
		asOf  time.Time // when Max was heard
	)
	group, grouped := errgroup.WithContext(ctx)
	group.SetLimit(readsAtOnce)
	for _, one := range found {
		group.Go(fault.Guard(func() error {
			var entry Entry
			err := l.store.ReadJSON(grouped, staging.UsageKey(l.source, one.hour, one.name), &entry)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, staging.ErrNotExist): // pruned meanwhile
				return nil
			case err != nil && l.store.Unreadable(err):
				sum.Unreadable++
				return nil
			case err != nil:
				return err
			}
			if entry.Max > 0 && !entry.At.Before(asOf) {
				sum.Max, asOf = entry.Max, entry.At
			}
			if entry.Calls > 0 {
				hour := calls[one.hour.Unix()/3600]
				hour.Add(entry.Calls, entry.At.Unix())
				calls[one.hour.Unix()/3600] = hour
			}
			return nil
		}))
	}
	if err := group.Wait(); err != nil {
		return Sum{}, err
	}
	for number, hour := range calls {
		hour.Hour = number
		sum.hours = append(sum.hours, hour)
	}
	slices.SortFunc(sum.hours, byHour)
	return sum, nil
}

func byHour(a, b quota.Hour) int { return cmp.Compare(a.Hour, b.Hour) }

// newest returns the hours that may count. Those that lie ahead of now are counted apart: of a clock that was wrong by years they stay,
// and must not take the place of those that count.
func (l *Log) newest(ctx context.Context, now time.Time) ([]time.Time, error) {
	hours, err := l.hours(ctx)
	if err != nil {
		return nil, err
	}
	split, _ := slices.BinarySearchFunc(hours, now.Add(mostAhead), time.Time.Compare)
	past, ahead := hours[:split], hours[split:]
	return slices.Concat(past[max(len(past)-newestHours, 0):], ahead[max(len(ahead)-newestHours, 0):]), nil
}

// latest finds the object of each activity that counts. It reads no object.
func (l *Log) latest(ctx context.Context, now time.Time) (map[staging.UsageName]latest, error) {
	hours, err := l.newest(ctx, now)
	if err != nil {
		return nil, err
	}
	found := map[staging.UsageName]latest{}
	for _, hour := range hours {
		for key, err := range l.store.List(ctx, staging.UsageHourPrefix(l.source, hour)) {
			if err != nil {
				return nil, err
			}
			name, ok := staging.ParseUsage(key)
			if !ok {
				continue
			}
			activity := staging.UsageName{Run: name.Run, Activity: name.Activity}
			if before, known := found[activity]; !known || replaces(name, before.name) {
				found[activity] = latest{hour: hour, name: name}
			}
		}
	}
	return found, nil
}

// replaces reports whether an object of an activity says more than another one.
func replaces(name, before staging.UsageName) bool {
	if name.Attempt != before.Attempt {
		return name.Attempt > before.Attempt
	}
	return before.Reserved && !name.Reserved
}

// Hours returns the calls that may still count, by hours of Salesforce's clock, oldest first. clock is its time, now that of the
// worker. An hour that lies ahead of both was noted by a clock that was wrong: its calls count as if they were new, until they have
// aged by the worker's clock.
func (s Sum) Hours(clock, now time.Time) (hours []quota.Hour) {
	current := clock.Unix() / 3600
	for _, h := range s.hours {
		begins := time.Unix(h.Hour*3600, 0)
		h.Last = min(h.Last, now.Unix())
		switch {
		case begins.Sub(clock) > mostAhead && begins.Sub(now) > mostAhead:
			if now.Sub(time.Unix(h.Last, 0)) >= quota.Window {
				continue
			}
			h.Hour = current
		case h.Aged(clock, now):
			continue
		}
		hours = append(hours, h)
	}
	slices.SortStableFunc(hours, byHour)
	return merged(hours)
}

// merged adds up neighbours of one hour.
func merged(hours []quota.Hour) []quota.Hour {
	out := hours[:0]
	for _, h := range hours {
		if n := len(out); n > 0 && out[n-1].Hour == h.Hour {
			out[n-1].Join(h)
			continue
		}
		out = append(out, h)
	}
	return out
}
