package listing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// CatchUpInput is the input of CatchUp.
type CatchUpInput struct {
	Client   Pager
	Store    *staging.Store
	Sync     staging.Sync
	Fields   Fields      // to be read for others
	Since    time.Time   // by Salesforce's clock: somewhat before the sync began to list
	Private  bool        // also what lies in others' private folders
	AtOnce   int         // requests at a time; 1 when 0
	Progress func(int64) // receives the number of records read so far; may be nil
}

// CaughtUp counts what changed in the org while the sync ran, compared with the inventory as it stood before.
type CaughtUp struct {
	Changed  map[Kind]int64    `json:"changed"`
	Added    map[Kind]int64    `json:"added"`
	Warnings []warning.Warning `json:"warnings,omitempty"`
}

// caughtUpState is the result as it is stored.
type caughtUpState struct {
	CaughtUp
	overlaid
}

// dated are the kinds whose records say when they changed. Components do not: they change with their dashboards.
var dated = []Kind{Folders, Reports, Dashboards, Users}

// CatchUp reads what changed since a time, and lays it over the inventory. Where dashboards changed, it lists all components
// again. It leaves a kind whose dates the run-as user may not see as it is, with a warning. Called again after an error it
// goes on, but lists anew what was listed long before; called again after success it returns the same.
func CatchUp(ctx context.Context, in CatchUpInput) (CaughtUp, error) {
	c := &catchUp{CatchUpInput: in}
	caught, err := c.run(ctx)
	if err != nil {
		return CaughtUp{}, fmt.Errorf("catch up: %w", err)
	}
	return caught, nil
}

// catchUp is a CatchUp in progress.
type catchUp struct {
	CatchUpInput
	state caughtUpState
	known map[Kind]Enumerated // the results of the first listing

	mu   sync.Mutex
	seen map[string]int64 // records read so far, by stream
}

func (c *catchUp) run(ctx context.Context) (CaughtUp, error) {
	err := c.Store.ReadJSON(ctx, c.Sync.CaughtUp(), &c.state)
	if !errors.Is(err, staging.ErrNotExist) {
		return c.state.CaughtUp, err
	}
	before, err := overlays(ctx, c.Store, c.Sync)
	if err != nil {
		return CaughtUp{}, err
	}
	c.state = caughtUpState{CaughtUp: CaughtUp{Changed: map[Kind]int64{}, Added: map[Kind]int64{}}, overlaid: before}
	if err := c.listAll(ctx); err != nil {
		return CaughtUp{}, err
	}
	err = agree(ctx, c.Store, c.Sync.CaughtUp(), &c.state)
	return c.state.CaughtUp, err
}

// listAll lists what changed of every kind and lays it over the inventory.
func (c *catchUp) listAll(ctx context.Context) error {
	c.known, c.seen = map[Kind]Enumerated{}, map[string]int64{}
	for _, kind := range Kinds {
		listed, err := lastListing(ctx, c.Store, c.Sync, kind)
		if err != nil {
			return err
		}
		c.known[kind] = listed
	}
	found, names := make([]Enumerated, len(dated)), make([]string, len(dated))
	group, grouped := errgroup.WithContext(ctx)
	group.SetLimit(max(c.AtOnce, 1)) // each kind has one request in flight
	for i, kind := range dated {
		group.Go(fault.Guard(func() (err error) {
			if names[i], err = c.round(grouped, staging.CaughtUp, kind); err == nil {
				found[i], err = c.changes(grouped, kind, names[i])
			}
			return err
		}))
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, kind := range dated {
		if err := c.lay(ctx, kind, names[i], found[i]); err != nil {
			return err
		}
	}
	if c.state.Changed[Dashboards]+c.state.Added[Dashboards] == 0 {
		return nil
	}
	return c.listAgain(ctx, Components)
}

// changes lists what changed of one kind into the stream of a name.
func (c *catchUp) changes(ctx context.Context, kind Kind, name string) (Enumerated, error) {
	const date = "LastModifiedDate"
	unseen := Enumerated{Warnings: []warning.Warning{
		warning.New(warning.ChangesHidden, warning.Params{"field": date, "object": kind.Object(), "kind": string(kind)}),
	}}
	if slices.Contains(c.known[kind].Dropped, date) {
		return unseen, nil
	}
	e := c.enumeration(kind, name)
	e.sparse = true
	e.change = func(q *salesforce.Query) {
		*q = narrowed(without(*q, c.known[kind].Dropped), "%s >= %s", date, c.Since.UTC().Format("2006-01-02T15:04:05Z"))
	}
	found, err := e.enumerate(ctx)
	if err != nil && fieldRefused(err) {
		return unseen, nil
	}
	return found, wrapKind(kind, err)
}

func wrapKind(kind Kind, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("list %s: %w", kind, err)
}

// listAgain lists a whole kind into a stream that is read in place of the first listing.
func (c *catchUp) listAgain(ctx context.Context, kind Kind) error {
	name, err := c.round(ctx, staging.Relisted, kind)
	if err != nil {
		return err
	}
	e := c.enumeration(kind, name)
	e.change = func(q *salesforce.Query) { *q = without(*q, c.known[kind].Dropped) }
	found, err := e.enumerate(ctx)
	if err != nil {
		return wrapKind(kind, err)
	}
	c.warn(kind, found)
	before := readStreams(ctx, c.Store, c.Sync, c.state.of(kind))
	if err := c.compare(kind, readStreams(ctx, c.Store, c.Sync, []string{name}), before); err != nil {
		return err
	}
	c.state.set(kind, []string{name})
	return nil
}

// enumeration prepares a listing of a kind into the stream of a name.
func (c *catchUp) enumeration(kind Kind, name string) *enumeration {
	return &enumeration{beside: name, EnumerateInput: EnumerateInput{
		Client: c.Client, Store: c.Store, Sync: c.Sync, Kind: kind, Fields: c.Fields, Private: c.Private,
		Progress: func(n int64) { c.progress(name, n) },
	}}
}

// progress adds up the records that all listings have read.
func (c *catchUp) progress(name string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[name] = n
	if c.Progress == nil {
		return
	}
	var sum int64
	for _, n := range c.seen {
		sum += n
	}
	c.Progress(sum)
}

// lay lays the stream of a name over the inventory if it holds anything that is not there already.
func (c *catchUp) lay(ctx context.Context, kind Kind, name string, found Enumerated) error {
	c.warn(kind, found)
	if found.Count == 0 {
		return nil
	}
	changed := readStreams(ctx, c.Store, c.Sync, []string{name})
	if err := c.compare(kind, changed, readStreams(ctx, c.Store, c.Sync, c.state.of(kind))); err != nil {
		return err
	}
	if c.state.Changed[kind]+c.state.Added[kind] > 0 {
		c.state.over(kind, name)
	}
	return nil
}

// warn adds the warnings that the first listing did not give.
func (c *catchUp) warn(kind Kind, found Enumerated) {
	for _, one := range found.Warnings {
		if !slices.ContainsFunc(c.known[kind].Warnings, one.Equal) {
			c.state.Warnings = append(c.state.Warnings, one)
		}
	}
}

// compare counts the lines that are new and those that differ from before.
func (c *catchUp) compare(kind Kind, now, before iter.Seq2[[]byte, error]) error {
	var id, line []byte // of the inventory before
	for item, err := range stream.Merge(stream.Stream{Lines: before}, stream.Stream{Lines: now}) {
		switch {
		case err != nil:
			return err
		case item.Stream == 0:
			id, line = append(id[:0], item.ID...), append(line[:0], item.Line...)
		case !bytes.Equal(item.ID, id):
			c.state.Added[kind]++
		case !bytes.Equal(item.Line, line):
			c.state.Changed[kind]++
		}
	}
	return nil
}
