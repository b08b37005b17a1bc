package inventory

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"longhaul/internal/staging"
)

// MissingInput says what the last sync knew and where it is looked for.
type MissingInput struct {
	Client   Pager
	Store    *staging.Store
	Sync     staging.Sync
	Identity Identity
	Last     Record      // of the last sync; zero when there was none
	Private  bool        // also what lies in others' private folders
	Progress func(int64) // told the Ids looked up so far; may be nil
}

// Missed counts, of the reports and dashboards that the last sync knew and that no listing had, which were found all the
// same and which are gone: deleted, or not to be seen any more.
type Missed struct {
	Found    map[Kind]int64 `json:"found"`
	Gone     map[Kind]int64 `json:"gone"`
	Warnings []string       `json:"warnings,omitempty"`
}

// missedState is the result as it is stored.
type missedState struct {
	Missed
	overlaid
}

// Missable lists the kinds whose records are missed: those that others lose when they are not in the files any more.
var Missable = []Kind{Reports, Dashboards}

// Missing looks up, by Id, the reports and dashboards that the last sync had in its inventory and this one has not. What
// it finds lies over the inventory from then on; what it does not find is given by GoneSince. It compares with a sync of
// the same org only, with one whose inventory can be read, and with none that read private records where this one does
// not. Called again after an error it asks for what it has not asked for yet, and after it has ended well it answers the
// same.
func Missing(ctx context.Context, in MissingInput) (Missed, error) {
	m := &search{MissingInput: in}
	if m.Progress == nil {
		m.Progress = func(int64) {}
	}
	missed, err := m.run(ctx)
	if err != nil {
		return Missed{}, fmt.Errorf("look up missing records: %w", err)
	}
	return missed, nil
}

// search is a Missing under way.
type search struct {
	MissingInput
	state  missedState
	looked int64
}

func (m *search) run(ctx context.Context) (Missed, error) {
	err := m.Store.ReadJSON(ctx, m.Sync.Missing(), &m.state)
	if !errors.Is(err, staging.ErrNotExist) {
		return m.state.Missed, err
	}
	m.state = missedState{Missed: Missed{Found: map[Kind]int64{}, Gone: map[Kind]int64{}}}
	switch {
	case m.Last.Sync == "" || m.Last.Identity.OrgID != m.Identity.OrgID: // nothing to compare with
	case m.Last.Private && !m.Private:
		m.state.Warnings = append(m.state.Warnings, "scope.private was turned off since the last sync, so what that one knew and "+
			"this one did not list is not looked up: it may well be in a private folder; the next sync looks again")
	default:
		for _, kind := range Missable {
			if err := m.kind(ctx, kind); err != nil {
				return Missed{}, err
			}
		}
	}
	err = agree(ctx, m.Store, m.Sync.Missing(), &m.state)
	return m.state.Missed, err
}

// kind looks up what is missing of one kind. The stream of what was found is written first, and only once: with it and
// the two inventories it is settled what is gone, whichever attempt writes that down.
func (m *search) kind(ctx context.Context, kind Kind) error {
	known, err := m.known(ctx, kind)
	if known == nil || err != nil {
		return err
	}
	missing := beyond(known, readStreams(ctx, m.Store, m.Sync, []string{string(kind)}))
	one, err := some(missing)
	if !one || err != nil {
		return err
	}
	if kind == Reports {
		missing = beyond(missing, m.lost(ctx))
	}
	name := staging.Found(string(kind))
	found, err := m.lookUp(ctx, kind, name, missing)
	if err != nil {
		return err
	}
	gone, err := writeOnce(ctx, m.Store, m.Sync.Inventory(staging.Vanished(string(kind))), func(w *staging.Writer) error {
		return m.vanished(beyond(missing, readStreams(ctx, m.Store, m.Sync, []string{name})), w)
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

// some says whether there is a line.
func some(lines iter.Seq2[[]byte, error]) (bool, error) {
	for _, err := range lines {
		return err == nil, err
	}
	return false, nil
}

// vanished writes down what is gone: the Id, and the name where the last inventory had one.
func (m *search) vanished(lines iter.Seq2[[]byte, error], w *staging.Writer) error {
	var buf []byte
	for line, err := range lines {
		if err != nil {
			return err
		}
		id, err := LineID(line)
		if err != nil {
			return err
		}
		l := lineWriter{buf: append(buf[:0], '{')}
		l.buf = append(append(l.member("Id", '"'), id...), '"')
		for _, member := range []string{"Name", "Title"} {
			if name, err := textMember(line, member); err == nil && name != "" {
				l.text("Name", name)
				break
			}
		}
		if buf = append(l.buf, '}'); l.err != nil {
			return l.err
		}
		if err := w.Append(buf); err != nil {
			return err
		}
	}
	return nil
}

// GoneSince gives the Id, and as Name the name where it is known, of each record of a kind that the last sync knew and
// that is not in the inventory as it stands; nothing when Missing was not asked.
func GoneSince(ctx context.Context, store *staging.Store, sync staging.Sync, kind Kind) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var state missedState
		err := store.ReadJSON(ctx, sync.Missing(), &state)
		if errors.Is(err, staging.ErrNotExist) || err == nil && state.Gone[kind] == 0 {
			return
		}
		if err != nil {
			yield(nil, err)
			return
		}
		gone := readStreams(ctx, store, sync, []string{staging.Vanished(string(kind))})
		for line, err := range beyond(gone, Read(ctx, store, sync, kind)) {
			if !yield(line, err) {
				return
			}
		}
	}
}
