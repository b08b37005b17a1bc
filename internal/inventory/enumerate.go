package inventory

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
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
	sparse bool                    // few records are expected: when there are none, nothing is written
	state  checkpoint
	sorter sorter
	cursor string // the last Id read in this pass, what is still in the sorter included
	ahead  bool   // more is read than the checkpoint in the bucket says
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
			e.state.Result = &Enumerated{Dropped: e.state.Dropped, Warnings: e.warnings()}
			return e.save(ctx)
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
	begun := e.cursor != ""
	for page, err := range e.Client.Pages(ctx, query) {
		if err != nil {
			return e.refused(scope, begun, err)
		}
		begun = true
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
		e.cursor, e.ahead = last, true
		e.state.Seen += int64(len(page.Records))
		e.Progress(e.state.Seen)
		if e.sorter.full() {
			if err := e.spill(ctx); err != nil {
				return err
			}
		}
	}
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

// scopeRefused says whether err is what a scope answers that needs a permission of its own.
func scopeRefused(scope string, err error) bool {
	return scope != "" && (fault.Is(err, fault.PermissionMissing) || fault.Is(err, fault.Invalid))
}

// warnings says what is missing from the inventory.
func (e *enumeration) warnings() []string {
	all := slices.Clone(e.state.Warnings)
	for _, field := range e.state.Dropped {
		all = append(all, fmt.Sprintf("the run-as user may not see the field %s of %s; it is written as null", field, e.Kind.Object()))
	}
	return all
}

// spill writes the sorter's content as a run and then the checkpoint: the cursor last, so that a kill between the two
// repeats a run and never skips one.
func (e *enumeration) spill(ctx context.Context) error {
	if !e.sorter.empty() {
		if err := e.writeRun(ctx); err != nil {
			return err
		}
	}
	e.state.Cursor = e.cursor
	return e.save(ctx)
}

func (e *enumeration) writeRun(ctx context.Context) error {
	key := e.Sync.InventoryRun(e.name(), strconv.Itoa(e.state.Pass), e.sorter.first, e.sorter.last)
	w, err := e.Store.CreateScratch(ctx, key)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := e.sorter.each(w.Append); err != nil {
		return err
	}
	if _, err := w.Commit(); err != nil {
		return err
	}
	first, last := e.sorter.span()
	e.state.Runs = append(e.state.Runs, run{Key: key, First: first, Last: last})
	e.sorter.reset()
	return nil
}

// keeping bounds how long an attempt that has failed, or was told to stop, goes on to save what it had read.
const keeping = 3 * time.Second

// keep saves what an attempt has read that ends with an error, even one of its context: each page cost a call of the
// org's quota. Where that fails too, the pages since the last checkpoint are read again.
func (e *enumeration) keep(ctx context.Context) {
	if !e.ahead {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keeping)
	defer cancel()
	_ = e.spill(ctx)
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
	e.state.Result = &Enumerated{Object: object, Count: object.Count, Dropped: e.state.Dropped, Warnings: e.warnings()}
	e.state.Runs = nil
	if err := e.save(ctx); err != nil {
		return err
	}
	_, _ = e.Store.DeleteAll(ctx, e.Sync.InventoryRuns(e.name()))
	return nil
}
