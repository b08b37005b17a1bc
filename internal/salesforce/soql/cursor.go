package soql

import (
	"context"
	"errors"
	"net/url"
	"path"
	"strings"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/origin"
)

// errCursorGone says that a locator no longer leads anywhere.
var errCursorGone = errors.New("the cursor of the query is gone")

// fetch follows the locator, or queries by key where there is none.
func (p *pager) fetch(ctx context.Context) (records, error) {
	if p.locator == "" {
		return p.fetchByKey(ctx)
	}
	if p.generation != p.exchange.Session.Place().Generation {
		return records{}, errCursorGone
	}
	found, err := get(ctx, p.exchange, p.query.Object, p.locator, p.check)
	if err != nil && locatorDied(err) {
		p.log.Debug("a query's cursor is gone, the query goes on by key",
			zap.String("object", p.query.Object), zap.Int("records", p.total+len(p.batch.records)))
		return records{}, errCursorGone
	}
	return found, err
}

func (p *pager) fetchByKey(ctx context.Context) (records, error) {
	for {
		p.generation = p.exchange.Session.Place().Generation
		found, err := get(ctx, p.exchange, p.query.Object, queryPath(p.exchange, p.query.soql(p.limit)), p.check)
		if err == nil || !p.adapt(err) {
			return found, err
		}
	}
}

// adapt changes the query so that a refusal does not recur, and reports whether it could.
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

// locatorDied reports whether an error concerns the locator and not the query: a locator dies with its session, after two days, and
// sometimes before.
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

func queryPath(x *exchange.Exchange, text string) string {
	return x.Versioned("/query?q=") + url.QueryEscape(text)
}

// localPath is the path of a nextRecordsUrl; empty when it leads anywhere but to the data of this instance.
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
