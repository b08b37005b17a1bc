package inventory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// lookUpAtOnce is how many Ids one query asks for: the address it makes stays far below the 16 kB that Salesforce takes.
const lookUpAtOnce = 200

// lookUp asks Salesforce for the records with the Ids of lines and writes those that it gives.
func (m *search) lookUp(ctx context.Context, kind Kind, lines iter.Seq2[[]byte, error], w *staging.Writer) error {
	query, err := m.query(ctx, kind)
	if err != nil {
		return err
	}
	ids := make([]string, 0, lookUpAtOnce)
	ask := func() error {
		if len(ids) == 0 {
			return nil
		}
		err := m.batch(ctx, kind, query, ids, w)
		m.looked += int64(len(ids))
		m.Progress(m.looked)
		ids = ids[:0]
		return err
	}
	for line, err := range lines {
		if err != nil {
			return err
		}
		id, err := LineID(line)
		if err != nil {
			return err
		}
		if ids = append(ids, string(id)); len(ids) < lookUpAtOnce {
			continue
		}
		if err := ask(); err != nil {
			return err
		}
	}
	return ask()
}

// query is what a sync asks of the kind, but for the fields that were refused before.
func (m *search) query(ctx context.Context, kind Kind) (salesforce.Query, error) {
	query := kind.Query()
	listed, err := listing(ctx, m.Store, m.Sync, kind)
	return without(query, listed.Dropped), err
}

// listing is what the enumeration of a kind said in the end; nothing when that is not there.
func listing(ctx context.Context, store *staging.Store, sync staging.Sync, kind Kind) (Enumerated, error) {
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

// without leaves fields out of a query, which would only be refused again.
func without(query salesforce.Query, fields []string) salesforce.Query {
	query.Optional = slices.DeleteFunc(query.Optional, func(field string) bool { return slices.Contains(fields, field) })
	return query
}

// narrowed adds a condition to a query.
func narrowed(query salesforce.Query, format string, args ...any) salesforce.Query {
	condition := fmt.Sprintf(format, args...)
	if query.Where != "" {
		condition = query.Where + " AND " + condition
	}
	query.Where = condition
	return query
}

// batch looks for Ids in one scope after the other and writes the records that it gets, in the order of the Ids.
func (m *search) batch(ctx context.Context, kind Kind, query salesforce.Query, ids []string, w *staging.Writer) error {
	scopes := []string{""}
	if m.Private {
		scopes = append(scopes, shapes[kind].scopes...)
	}
	found := make(map[string][]byte)
	for _, scope := range scopes {
		left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id] != nil })
		if len(left) == 0 {
			break
		}
		query.Scope = scope
		if err := m.ask(ctx, query, left, found); err != nil && !scopeRefused(scope, err) {
			return err
		}
	}
	for _, id := range ids {
		if line := found[id]; line != nil {
			if err := w.Append(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// ask puts into found the records of one scope with these Ids.
func (m *search) ask(ctx context.Context, query salesforce.Query, ids []string, found map[string][]byte) error {
	quoted := make([]string, 0, len(ids))
	for _, id := range ids {
		quoted = append(quoted, salesforce.Quote(id))
	}
	for page, err := range m.Client.Pages(ctx, narrowed(query, "Id IN (%s)", strings.Join(quoted, ", "))) {
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			line, id, _, err := normal(record)
			if err != nil {
				return err
			}
			if _, asked := slices.BinarySearch(ids, id); asked {
				found[id] = line
			}
		}
	}
	return nil
}
