package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path"
	"strings"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
)

const (
	keysetLimit   = 2000 // the most that Salesforce gives at once
	smallestLimit = 125  // below this a query that takes too long is given up
)

// Page is one answer to a query.
type Page struct {
	Records []json.RawMessage // owned by the caller
	Dropped []string          // optional fields refused since the last page
	Total   int               // records so far, those of this page included
	Date    time.Time         // of the answer, by Salesforce's clock
}

// Pages reads all records of a query in the order of their Ids, as Salesforce sorts them. It pages by key, so that
// what was read stays read when a session ends, and follows nextRecordsUrl only where an answer comes short of what
// its query asked for. An answer that contradicts itself, or what the query had brought before, is no answer: it is asked for
// again. An error ends it.
func (c *Client) Pages(ctx context.Context, q Query) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		p := &pager{client: c, query: q, limit: keysetLimit}
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

// Count gives the number of records that fulfil where in scope; both may be empty.
func (c *Client) Count(ctx context.Context, object, where, scope string) (int, error) {
	q := Query{Object: object, Where: where, Scope: scope}
	if err := q.check(); err != nil {
		return 0, err
	}
	found, err := c.query(ctx, object, c.queryPath(q.countSOQL()), func(answer *records) error {
		if len(answer.records) > 0 || !answer.done || answer.next != "" {
			return apierror.Contradiction("it counts records, and has some or is not the last page")
		}
		return nil
	})
	return int(found.total), err
}

func (c *Client) queryPath(soql string) string {
	return c.versioned("/query?q=") + url.QueryEscape(soql)
}

// query asks for one answer about an object, by SOQL or by locator, until check finds one that does not contradict itself.
func (c *Client) query(ctx context.Context, object, path string, check func(*records) error) (records, error) {
	var found records
	told, err := c.get(ctx, apierror.OpQuery, path, func(body io.Reader) (err error) {
		if found, err = readRecords(body); err == nil {
			err = check(&found)
		}
		return apierror.AskedFor(object, err)
	})
	if err != nil {
		return records{}, err
	}
	found.date = told.Date
	return found, nil
}

// pager is the place in a query that is read page by page. What one query by key gives, over all of its pages, is a batch: it
// is handed on when it is whole.
type pager struct {
	client  *Client
	query   Query // After is the last Id that was handed on
	limit   int
	total   int
	dropped []string
	done    bool
	failed  error // comes after what of the batch had arrived

	batch      batch
	before     map[string]bool // the Ids of the batch before
	tries      int             // to get this batch
	locator    string          // where its rest is; empty when there is none
	generation uint64          // of the session that the locator belongs to
}

// next gives the next batch, or what of it came before an error.
func (p *pager) next(ctx context.Context) (Page, error) {
	for p.failed == nil {
		if p.step(ctx) {
			return p.handOn(), nil
		}
	}
	return Page{}, p.failed
}

// step asks for one page, and says whether to hand on the batch: it is whole, or its rest cannot be had.
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
		p.locator = "" // the query goes on by key, after what has arrived
	default:
		p.failed = err
	}
	return len(p.batch.records) > 0
}

// add puts a page into the batch. Where the pages together contradict what the first of them said the batch begins anew, a few
// times: Salesforce leaves out of a later page what was deleted meanwhile, and something else may have left out anything.
func (p *pager) add(ctx context.Context, found records) error {
	more, err := p.batch.add(found, localPath(found.next, p.client.instance()))
	p.locator = more
	if err == nil {
		if p.generation == 0 { // the query began before the first login
			p.generation = p.client.generation()
		}
		return nil
	}
	p.batch, p.locator = batch{}, ""
	if p.tries++; p.tries >= p.client.retry.attempts {
		e := apierror.Unreadable(apierror.OpQuery, p.client.instance().Host, apierror.AskedFor(p.query.Object, err))
		e.Retryable = false
		return e
	}
	if err := httpkit.Sleep(ctx, pauseBefore(p.tries, 0)); err != nil {
		return fmt.Errorf("%s: %w", apierror.OpQuery, err)
	}
	return nil
}

// handOn gives what has gathered. The query goes on after it.
func (p *pager) handOn() Page {
	b := p.batch
	p.total += len(b.records)
	page := Page{Records: b.records, Dropped: p.dropped, Total: p.total, Date: b.date}
	if b.last != "" {
		p.query.After, p.before = b.last, b.ids
	}
	p.batch, p.dropped, p.tries = batch{}, nil, 0
	return page
}

// errCursorGone says that a locator leads nowhere any more.
var errCursorGone = errors.New("the cursor of the query is gone")

// fetch follows the locator, or asks by key where there is none.
func (p *pager) fetch(ctx context.Context) (records, error) {
	if p.locator == "" {
		return p.ask(ctx)
	}
	if p.generation != p.client.generation() {
		return records{}, errCursorGone
	}
	found, err := p.client.query(ctx, p.query.Object, p.locator, p.check)
	if err != nil && locatorDied(err) {
		p.client.log.Debug("a query's cursor is gone, the query goes on by key",
			zap.String("object", p.query.Object), zap.Int("records", p.total+len(p.batch.records)))
		return records{}, errCursorGone
	}
	return found, err
}

// ask asks by key.
func (p *pager) ask(ctx context.Context) (records, error) {
	for {
		p.generation = p.client.generation()
		found, err := p.client.query(ctx, p.query.Object, p.client.queryPath(p.query.soql(p.limit)), p.check)
		if err == nil || !p.adapt(err) {
			return found, err
		}
	}
}

// adapt changes the query so that a refusal does not come again; false when nothing can be done.
func (p *pager) adapt(err error) bool {
	e := apierror.From(err)
	switch {
	case e == nil:
		return false
	case (e.Code == "QUERY_TIMEOUT" || errors.Is(e, httpkit.ErrTooLarge)) && p.limit > smallestLimit:
		p.limit /= 2
		return true
	case e.Code == "INVALID_FIELD":
		var dropped []string
		p.query, dropped = p.query.without(e.Column)
		p.dropped = append(p.dropped, dropped...)
		return len(dropped) > 0
	default:
		return false
	}
}

// locatorDied says whether an error is of the locator and not of the query: it dies with its session, after two days,
// and sometimes before.
func locatorDied(err error) bool {
	e := apierror.From(err)
	if e == nil {
		return false
	}
	switch e.Class {
	case fault.SessionExpired, fault.Invalid, fault.Gone, fault.PermissionMissing:
		return true
	default:
		return e.Code == "INVALID_QUERY_LOCATOR" || e.Code == "QUERY_TIMEOUT"
	}
}

// localPath gives the path of a nextRecordsUrl, or nothing when it leads anywhere but into the data of this instance.
func localPath(next string, instance origin.Origin) string {
	u, err := url.Parse(next)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return ""
	}
	if u.Host != "" && (!strings.EqualFold(u.Host, instance.Host) || u.Scheme != instance.Scheme) {
		return ""
	}
	if !strings.HasPrefix(u.Path, origin.DataPath) || path.Clean(u.Path) != u.Path {
		return ""
	}
	return u.RequestURI()
}

// generation tells sessions apart; 0 before the first.
func (c *Client) generation() uint64 {
	if g := c.session.peek(); g != nil {
		return g.generation
	}
	return 0
}
