package inventory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// Pager reads a query page by page: the Salesforce client.
type Pager interface {
	Pages(ctx context.Context, query salesforce.Query) iter.Seq2[salesforce.Page, error]
}

// EnumerateInput says what is read from where into what.
type EnumerateInput struct {
	Client   Pager
	Store    *staging.Store
	Sync     staging.Sync
	Kind     Kind
	Private  bool        // also what lies in others' private folders
	Progress func(int64) // told the records read so far, once a page at least; may be nil
}

// Enumerated is the sorted stream of a kind in the bucket, each Id in it once.
type Enumerated struct {
	Object   staging.Object `json:"object"`
	Count    int64          `json:"count"`
	Dropped  []string       `json:"dropped,omitempty"` // fields that the run-as user may not see
	Warnings []string       `json:"warnings,omitempty"`
}

// Enumerate reads all records of a kind into the sync's inventory, sorted by the byte order of 18-character Ids whatever
// the order of the server. What does not fit one bounded run goes into sorted runs in the bucket. They are checkpoints as
// well: called again after an error, it reads on after the last Id of the last run.
func Enumerate(ctx context.Context, in EnumerateInput) (Enumerated, error) {
	e := &enumeration{EnumerateInput: in}
	if e.Progress == nil {
		e.Progress = func(int64) {}
	}
	found, err := e.enumerate(ctx)
	if err != nil {
		return Enumerated{}, fmt.Errorf("enumerate %s: %w", in.Kind, err)
	}
	return found, nil
}

func (e *enumeration) enumerate(ctx context.Context) (Enumerated, error) {
	done, err := e.resume(ctx)
	if err == nil && !done {
		if err = e.run(ctx); err != nil {
			e.keep(ctx)
		}
	}
	if err != nil {
		return Enumerated{}, err
	}
	return *e.state.Result, nil
}

// enumeration is an Enumerate under way, or another listing of a kind into a stream beside its inventory.
type enumeration struct {
	EnumerateInput
	beside string                  // names the stream; empty for the inventory itself
	change func(*salesforce.Query) // narrows what is asked; may be nil
	pages  pages                   // what is asked instead of the client; may be nil
	often  int                     // after so many pages at most there is a checkpoint; 0: when the sorter is full
	sparse bool                    // few records are expected: when there are none, nothing is written
	state  checkpoint
	sorter sorter
	cursor string // the last Id read in this pass, what is still in the sorter included
	ahead  bool   // more is read than the checkpoint in the bucket says
}

// page is one answer. A listing goes on after its last record, or after upTo where that is given.
type page struct {
	salesforce.Page
	upTo string
}

// pages reads a query page by page, from after a cursor.
type pages func(ctx context.Context, query salesforce.Query) iter.Seq2[page, error]

// listed asks the client for all records.
func (e *enumeration) listed(ctx context.Context, query salesforce.Query) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		for answer, err := range e.Client.Pages(ctx, query) {
			if !yield(page{Page: answer}, err) {
				return
			}
		}
	}
}

// name is that of the stream.
func (e *enumeration) name() string {
	if e.beside != "" {
		return e.beside
	}
	return string(e.Kind)
}

func (e *enumeration) key() string { return e.Sync.Inventory(e.name()) }

func (e *enumeration) run(ctx context.Context) error {
	scopes := []string{""}
	if e.Private {
		scopes = append(scopes, shapes[e.Kind].scopes...)
	}
	for e.state.Pass < len(scopes) {
		if err := e.pass(ctx, scopes[e.state.Pass]); err != nil {
			return err
		}
		if len(e.state.Runs) > 0 || e.state.Pass+1 < len(scopes) && !e.sparse {
			if err := e.spill(ctx); err != nil {
				return err
			}
		}
		e.state.Pass++
		e.state.Cursor, e.cursor, e.ahead = "", "", true
	}
	if e.sparse && len(e.state.Runs) == 0 {
		if e.sorter.empty() {
			return e.end(ctx, Enumerated{Dropped: e.state.Dropped, Warnings: e.warnings()})
		}
		return e.finish(ctx)
	}
	if err := e.save(ctx); err != nil {
		return err
	}
	return e.finish(ctx)
}

// pass reads one scope to its end, from where the last run of it ended.
func (e *enumeration) pass(ctx context.Context, scope string) error {
	query := e.Kind.Query()
	query.Scope, query.After = scope, e.state.Cursor
	if e.change != nil {
		e.change(&query)
	}
	e.cursor = e.state.Cursor
	ask := e.pages
	if ask == nil {
		ask = e.listed
	}
	begun, unsaved := e.cursor != "", 0
	for page, err := range ask(ctx, query) {
		if err != nil {
			return e.refused(scope, begun, err)
		}
		begun = true
		if err := e.take(page); err != nil {
			return err
		}
		unsaved++
		if e.sorter.full() || unsaved == e.often {
			if err := e.spill(ctx); err != nil {
				return err
			}
			unsaved = 0
		}
	}
	return nil
}

// take puts the records of a page into the sorter.
func (e *enumeration) take(page page) error {
	if e.state.Begun.IsZero() {
		e.state.Begun = time.Now().UTC()
	}
	for _, field := range page.Dropped {
		if !slices.Contains(e.state.Dropped, field) {
			e.state.Dropped = append(e.state.Dropped, field)
		}
	}
	last := e.cursor
	for _, record := range page.Records {
		line, id, sent, err := normal(record)
		if err != nil {
			return err
		}
		e.sorter.add(line, id, sent)
		last = sent
	}
	if page.upTo != "" {
		last = page.upTo
	}
	e.cursor, e.ahead = last, true
	e.state.Seen += int64(len(page.Records))
	e.Progress(e.state.Seen)
	return nil
}

// refused turns the refusal of a scope that needs a permission of its own into a warning: the rest of the sync is whole
// without it.
func (e *enumeration) refused(scope string, begun bool, err error) error {
	if begun || !scopeRefused(scope, err) {
		return err
	}
	e.state.Warnings = append(e.state.Warnings, fmt.Sprintf(
		`%s in others' private folders are not included: give the run-as user "Manage All Private Reports and Dashboards"`, e.Kind))
	return nil
}

// scopeRefused says whether err is what a scope answers that needs a permission of its own. What exactly that is is not
// documented: a refusal of this one query by 403, or of its form by 400, for the same query without the scope was taken
// before. What is of the whole org, or of the way to it, is no refusal of a scope.
func scopeRefused(scope string, err error) bool {
	refusal, ok := errors.AsType[*salesforce.Error](err)
	switch {
	case !ok || scope == "":
		return false
	case refusal.Status == http.StatusForbidden:
		return refusal.Class == fault.PermissionMissing && !refusal.Whole
	case refusal.Status == http.StatusBadRequest && refusal.Class == fault.PermissionMissing:
		return !refusal.Whole
	default:
		return refusal.Status == http.StatusBadRequest && refusal.Class == fault.Invalid && refusal.Code != "UNSUPPORTED_API_VERSION"
	}
}

// warnings says what is missing from the inventory.
func (e *enumeration) warnings() []string {
	all := slices.Clone(e.state.Warnings)
	for _, field := range e.state.Dropped {
		all = append(all, fmt.Sprintf("the run-as user may not see the field %s of %s; it is written as null", field, e.Kind.Object()))
	}
	return all
}

// finish writes the inventory from the runs, or from memory when all fitted there.
func (e *enumeration) finish(ctx context.Context) error {
	object, err := writeOnce(ctx, e.Store, e.key(), func(w *staging.Writer) error {
		if len(e.state.Runs) == 0 {
			return e.sorter.each(w.Append)
		}
		e.sorter = sorter{}
		return e.merger().merge(ctx, e.state.Runs, w.Append)
	})
	if err != nil {
		return err
	}
	return e.settle(ctx, object)
}

func (e *enumeration) merger() *runMerger {
	return &runMerger{
		store: e.Store,
		key:   func(name, first, last string) string { return e.Sync.InventoryRun(e.name(), name, first, last) },
		tick:  func() { e.Progress(e.state.Seen) },
	}
}

// settle writes down the result. From then on the kind is done, and its runs may go: where the bucket refuses that, they
// stay until the sync is pruned.
func (e *enumeration) settle(ctx context.Context, object staging.Object) error {
	e.state.Runs = nil
	err := e.end(ctx, Enumerated{Object: object, Count: object.Count, Dropped: e.state.Dropped, Warnings: e.warnings()})
	if err != nil {
		return err
	}
	_, _ = e.Store.DeleteAll(ctx, e.Sync.InventoryRuns(e.name()))
	return nil
}
