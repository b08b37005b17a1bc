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
