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

// lookUpsKept is after how many queries at most it is written down what they found: more are repeated only where a
// process is killed.
const lookUpsKept = 8

// lookUp asks Salesforce for the records with the Ids of lines, in one scope after the other, and writes those that it
// gives into the stream of a name. It is an enumeration whose pages are answers to a few Ids each, and goes on, as that
// does, where an earlier attempt has ended.
func (m *search) lookUp(ctx context.Context, kind Kind, name string, lines iter.Seq2[[]byte, error]) (Enumerated, error) {
	refused, err := listing(ctx, m.Store, m.Sync, kind)
	if err != nil {
		return Enumerated{}, err
	}
	e := &enumeration{
		beside: name, often: lookUpsKept,
		change: func(q *salesforce.Query) { *q = without(*q, refused.Dropped) },
		EnumerateInput: EnumerateInput{
			Client: m.Client, Store: m.Store, Sync: m.Sync, Kind: kind, Private: m.Private,
			Progress: func(int64) { m.Progress(m.looked) },
		},
	}
	e.pages = func(ctx context.Context, query salesforce.Query) iter.Seq2[page, error] {
		return m.answers(ctx, query, beyond(lines, runLines(ctx, m.Store, e.state.Runs)))
	}
	return e.enumerate(ctx)
}

// runLines gives what runs hold so far.
func runLines(ctx context.Context, store *staging.Store, runs []run) iter.Seq2[[]byte, error] {
	streams := make([]Stream, 0, len(runs))
	for _, r := range runs {
		streams = append(streams, Stream{First: r.First, Lines: store.Lines(ctx, r.Key)})
	}
	return linesOf(Merge(streams...))
}

// answers asks for the records with the Ids of lines, from after the query's cursor on, a few at once.
func (m *search) answers(ctx context.Context, query salesforce.Query, lines iter.Seq2[[]byte, error]) iter.Seq2[page, error] {
	after := query.After
	query.After = ""
	return func(yield func(page, error) bool) {
		for ids, err := range idsOf(lines, after) {
			answer := page{}
			if err == nil {
				answer, err = m.ask(ctx, query, ids)
				m.looked += int64(len(ids))
			}
			if !yield(answer, err) || err != nil {
				return
			}
		}
	}
}

// idsOf gives the Ids of lines that come after one, as many at a time as are asked for at once, valid until the next.
func idsOf(lines iter.Seq2[[]byte, error], after string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		ids := make([]string, 0, lookUpAtOnce)
		for line, err := range lines {
			var id []byte
			if err == nil {
				id, err = LineID(line)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if string(id) <= after {
				continue
			}
			if ids = append(ids, string(id)); len(ids) < lookUpAtOnce {
				continue
			}
			if !yield(ids, nil) {
				return
			}
			ids = ids[:0]
		}
		if len(ids) > 0 {
			yield(ids, nil)
		}
	}
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

// ask gives the records with these Ids, which are sorted, and no others.
func (m *search) ask(ctx context.Context, query salesforce.Query, ids []string) (page, error) {
	quoted := make([]string, 0, len(ids))
	for _, id := range ids {
		quoted = append(quoted, salesforce.Quote(id))
	}
	answer := page{upTo: ids[len(ids)-1]}
	query = narrowed(query, "Id IN (%s)", strings.Join(quoted, ", "))
	query.Only = ids
	for part, err := range m.Client.Pages(ctx, query) {
		if err != nil {
			return page{}, err
		}
		for _, record := range part.Records {
			_, id, _, err := normal(record)
			if err != nil {
				return page{}, err
			}
			if _, asked := slices.BinarySearch(ids, id); asked {
				answer.Records = append(answer.Records, record)
			}
		}
	}
	return answer, nil
}
