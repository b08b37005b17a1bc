package soql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/exchange"
)

// PageSize is the most records that Salesforce returns at once.
const PageSize = 2000

const smallestLimit = 125 // below it a query that takes too long fails

// Page is one answer to a query.
type Page struct {
	Records []json.RawMessage // owned by the caller
	Dropped []string          // optional fields refused since the last page
	Total   int               // records so far, those of this page included
	Date    time.Time         // of the answer, by Salesforce's clock
}

// Pages reads all records of a query in the order of their Ids, as Salesforce sorts them. It pages by key, so that the records that were
// read stay read when a session ends, and follows nextRecordsUrl only where an answer is shorter than its query. An answer that
// contradicts itself, or the records before it, is requested again. An error ends the sequence.
func Pages(ctx context.Context, x *exchange.Exchange, log *zap.Logger, q Query) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		p := &pager{exchange: x, log: log, query: q, limit: PageSize}
		if err := q.check(); err != nil {
			yield(Page{}, err)
			return
		}
		for !p.done {
			page, err := p.next(ctx)
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// Rows reads the records of a query of one page, which is written as it is. Each record must have the fields.
func Rows(ctx context.Context, x *exchange.Exchange, object string, fields []string, text string) ([]json.RawMessage, error) {
	return rows(ctx, x, object, fields, queryPath(x, text))
}

// AllRows is Rows with those records too that lie in the recycle bin.
func AllRows(ctx context.Context, x *exchange.Exchange, object string, fields []string, text string) ([]json.RawMessage, error) {
	return rows(ctx, x, object, fields, x.Versioned("/queryAll?q=")+url.QueryEscape(text))
}

func rows(ctx context.Context, x *exchange.Exchange, object string, fields []string, path string) ([]json.RawMessage, error) {
	found, err := get(ctx, x, object, path, func(answer *records) error {
		return answer.wholeAs(shape{object: object, fields: fields})
	})
	return found.records, err
}

// Count counts the records of a query that the run-as user sees, in one call.
func Count(ctx context.Context, x *exchange.Exchange, q Query) (int64, error) {
	if err := q.check(); err != nil {
		return 0, err
	}
	found, err := get(ctx, x, q.Object, queryPath(x, q.counting()), func(answer *records) error {
		if !answer.done || answer.next != "" || len(answer.records) > 0 {
			return apierror.Contradiction("it counts records, and lists some")
		}
		return nil
	})
	return found.total, err
}

// get requests one answer about an object, by SOQL or by locator, until check accepts one.
func get(ctx context.Context, x *exchange.Exchange, object, path string, check func(*records) error) (records, error) {
	var found records
	reported, err := x.Get(ctx, apierror.OpQuery, path, func(body io.Reader) (err error) {
		if found, err = readRecords(body); err == nil {
			err = check(&found)
		}
		return apierror.AskedFor(object, err)
	})
	if err != nil {
		return records{}, err
	}
	found.date = reported.Date
	return found, nil
}

// pager is the place in a query that is read page by page. The records of one query by key, over all of its pages, are a batch: it is
// returned once it is complete.
type pager struct {
	exchange *exchange.Exchange
	log      *zap.Logger
	query    Query // After is the last Id that was returned
	limit    int
	total    int
	dropped  []string
	done     bool
	failed   error // is returned after what of the batch had arrived

	batch      batch
	before     map[string]bool // the Ids of the batch before
	tries      int             // to get this batch
	locator    string          // the path of its rest; empty when there is none
	generation uint64          // of the session that the locator belongs to
}

// next returns the next batch, or the part of it that arrived before an error.
func (p *pager) next(ctx context.Context) (Page, error) {
	for p.failed == nil {
		if p.step(ctx) {
			return p.finishBatch(), nil
		}
	}
	return Page{}, p.failed
}

// step reads one page, and reports whether to return the batch: it is complete, or its rest cannot be had.
func (p *pager) step(ctx context.Context) bool {
	found, err := p.fetch(ctx)
	if err == nil {
		err = p.add(ctx, found)
	}
	switch {
	case err == nil:
		whole := p.locator == "" && p.batch.begun
		p.done = whole && len(p.batch.records) < p.limit
		return whole
	case errors.Is(err, errCursorGone):
		p.locator = "" // the query goes on by key, after the records that have arrived
	default:
		p.failed = err
	}
	return len(p.batch.records) > 0
}

// add puts a page into the batch. Where the pages together contradict the first of them the batch starts again, a few times: Salesforce
// leaves records that were deleted meanwhile out of a later page, and something else may have left out anything.
func (p *pager) add(ctx context.Context, found records) error {
	place := p.exchange.Session.Place()
	more, err := p.batch.add(found, localPath(found.next, place.Instance))
	p.locator = more
	if err == nil {
		if p.generation == 0 { // the query began before the first login
			p.generation = place.Generation
		}
		return nil
	}
	p.batch, p.locator = batch{}, ""
	if p.tries++; p.tries >= p.exchange.Retry.Attempts {
		e := apierror.Unreadable(apierror.OpQuery, place.Instance.Host, apierror.AskedFor(p.query.Object, err))
		e.Retryable = false
		return e
	}
	if err := httpkit.Sleep(ctx, exchange.Pause(p.tries, 0)); err != nil {
		return fmt.Errorf("%s: %w", apierror.OpQuery, err)
	}
	return nil
}

// finishBatch returns the batch. The query goes on after it.
func (p *pager) finishBatch() Page {
	b := p.batch
	p.total += len(b.records)
	page := Page{Records: b.records, Dropped: p.dropped, Total: p.total, Date: b.date}
	if b.last != "" {
		p.query.After, p.before = b.last, b.ids
	}
	p.batch, p.dropped, p.tries = batch{}, nil, 0
	return page
}
