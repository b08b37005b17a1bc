package answer

import (
	"context"
	"fmt"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

// Engine answers questions about one source.
type Engine struct {
	Store  *staging.Store
	Source string

	How history.How // what became of a sync that left neither a record nor an end; nil: nobody knows
	Due history.Due // runs of the schedule; nil: nobody knows
	// Running gives the run of the sync that goes on; empty where none does. Nil: nobody knows.
	Running func(ctx context.Context) (run string, err error)

	Org  Org              // for questions that ask it; nil: it cannot be asked
	Host string           // of the org, such as acme.my.salesforce.com, to tell links of other orgs; may be empty
	Now  func() time.Time // nil: time.Now
}

// Org looks records up in the org.
type Org interface {
	// LookUp asks for one record by its Id of 18 characters, deleted ones included as long as they lie in the recycle bin.
	LookUp(ctx context.Context, kind item.Kind, id string) (Found, error)
}

// Found is the answer of the org.
type Found struct {
	Visible   bool      // it exists, and the run-as user sees it
	Deleted   bool      // it lies in the recycle bin
	DeletedAt time.Time // as far as that is known
	Name      string
	Calls     int64 // API calls that the look-up made, also where it failed
}

// The questions.
const (
	AskHistory = "history"
	AskShow    = "show"
	AskDiff    = "diff"
	AskWhy     = "why"
)

// Answer answers a question: a *History, *Show, *Diff or *Why.
func (e *Engine) Answer(ctx context.Context, q Query) (any, error) {
	switch q.Question {
	case AskHistory:
		return e.History(ctx, q)
	case AskShow:
		return e.Show(ctx, q)
	case AskDiff:
		return e.Diff(ctx, q)
	case AskWhy:
		return e.Why(ctx, q)
	default:
		return nil, fault.Invalidf("there is no question %.20q: ask history, show, diff or why", q.Question)
	}
}

// kept is what the bucket keeps of the source.
func (e *Engine) kept() kept { return kept{store: e.Store, source: e.Source} }

func (e *Engine) now() time.Time {
	if e.Now == nil {
		return time.Now()
	}
	return e.Now()
}

// wrap says what was read when an error came.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// began is the moment at which a sync began, by its id; zero for an id in another form.
func began(sync string) time.Time {
	at, _, ok := staging.ParseSyncID(sync)
	if !ok {
		return time.Time{}
	}
	return at
}

const (
	// missedWithin bounds how long Temporal is asked about the schedule: the history is worth more.
	missedWithin = 5 * time.Second
	// coming is how old a run is until it counts as missed: a worker may be about to begin it.
	coming = 2 * time.Minute
)

// missed counts the runs of the schedule that were missed since the newest sync ended. What was missed before a sync that runs is put into
// its line: it keeps that only at its end. Where nobody knows, there is nothing.
func (e *Engine) missed(ctx context.Context, newest []Sync) *history.Missed {
	if e.Due == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, missedWithin)
	defer cancel()
	var before time.Time
	if len(newest) > 0 && newest[0].Outcome == history.OutcomeRunning {
		running := &newest[0]
		if len(newest) > 1 {
			if before = newest[1].ended(); before.IsZero() {
				return nil
			}
		}
		running.Missed, _ = e.Due.Missed(ctx, e.Source, before, running.Started, running.Trigger == history.Scheduled(e.Source))
		return nil
	}
	if len(newest) > 0 {
		if before = newest[0].ended(); before.IsZero() {
			return nil
		}
	}
	came := false
	if e.Running != nil { // one that waits for a worker has left nothing in the bucket yet
		run, err := e.Running(ctx)
		if err != nil {
			return nil
		}
		came = run != ""
	}
	missed, _ := e.Due.Missed(ctx, e.Source, before, e.now().Add(-coming), came)
	return missed
}

// ended is when a sync was over; zero where that is not known.
func (s *Sync) ended() time.Time {
	switch s.Outcome {
	case history.OutcomeRunning, history.OutcomeUnknown, outcomeUnreadable:
		return time.Time{}
	}
	return s.Started.Add(time.Duration(s.Seconds * float64(time.Second)))
}
