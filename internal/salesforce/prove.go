package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"longhaul/internal/fault"
)

// prove makes sure, before the first login is sent to a host that is not known, that it is a way to Salesforce: it must give the
// list of API versions, which needs no login. A customer's own gateway does; a portal, a parked domain and a misspelt host do not.
func (c *Client) prove(ctx context.Context) error {
	host := c.base.name()
	if isSalesforce(host) || isLoopback(host) || c.proved.Load() {
		return nil
	}
	err := c.retry.do(ctx, func(ctx context.Context) error {
		_, err := c.try(ctx, c.open, opProve, c.base.String()+dataPath, readVersions)
		return err
	})
	if err == nil {
		c.proved.Store(true)
		return nil
	}
	e := errorIn(err)
	if e == nil || !isAnswer(e) {
		return err
	}
	return &Error{
		Class: fault.Transient, Op: opProve, Status: e.Status, Err: err, astray: true,
		sentence: fmt.Sprintf("%s does not answer as Salesforce does, so no login is sent there: "+
			"set base_url to the org's My Domain, such as acme.my.salesforce.com (in Setup, under My Domain)", c.base.host),
	}
}

// isAnswer says whether an error is an answer that Salesforce does not give to a question for its versions, and no trouble on the
// way.
func isAnswer(e *Error) bool {
	if errors.Is(e, errWebPage) || errors.Is(e, errNoJSON) || errors.Is(e, errUnreadable) {
		return e.Status == http.StatusOK || e.Status == http.StatusForbidden || e.Status == http.StatusNotFound
	}
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return true
	default:
		return false
	}
}
