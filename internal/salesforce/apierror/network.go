package apierror

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/redact"
)

// Unreachable classes a failure to send a request or to get its answer. Most of them may pass; the sentence names the host and what to
// look at if they last.
func Unreachable(op, host string, err error) *Error {
	e := &Error{Class: fault.Transient, Op: op, Err: Quiet(err), Retryable: true, Unsent: httpkit.NeverSent(err)}
	var lookup *net.DNSError
	var moved *httpkit.RedirectError
	if errors.As(err, &moved) {
		return redirected(op, host, moved)
	}
	if on := httpkit.FailureOf(err, httpkit.Host{Name: host, Address: "base_url"}); on.Kind != httpkit.Other {
		e.onTheWay(on)
		return e
	}
	switch {
	case errors.As(err, &lookup):
		e.Sentence = fmt.Sprintf("the host %s cannot be found: check base_url, this machine's network, and HTTPS_PROXY if the network has a proxy", host)
	case IsTimeout(err):
		e.Sentence = fmt.Sprintf("%s did not answer in time: check this machine's network, whether a firewall stands between, and HTTPS_PROXY if the network has a proxy", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Sentence = fmt.Sprintf("%s refuses the connection: check base_url and its port, and whether a firewall stands between", host)
	default:
		e.Sentence = fmt.Sprintf("the connection to %s broke: nothing to change if it passes; else check this machine's network", host)
	}
	return e
}

// onTheWay classes a failure that all clients name alike. What the settings of this machine or of its proxy decide is not tried again, and
// neither is a proxy in trouble: the activity tries again, after a longer pause.
func (e *Error) onTheWay(on httpkit.Failure) {
	e.Sentence, e.Retryable = on.Message, false
	switch on.Kind {
	case httpkit.ProxyAddress, httpkit.ProxyLogin, httpkit.ProxyRefuses:
		e.Class, e.Whole = fault.Invalid, true
	case httpkit.Certificate, httpkit.NoTLS:
		e.astray = true
	case httpkit.ProxyFails:
	default:
		e.Retryable = true
	}
}

// redirected classes a redirect that was not followed. Before anything was read it shows a wrong base_url; in the middle of a sync it
// may be a portal or a maintenance page, which passes. Only a login that leads to another host of Salesforce needs another base_url.
func redirected(op, host string, moved *httpkit.RedirectError) *Error {
	to := redact.Clean(moved.To, longestHost)
	e := &Error{
		Class: fault.Transient, Op: op, Status: moved.Status, Retryable: true,
		Err: &quietError{text: "redirect (" + strconv.Itoa(moved.Status) + ") to " + to, err: moved},
	}
	switch {
	case op == OpLogin && moved.To != host && origin.IsOwn(origin.Origin{Host: moved.To}.Name()):
		e.Class, e.Whole, e.Retryable = fault.Invalid, true, false
	case op == OpLogin, op == OpProve:
		e.astray, e.Retryable = true, false
	}
	e.Sentence = host + " redirects to " + to + ", which is not followed because the login must not go elsewhere: " +
		"set base_url to the org's My Domain, such as acme.my.salesforce.com, or, where it answered before, check whether a proxy or a login " +
		"portal stands between"
	return e
}

// longestHost bounds the name of a host that a server wrote, in characters.
const longestHost = 100

// IsTimeout reports whether a request ran out of time.
func IsTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// quietError keeps the chain of an error for errors.Is, and shows only the part of its text that may be shown.
type quietError struct {
	text string
	err  error
}

func (q *quietError) Error() string { return q.text }
func (q *quietError) Unwrap() error { return q.err }

// Quiet cleans and shortens the text of an error from below. It leaves the deadline of a single try out of the chain: that is not the
// end of the caller's context.
func Quiet(err error) error {
	text := redact.Clean(err.Error(), redact.LongestText)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return errors.New(text)
	}
	return &quietError{text: text, err: err}
}
