// Package usage keeps in the bucket how many API calls the activities of a source have made, so that all syncs of a day share one
// budget.
//
// Each attempt of an activity leaves two immutable objects: at its start what the activity may make at most, at its end what the
// activity has made over all its attempts. Of an activity the latest attempt counts, and of that the end if there is one. An
// attempt that was killed has no end, so all it could have made counts: the sum is an upper bound, and no sync can go beyond the
// share by it. A later attempt of the same activity replaces the bound with what it knows.
package usage

import (
	"context"
	"time"

	"longhaul/internal/quota"
	"longhaul/internal/staging"
)

// Log is the API calls of one source.
type Log struct {
	store  *staging.Store
	source string
}

// Of returns the log of a source.
func Of(store *staging.Store, source string) *Log { return &Log{store: store, source: source} }

// Attempt is an attempt of an activity that makes API calls.
type Attempt struct {
	Sync     string // id of the sync
	Type     string // of the activity
	Run      string // of the workflow
	Activity string // id within the run
	Number   int    // from 1
}

// Entry is one object of the log.
type Entry struct {
	Sync     string    `json:"sync"`
	Activity string    `json:"activity"`         // its type
	Calls    int64     `json:"calls"`            // by all attempts of the activity up to this one
	Unsure   int64     `json:"unsure,omitempty"` // of Calls: those that no answer proves
	At       time.Time `json:"at"`               // by the worker's clock
	Clock    time.Time `json:"clock"`            // by Salesforce's clock, as far as it is known; the object lies in this hour
	Max      int64     `json:"max,omitempty"`
}

// Made is how many calls were made for certain.
func (e Entry) Made() int64 { return e.Calls - e.Unsure }

// Reserve notes at the start of an attempt how many calls its activity may make over all attempts. clock is Salesforce's time, zero
// if it is not known; now is the worker's.
func (l *Log) Reserve(ctx context.Context, a Attempt, calls int64, clock, now time.Time) error {
	return l.write(ctx, a, true, Entry{Calls: calls, At: now, Clock: clock})
}

// Record notes at the end of an attempt how many calls its activity has made over all attempts, how many of them are
// unsure, and the daily maximum that Salesforce reported.
func (l *Log) Record(ctx context.Context, a Attempt, calls, unsure int64, reported quota.Usage, now time.Time) error {
	return l.write(ctx, a, false, Entry{Calls: calls, Unsure: unsure, At: now, Clock: reported.Clock, Max: reported.Max})
}

func (l *Log) write(ctx context.Context, a Attempt, reserved bool, entry Entry) error {
	entry.Sync, entry.Activity, entry.At = a.Sync, a.Type, entry.At.UTC()
	if entry.Clock.IsZero() {
		entry.Clock = entry.At
	}
	entry.Clock = entry.Clock.UTC()
	name := staging.UsageName{Run: a.Run, Activity: a.Activity, Attempt: a.Number, Reserved: reserved}
	_, err := l.store.WriteNewJSON(ctx, staging.UsageKey(l.source, entry.Clock, name), entry)
	return err
}

// keep is for how long objects stay after their hour: a day longer than their calls count.
const keep = 48 * time.Hour

// Prune removes the hours that no sync counts any more. clock is Salesforce's time, now the worker's: the earlier one decides, as a
// clock that is wrong would remove calls that others count.
func (l *Log) Prune(ctx context.Context, clock, now time.Time) error {
	if clock.IsZero() {
		return nil
	}
	if now.Before(clock) {
		clock = now
	}
	hours, err := l.hours(ctx)
	if err != nil {
		return err
	}
	for _, hour := range hours {
		if !hour.Add(time.Hour + keep).Before(clock) {
			return nil
		}
		if _, err := l.store.DeleteAll(ctx, staging.UsageHourPrefix(l.source, hour)); err != nil {
			return err
		}
	}
	return nil
}

// hours lists the hours that have objects, oldest first.
func (l *Log) hours(ctx context.Context) (hours []time.Time, err error) {
	for folder, err := range l.store.Folders(ctx, staging.UsagePrefix(l.source)) {
		if err != nil {
			return nil, err
		}
		if hour, ok := staging.ParseUsageHour(folder); ok {
			hours = append(hours, hour)
		}
	}
	return hours, nil
}
