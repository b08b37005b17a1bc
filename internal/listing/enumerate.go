package listing

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// Pager reads a query page by page: the Salesforce client.
type Pager interface {
	Pages(ctx context.Context, query salesforce.Query) iter.Seq2[salesforce.Page, error]
}

// EnumerateInput is the input of Enumerate.
type EnumerateInput struct {
	Client   Pager
	Store    *staging.Store
	Sync     staging.Sync
	Kind     Kind
	Fields   Fields      // to be read for others
	Private  bool        // also what lies in others' private folders
	Progress func(int64) // receives the number of records read so far, at least once a page; may be nil
}

// Enumerated is the sorted stream of a kind in the bucket, each Id in it once.
type Enumerated struct {
	Object  staging.Object `json:"object"`
	Count   int64          `json:"count"`
	Dropped []string       `json:"hidden_fields,omitempty"` // fields that the run-as user may not see

	Warnings []warning.Warning `json:"warnings,omitempty"`
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

// enumeration is an Enumerate in progress, or another listing of a kind into a stream beside its inventory.
type enumeration struct {
	EnumerateInput
	beside string                  // names the stream; empty for the inventory itself
	change func(*salesforce.Query) // narrows the query; may be nil
	pages  pages                   // gives the pages in place of the client; may be nil
	often  int                     // the number of pages between two checkpoints at most; 0: when the buffer is full
	sparse bool                    // few records are expected: when there are none, nothing is written
	state  checkpoint
	buffer stream.Buffer
	cursor string // the last Id read in this pass, that of a record in the buffer included
	ahead  bool   // more is read than the checkpoint in the bucket says
}

// page is one answer. A listing goes on after its last record, or after upTo where that is set.
type page struct {
	salesforce.Page
	upTo string
}

// pages reads a query page by page, from after a cursor.
type pages func(ctx context.Context, query salesforce.Query) iter.Seq2[page, error]

// all asks the client for all records.
func (e *enumeration) all(ctx context.Context, query salesforce.Query) iter.Seq2[page, error] {
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

// run reads one scope after the other and writes the inventory.
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
		if e.buffer.Empty() {
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
	query := e.Kind.Query(e.Fields[e.Kind])
	query.Scope, query.After = scope, e.state.Cursor
	if e.change != nil {
		e.change(&query)
	}
	e.cursor = e.state.Cursor
	ask := e.pages
	if ask == nil {
		ask = e.all
	}
	begun, unsaved := e.cursor != "", 0
	for page, err := range ask(ctx, query) {
		if err != nil {
			return e.refused(scope, begun, err)
		}
		begun = true
		if err := e.add(page); err != nil {
			return err
		}
		unsaved++
		if e.buffer.Full() || unsaved == e.often {
			if err := e.spill(ctx); err != nil {
				return err
			}
			unsaved = 0
		}
	}
	return nil
}

// add puts the records of a page into the buffer.
func (e *enumeration) add(page page) error {
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
		e.buffer.Add(line, id, sent)
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

// refused turns the refusal of a scope that needs a permission of its own into a warning: the rest of the sync is complete
// without it.
func (e *enumeration) refused(scope string, begun bool, err error) error {
	if begun || !scopeRefused(scope, err) {
		return err
	}
	e.state.Warnings = append(e.state.Warnings, warning.New(warning.PrivateRefused, warning.Params{"kind": string(e.Kind)}))
	return nil
}

// namespace is a field of reports that "Customize Application" alone shows. No run-as user should have that permission, so that the field
// is null is nothing to warn of.
const namespace = "NamespacePrefix"

// warnings says what is missing from the inventory.
func (e *enumeration) warnings() []warning.Warning {
	all := slices.Clone(e.state.Warnings)
	for _, field := range e.state.Dropped {
		if e.Kind == Reports && field == namespace {
			continue
		}
		all = append(all, warning.New(warning.FieldHidden, warning.Params{"field": field, "object": e.Kind.Object()}))
	}
	return all
}

// finish writes the inventory from the runs, or from memory when everything fitted there.
func (e *enumeration) finish(ctx context.Context) error {
	object, err := stream.WriteOnce(ctx, e.Store, e.key(), func(w *staging.Writer) error {
		if len(e.state.Runs) == 0 {
			return e.buffer.Each(w.Append)
		}
		e.buffer = stream.Buffer{}
		return e.merger().Merge(ctx, e.state.Runs, w.Append)
	})
	if err != nil {
		return err
	}
	return e.close(ctx, object)
}

func (e *enumeration) merger() *stream.RunMerger {
	return &stream.RunMerger{
		Store: e.Store,
		Key:   func(name, first, last string) string { return e.Sync.InventoryRun(e.name(), name, first, last) },
		Tick:  func() { e.Progress(e.state.Seen) },
	}
}

// close stores the result. From then on the kind is done, and its runs may go: where the bucket refuses that, they stay
// until the sync is pruned.
func (e *enumeration) close(ctx context.Context, object staging.Object) error {
	e.state.Runs = nil
	err := e.end(ctx, Enumerated{Object: object, Count: object.Count, Dropped: e.state.Dropped, Warnings: e.warnings()})
	if err != nil {
		return err
	}
	_, _ = e.Store.DeleteAll(ctx, e.Sync.InventoryRuns(e.name()))
	return nil
}
