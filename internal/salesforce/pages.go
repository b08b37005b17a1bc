package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
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
// its query asked for. An error ends it.
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
	found, err := c.query(ctx, c.queryPath(q.countSOQL()))
	return int(found.total), err
}

func (c *Client) queryPath(soql string) string {
	return c.versioned("/query?q=") + url.QueryEscape(soql)
}

// query asks for one answer, by SOQL or by locator.
func (c *Client) query(ctx context.Context, path string) (records, error) {
	var found records
	err := c.get(ctx, opQuery, path, func(resp *http.Response) error {
		var err error
		found, err = readRecords(resp.Body)
		found.date = dateOf(resp.Header)
		return err
	})
	if err != nil {
		return records{}, err
	}
	return found, nil
}

// pager is the place in a query that is read page by page.
type pager struct {
	client     *Client
	query      Query // After is the last Id that was read
	limit      int
	asked      int    // records that the query by key under way has given
	locator    string // where its rest is; empty when there is none
	generation uint64 // of the session that the locator belongs to
	total      int
	dropped    []string
	done       bool
}

func (p *pager) next(ctx context.Context) (Page, error) {
	found, err := p.fetch(ctx)
	if err != nil {
		return Page{}, err
	}
	if err := p.advance(found); err != nil {
		return Page{}, err
	}
	page := Page{Records: found.records, Dropped: p.dropped, Total: p.total, Date: found.date}
	p.dropped = nil
	return page, nil
}

// fetch follows the locator as long as it is good, and asks by key otherwise.
func (p *pager) fetch(ctx context.Context) (records, error) {
	if p.locator != "" && p.generation == p.client.generation() {
		found, err := p.client.query(ctx, p.locator)
		if err == nil || !locatorDied(err) {
			return found, err
		}
		p.client.log.Debug("a query's cursor is gone, the query goes on by key",
			zap.String("object", p.query.Object), zap.Int("records", p.total))
	}
	p.asked = 0
	for {
		p.generation = p.client.generation()
		found, err := p.client.query(ctx, p.client.queryPath(p.query.soql(p.limit)))
		if err == nil {
			return found, nil
		}
		if !p.adapt(err) {
			return records{}, err
		}
	}
}

// adapt changes the query so that a refusal does not come again; false when nothing can be done.
func (p *pager) adapt(err error) bool {
	e := errorIn(err)
	switch {
	case e == nil:
		return false
	case (e.Code == "QUERY_TIMEOUT" || errors.Is(e, ErrTooLarge)) && p.limit > smallestLimit:
		p.limit /= 2
		return true
	case e.Code == "INVALID_FIELD":
		var dropped []string
		p.query, dropped = p.query.without(e.column)
		p.dropped = append(p.dropped, dropped...)
		return len(dropped) > 0
	default:
		return false
	}
}

// advance takes note of what an answer brought and finds out how to go on.
func (p *pager) advance(found records) error {
	last := p.query.After
	if n := len(found.records); n > 0 {
		id, err := recordID(found.records[n-1])
		if err != nil {
			return p.stuck(err)
		}
		if id == last {
			return p.stuck(fmt.Errorf("%w: a page ends where the one before did", errUnreadable))
		}
		p.query.After = id
		p.asked += n
		p.total += n
	}
	before := p.locator
	p.locator = ""
	if found.done {
		p.done = p.asked < p.limit
		return nil
	}
	p.locator = localPath(found.next, p.client.instance())
	if len(found.records) == 0 && (p.locator == "" || p.locator == before) {
		return p.stuck(fmt.Errorf("%w: an empty page has no end", errUnreadable))
	}
	if p.generation == 0 { // the query began before the first login
		p.generation = p.client.generation()
	}
	return nil
}

func (p *pager) stuck(err error) error {
	return &Error{
		Class: fault.Transient, Op: opQuery, Err: err,
		sentence: fmt.Sprintf("Salesforce's pages of %s do not follow each other: nothing to change here; try again later", p.query.Object),
	}
}

// locatorDied says whether an error is of the locator and not of the query: it dies with its session, after two days,
// and sometimes before.
func locatorDied(err error) bool {
	e := errorIn(err)
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
func localPath(next string, instance address) string {
	u, err := url.Parse(next)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return ""
	}
	if u.Host != "" && (!strings.EqualFold(u.Host, instance.host) || u.Scheme != instance.scheme) {
		return ""
	}
	if !strings.HasPrefix(u.Path, dataPath) || path.Clean(u.Path) != u.Path {
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
