package apierror

import (
	"errors"
	"fmt"
	"net/http"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/decode"
)

// NotSalesforce turns the error of a host that was asked for its list of API versions into one that names base_url, where the host
// answered as Salesforce never does. Every other error stays as it is.
func NotSalesforce(host string, err error) error {
	e := From(err)
	if e == nil || !isForeign(e) {
		return err
	}
	return &Error{
		Class: fault.Transient, Op: OpProve, Status: e.Status, Err: err, astray: true,
		Sentence: host + " does not answer as Salesforce does, so no login is sent there: " +
			"set base_url to the org's My Domain, such as acme.my.salesforce.com (in Setup, under My Domain)",
	}
}

// isForeign reports whether an error is an answer that Salesforce does not give to a request for its versions, rather than trouble on
// the way.
func isForeign(e *Error) bool {
	if errors.Is(e, ErrWebPage) || errors.Is(e, ErrNotJSON) || errors.Is(e, decode.ErrUnreadable) {
		return e.Status == http.StatusOK || e.Status == http.StatusForbidden || e.Status == http.StatusNotFound
	}
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return true
	default:
		return false
	}
}

// UnusableLogin is the error of a login that seemed to succeed and gave no session.
func UnusableLogin(host string, err error) *Error {
	return &Error{
		Class: fault.Transient, Op: OpLogin, Err: err, Retryable: true,
		Sentence: fmt.Sprintf("the login of %s gave an answer that Longhaul cannot use (%s): check base_url, "+
			"and whether a proxy or a login portal is in between", host, err),
	}
}
