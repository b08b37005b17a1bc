package history

import (
	"context"
	"slices"
	"strings"
	"time"

	"longhaul/internal/sourcename"
	"longhaul/internal/staging"
)

// Due lists when the schedule of a source was to start a sync, after one moment and until another, the oldest first. It leaves out what
// was before the schedule was made, changed, paused or resumed for the last time: nobody knows what was scheduled then.
type Due func(ctx context.Context, source string, after, until time.Time) ([]Run, error)

// Run is one run of a schedule.
type Run struct {
	At   time.Time
	Came bool // Temporal knows of a workflow that it started then, however long that waited for a worker, and whatever it came to
}

// RunsOf are the runs that were due, of which came tells those that Temporal started.
func RunsOf(due []time.Time, came func(time.Time) bool) []Run {
	var all []Run
	for _, at := range due {
		all = append(all, Run{At: at, Came: came(at)})
	}
	return all
}

// Scheduled is the trigger of a sync that the schedule of its source starts.
func Scheduled(source string) string { return TriggerSchedule + sourcename.SchedulePrefix + source }

const (
	// runsWithin bounds how long Temporal is asked about the schedule: the record of a sync is worth more.
	runsWithin = 5 * time.Second
	// ending is for how long after its end a sync may still keep the schedule from starting the next one.
	ending = 30 * time.Second
)

// Note keeps in the course of a sync which runs of its schedule were missed before it, and which were skipped while it ran. Where that
// cannot be found out, it keeps nothing.
func (d Due) Note(ctx context.Context, store *staging.Store, sync staging.Sync, course *Course, started, ended time.Time) {
	if d == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, runsWithin)
	defer cancel()
	if during, err := d(ctx, sync.Source, started, ended); err == nil {
		course.overlap(Scheduled(sync.Source), during)
	}
	before, known, err := endBefore(ctx, store, sync)
	if err != nil || !known {
		return
	}
	if missed, err := d.Missed(ctx, sync.Source, before, started, course.Trigger == Scheduled(sync.Source)); err == nil {
		course.Missed = missed
	}
}

// Missed counts the runs that were missed between the end of a sync and a moment; nil where none was. came says that one of them came
// late: it is the sync after that. Temporal knows which one, unless it has forgotten its older starts.
func (d Due) Missed(ctx context.Context, source string, after, until time.Time, came bool) (*Missed, error) {
	if d == nil {
		return nil, nil //nolint:nilnil // nobody knows of any
	}
	if !after.IsZero() {
		after = after.Add(ending)
	}
	runs, err := d(ctx, source, after, until)
	if err != nil {
		return nil, err
	}
	missed := slices.DeleteFunc(slices.Clone(runs), func(run Run) bool { return run.Came })
	if came && len(runs) > 0 && len(missed) == len(runs) {
		missed = missed[:len(missed)-1]
	}
	if len(missed) == 0 {
		return nil, nil //nolint:nilnil // none was
	}
	return &Missed{Count: int64(len(missed)), First: missed[0].At.UTC(), Last: missed[len(missed)-1].At.UTC()}, nil
}

// overlap notes the runs that were due while the sync ran. Of a sync that something else started, the schedule's own workflows have told
// some or all of them already.
func (c *Course) overlap(schedule string, runs []Run) {
	if len(runs) == 0 {
		return
	}
	all := Skip{By: schedule, Count: int64(len(runs)), First: runs[0].At.UTC(), Last: runs[len(runs)-1].At.UTC()}
	i := slices.IndexFunc(c.Skips, func(s Skip) bool { return s.By == schedule })
	switch {
	case i < 0:
		c.Skips = append(c.Skips, all)
	case c.Skips[i].Count < all.Count:
		c.Skips[i] = all
	}
}

// ended is when the sync was over, which took as long as it was to be recorded.
func (r *Record) ended() time.Time {
	if at := r.Started.Add(time.Duration(r.Seconds * float64(time.Second))); at.After(r.Finished) {
		return at
	}
	return r.Finished
}

// endBefore is when the sync before another one ended; zero where there is none. It is not known of one that left its start alone.
func endBefore(ctx context.Context, store *staging.Store, sync staging.Sync) (at time.Time, known bool, err error) {
	newest, left := "", ""
	for _, prefix := range []string{staging.RecordPrefix(sync.Source), staging.EndsPrefix(sync.Source), staging.StartsPrefix(sync.Source)} {
		for id, err := range syncsUnder(ctx, store, prefix) {
			if err != nil {
				return at, false, err
			}
			if id < sync.ID && id > newest && !strings.Contains(id, "/") {
				newest, left = id, prefix
			}
		}
	}
	return EndOf(ctx, store, staging.Sync{Source: sync.Source, ID: newest}, left)
}

// EndOf is when a sync ended, by what it left under a prefix.
func EndOf(ctx context.Context, store *staging.Store, sync staging.Sync, left string) (at time.Time, known bool, err error) {
	switch left {
	case "":
		return at, true, nil
	case staging.RecordPrefix(sync.Source):
		record, err := readRecord(ctx, store, sync.Source, sync.ID)
		return record.ended(), err == nil, err
	case staging.EndsPrefix(sync.Source):
		var end End
		err = store.ReadJSON(ctx, sync.End(), &end)
		return end.At, err == nil, err
	}
	return at, false, nil
}
