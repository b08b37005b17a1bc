package listing

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// idsAtOnce is how many Ids one query asks for: the address of the request stays far below the 16 kB that Salesforce
// accepts.
const idsAtOnce = 200

// queriesKept is the number of queries after which their answers are saved at the latest: more are repeated only where a
// process is killed.
const queriesKept = 8

// ask asks Salesforce for the records with the Ids of lines, in one scope after the other, and writes those that it gets
// into the stream of a name. It is an enumeration whose pages are answers to a few Ids each, and goes on where an earlier
// attempt ended, as that does.
func (m *search) ask(ctx context.Context, kind Kind, name string, lines iter.Seq2[[]byte, error]) (Enumerated, error) {
	refused, err := lastListing(ctx, m.Store, m.Sync, kind)
	if err != nil {
		return Enumerated{}, err
	}
	e := &enumeration{
		beside: name, often: queriesKept,
		change: func(q *salesforce.Query) { *q = without(*q, refused.Dropped) },
		EnumerateInput: EnumerateInput{
			Client: m.Client, Store: m.Store, Sync: m.Sync, Kind: kind, Fields: m.Fields, Private: m.Private,
			Progress: func(int64) { m.Progress(m.asked) },
		},
	}
	e.pages = func(ctx context.Context, query salesforce.Query) iter.Seq2[page, error] {
		return m.answers(ctx, query, stream.Except(lines, runLines(ctx, m.Store, e.state.Runs)))
	}
	return e.enumerate(ctx)
}

// runLines gives what runs hold so far.
func runLines(ctx context.Context, store *staging.Store, runs []stream.Run) iter.Seq2[[]byte, error] {
	streams := make([]stream.Stream, 0, len(runs))
	for _, r := range runs {
		streams = append(streams, stream.Stream{First: r.First, Lines: store.Lines(ctx, r.Key)})
	}
	return stream.Lines(stream.Merge(streams...))
}

// answers asks for the records with the Ids of lines, from after the query's cursor on, a few at once.
func (m *search) answers(ctx context.Context, query salesforce.Query, lines iter.Seq2[[]byte, error]) iter.Seq2[page, error] {
	after := query.After
	query.After = ""
	return func(yield func(page, error) bool) {
		for ids, err := range idsOf(lines, after) {
			answer := page{}
			if err == nil {
				answer, err = m.answer(ctx, query, ids)
				m.asked += int64(len(ids))
			}
			if !yield(answer, err) || err != nil {
				return
			}
		}
	}
}

// idsOf gives the Ids of lines that come after one, as many at a time as one query asks for, valid until the next.
func idsOf(lines iter.Seq2[[]byte, error], after string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		ids := make([]string, 0, idsAtOnce)
		for line, err := range lines {
			var id []byte
			if err == nil {
				id, err = stream.LineID(line)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if string(id) <= after {
				continue
			}
			if ids = append(ids, string(id)); len(ids) < idsAtOnce {
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

// answer returns the records with these Ids, which are sorted, and no others.
func (m *search) answer(ctx context.Context, query salesforce.Query, ids []string) (page, error) {
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
			if _, wanted := slices.BinarySearch(ids, id); wanted {
				answer.Records = append(answer.Records, record)
			}
		}
	}
	return answer, nil
}
