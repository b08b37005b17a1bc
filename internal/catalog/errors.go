package catalog

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"longhaul/internal/fault"
)

// ErrConflict says that the catalog has a file of this name already. Files there are never replaced.
var ErrConflict = errors.New("the catalog has a file of this name already")

// Error is one refusal or failure of the catalog, classed. Message is a sentence for people without secret or body.
type Error struct {
	Class      fault.Class
	Status     int // of the answer; zero when there was none
	Message    string
	RetryAfter time.Duration
	Err        error // may be nil

	astray  bool // the settings do not lead to the catalog, so it has refused nothing
	unclear bool // the catalog may have taken the file: the whole file was sent, and the answer was a success
}

// Error returns the sentence, and after it the cause.
func (e *Error) Error() string { return e.Fault().Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Fault classes the error for the layers above. An invalid setting is no refusal of the catalog: Longhaul itself reports it, as
// it does a file of certificates that cannot be read.
func (e *Error) Fault() *fault.Error {
	system := fault.Catalog
	if e.astray {
		system = fault.Longhaul
	}
	return &fault.Error{Class: e.Class, System: system, Message: e.Message, RetryAfter: e.RetryAfter, Err: e.Err}
}

var _ fault.Carrier = (*Error)(nil)

const proxyLogin = "the proxy requires a login (407): put user and password into HTTPS_PROXY"

// refusal turns an answer that is no success into an error.
func (d destination) refusal(status int, path string, wait time.Duration) *Error {
	e := &Error{Class: fault.Invalid, Status: status, RetryAfter: wait}
	host := d.base.Host
	switch {
	case status == http.StatusUnauthorized:
		e.Class = fault.LoginRefused
		e.Message = fmt.Sprintf("the catalog at %s refuses the token (401): check the token, and the zone, because a token is good in its own zone only", host)
	case status == http.StatusForbidden:
		e.Class = fault.LoginRefused
		e.Message = fmt.Sprintf("the catalog at %s does not let this token deliver to source id %s (403): check that token, source id and zone belong together", host, d.sourceID)
	case status == http.StatusConflict:
		e.Message = fmt.Sprintf("the catalog has %s already (409) and never replaces a file: send it under a newer timestamp", path)
		e.Err = ErrConflict
	case status == http.StatusRequestEntityTooLarge:
		e.Message = fmt.Sprintf("%s is larger than the catalog at %s takes (413): narrow what is extracted, or ask the Catalog team to raise the limit", path, host)
	case status == http.StatusNotFound:
		e.astray = true
		e.Message = fmt.Sprintf("nothing at %s takes %s (404): check the zone or the url, and the source id", host, path)
	case status == http.StatusProxyAuthRequired:
		e.Message, e.astray = proxyLogin, true
	case status == http.StatusTooManyRequests:
		e.Class = fault.Throttled
		e.Message = fmt.Sprintf("the catalog at %s asks to send more slowly (429): nothing to change here; try again later if it lasts", host)
	case status == http.StatusNetworkAuthenticationRequired:
		e.Class = fault.Transient
		e.Message = fmt.Sprintf("a login portal of the network answers instead of the catalog at %s (511): sign in there, or let this machine through", host)
	case status == http.StatusRequestTimeout || status == http.StatusTooEarly || status >= http.StatusInternalServerError:
		e.Class = fault.Transient
		e.Message = fmt.Sprintf("the catalog at %s is in trouble (%d): nothing to change here; try again later if it lasts", host, status)
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		e.astray = true
		e.Message = fmt.Sprintf("%s answers with a redirect (%d), which is not followed because the token must not go elsewhere: "+
			"set the zone or the url to the catalog's own address", host, status)
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		e.Message = fmt.Sprintf("the catalog at %s does not accept %s (%d): check that the file is of the type it is sent as, and the source id", host, path, status)
	case status < http.StatusMultipleChoices:
		e.astray = true
		e.Message = fmt.Sprintf("%s answers with a status that no delivery has (%d): check the zone or the url, and what is in front of the catalog", host, status)
	default:
		e.Message = fmt.Sprintf("the catalog at %s refuses %s (%d): check the zone or the url, the source id and the file type", host, path, status)
	}
	return e
}
