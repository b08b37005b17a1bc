package listing

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// LookUpInput is the input of LookUpMissing.
type LookUpInput struct {
	Client   Pager
	Store    *staging.Store
	Sync     staging.Sync
	Fields   Fields // to be read for others
	OrgID    string
	Last     LastSync    // zero when there was none
	Private  bool        // also what lies in others' private folders
	Progress func(int64) // receives the number of Ids looked up so far; may be nil
}

// LastSync is what a look-up needs of the last sync of the source.
type LastSync struct {
	Sync         staging.Sync
	OrgID        string
	Private      bool   // it listed what lies in others' private folders too
	Descriptions string // the key of its stream of descriptions
}

// LookedUp is the result of LookUpMissing. Of the reports and dashboards that the last sync knew and that no listing has, it
// counts those that still exist and those that are gone: deleted, or not visible any more.
type LookedUp struct {
	Found    map[Kind]int64    `json:"found"`
	Gone     map[Kind]int64    `json:"vanished"`
	Warnings []warning.Warning `json:"warnings,omitempty"`
}

// lookedUpState is the result as it is stored.
type lookedUpState struct {
	LookedUp
	overlaid
}

// LookedUpKinds lists the kinds that are looked up: those that people miss when they are not in the files any more.
var LookedUpKinds = []Kind{Reports, Dashboards}

// LookUpMissing looks up, by Id, the reports and dashboards that the last sync had in its inventory and this one has not.
// What it finds lies over the inventory from then on; what it does not find is given by Gone. It compares only with a
// sync of the same org whose inventory can be read, and not with one that read private records where this one does not.
// Called again after an error it asks for what it has not asked for yet; called again after success it returns the same.
func LookUpMissing(ctx context.Context, in LookUpInput) (LookedUp, error) {
	m := &search{LookUpInput: in}
	if m.Progress == nil {
		m.Progress = func(int64) {}
	}
	found, err := m.run(ctx)
	if err != nil {
		return LookedUp{}, fmt.Errorf("look up missing records: %w", err)
	}
	return found, nil
}

// search is a LookUpMissing in progress.
type search struct {
	LookUpInput
	state lookedUpState
	asked int64 // Ids so far
}

func (m *search) run(ctx context.Context) (LookedUp, error) {
	err := m.Store.ReadJSON(ctx, m.Sync.Missing(), &m.state)
	if !errors.Is(err, staging.ErrNotExist) {
		return m.state.LookedUp, err
	}
	m.state = lookedUpState{LookedUp: LookedUp{Found: map[Kind]int64{}, Gone: map[Kind]int64{}}}
	switch {
	case m.Last.Sync.ID == "" || m.Last.OrgID != m.OrgID: // nothing to compare with
	case m.Last.Private && !m.Private:
		m.state.Warnings = append(m.state.Warnings, warning.New(warning.PrivateTurnedOff, nil))
	default:
		for _, kind := range LookedUpKinds {
			if err := m.kind(ctx, kind); err != nil {
				return LookedUp{}, err
			}
		}
	}
	err = agree(ctx, m.Store, m.Sync.Missing(), &m.state)
	return m.state.LookedUp, err
}

// kind looks up what is missing of one kind. The stream of what was found is written first, and only once: with it and
// the two inventories it is certain what is gone, whichever attempt stores that.
func (m *search) kind(ctx context.Context, kind Kind) error {
	known, err := m.known(ctx, kind)
	if known == nil || err != nil {
		return err
	}
	missing := stream.Except(known, readStreams(ctx, m.Store, m.Sync, []string{string(kind)}))
	one, err := stream.Any(missing)
	if !one || err != nil {
		return err
	}
	if kind == Reports {
		missing = stream.Except(missing, m.unwanted(ctx))
	}
	name := staging.Found(string(kind))
	found, err := m.ask(ctx, kind, name, missing)
	if err != nil {
		return err
	}
	gone, err := stream.WriteOnce(ctx, m.Store, m.Sync.Inventory(staging.Vanished(string(kind))), func(w *staging.Writer) error {
		return writeGone(stream.Except(missing, readStreams(ctx, m.Store, m.Sync, []string{name})), w)
	})
	if err != nil {
		return err
	}
	m.state.Found[kind], m.state.Gone[kind] = found.Count, gone.Count
	if found.Count > 0 {
		m.state.over(kind, name)
	}
	return nil
}

// writeGone writes the Id of each record that is gone, and its name where the last inventory had one.
func writeGone(lines iter.Seq2[[]byte, error], w *staging.Writer) error {
	var buf []byte
	for line, err := range lines {
		if err != nil {
			return err
		}
		id, err := stream.LineID(line)
		if err != nil {
			return err
		}
		l := stream.BeginLine(buf[:0])
		l.ID(id)
		for _, member := range []string{"Name", "Title"} {
			if name, err := stream.TextMember(line, member); err == nil && name != "" {
				l.Text("Name", name)
				break
			}
		}
		if buf, err = l.End(); err != nil {
			return err
		}
		if err := w.Append(buf); err != nil {
			return err
		}
	}
	return nil
}

// Gone gives the Id, and as Name the name where it is known, of each record of a kind that the last sync knew and that is
// not in the inventory as it stands; nothing when LookUpMissing was not called.
func Gone(ctx context.Context, store *staging.Store, sync staging.Sync, kind Kind) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var state lookedUpState
		err := store.ReadJSON(ctx, sync.Missing(), &state)
		if errors.Is(err, staging.ErrNotExist) || err == nil && state.Gone[kind] == 0 {
			return
		}
		if err != nil {
			yield(nil, err)
			return
		}
		gone := readStreams(ctx, store, sync, []string{staging.Vanished(string(kind))})
		for line, err := range stream.Except(gone, Read(ctx, store, sync, kind)) {
			if !yield(line, err) {
				return
			}
		}
	}
}
