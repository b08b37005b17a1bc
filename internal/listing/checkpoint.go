package listing

import (
	"context"
	"errors"
	"strconv"
	"time"

	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// checkpoint is how far an enumeration is. Only runs that it names count: whatever else a killed attempt left is written
// again or ignored.
type checkpoint struct {
	Pass    int          `json:"pass"`
	Cursor  string       `json:"cursor,omitempty"` // the last Id read in this pass, as the server wrote and ordered it
	Runs    []stream.Run `json:"runs,omitempty"`   // oldest first
	Seen    int64        `json:"read"`
	Dropped []string     `json:"hidden_fields,omitempty"`
	Result  *Enumerated  `json:"result,omitempty"`
	Begun   time.Time    `json:"begun,omitzero"` // when it had its first page, by the worker's clock
	Ended   time.Time    `json:"ended,omitzero"` // when it had its result

	Warnings []warning.Warning `json:"warnings,omitempty"`
}

// asOf is the time that a listing shows: that of its result, or that of its first page as long as it has none.
func (c *checkpoint) asOf() time.Time {
	if c.Result == nil {
		return c.Begun
	}
	return c.Ended
}

// lastListing returns the result of the enumeration of a kind; an empty one when that is not there.
func lastListing(ctx context.Context, store *staging.Store, sync staging.Sync, kind Kind) (Enumerated, error) {
	var state checkpoint
	err := store.ReadJSON(ctx, sync.InventoryState(string(kind)), &state)
	if err != nil && !errors.Is(err, staging.ErrNotExist) && !errors.Is(err, staging.ErrMalformed) {
		return Enumerated{}, err
	}
	if state.Result == nil {
		return Enumerated{}, nil
	}
	return *state.Result, nil
}

// Counted returns how many records of each kind a sync has listed; all is false as long as a listing is not over.
func Counted(ctx context.Context, store *staging.Store, sync staging.Sync) (counts map[Kind]int64, all bool, err error) {
	counts = map[Kind]int64{}
	for _, kind := range Kinds {
		var state checkpoint
		err := store.ReadJSON(ctx, sync.InventoryState(string(kind)), &state)
		switch {
		case errors.Is(err, staging.ErrNotExist), err != nil && store.Unreadable(err), err == nil && state.Result == nil:
			return nil, false, nil
		case err != nil:
			return nil, false, err
		}
		counts[kind] = state.Result.Count
	}
	return counts, true, nil
}

// resume reads what an earlier attempt left; done when that attempt had finished.
func (e *enumeration) resume(ctx context.Context) (done bool, err error) {
	err = e.Store.ReadJSON(ctx, e.Sync.InventoryState(e.name()), &e.state)
	switch {
	case errors.Is(err, staging.ErrNotExist):
	case errors.Is(err, staging.ErrMalformed):
		e.state = checkpoint{}
	case err != nil:
		return false, err
	}
	exists, err := e.Store.Exists(ctx, e.key())
	switch {
	case err != nil:
		return false, err
	case e.state.Result != nil && (exists || e.state.Result.Object.Key == ""): // without a key, nothing was to be written
		return true, nil
	case exists:
		return e.adopt(ctx)
	case e.state.Result != nil: // somebody removed the inventory: begin anew
		e.state = checkpoint{}
	}
	return false, e.checkRuns(ctx)
}

// adopt takes over an inventory whose attempt ended before it could store its result.
func (e *enumeration) adopt(ctx context.Context) (done bool, err error) {
	object, found, err := stream.Written(ctx, e.Store, e.key())
	if err != nil {
		return false, err
	}
	if !found {
		return false, e.checkRuns(ctx)
	}
	return true, e.close(ctx, object)
}

// checkRuns begins anew when records were read and no run holds them, or a run is gone or damaged: what an attempt had in
// memory only is lost with it.
func (e *enumeration) checkRuns(ctx context.Context) error {
	if len(e.state.Runs) == 0 && e.state.Seen > 0 {
		e.state = checkpoint{}
	}
	for _, r := range e.state.Runs {
		e.Progress(e.state.Seen)
		_, err := e.Store.Verify(ctx, r.Key)
		if errors.Is(err, staging.ErrTorn) || errors.Is(err, staging.ErrNotExist) {
			e.state = checkpoint{}
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// end stores the result.
func (e *enumeration) end(ctx context.Context, result Enumerated) error {
	e.state.Result, e.state.Ended = &result, time.Now().UTC()
	return e.save(ctx)
}

func (e *enumeration) save(ctx context.Context) error {
	err := e.Store.WriteJSON(ctx, e.Sync.InventoryState(e.name()), e.state)
	if err == nil && e.buffer.Empty() {
		e.ahead = false
	}
	return err
}

// spill writes the buffer as a run and then the checkpoint: the cursor last, so that a kill between the two repeats a run
// and never skips one.
func (e *enumeration) spill(ctx context.Context) error {
	if !e.buffer.Empty() {
		first, last := e.buffer.Sent()
		key := e.Sync.InventoryRun(e.name(), strconv.Itoa(e.state.Pass), first, last)
		r, err := stream.WriteRun(ctx, e.Store, key, &e.buffer)
		if err != nil {
			return err
		}
		e.state.Runs = append(e.state.Runs, r)
		e.buffer.Reset()
	}
	e.state.Cursor = e.cursor
	return e.save(ctx)
}

// keeping bounds how long an attempt that has failed, or was cancelled, goes on to save what it had read.
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
