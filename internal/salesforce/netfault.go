package salesforce

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"

	"longhaul/internal/fault"
)

// ErrTooLarge lies below the error of an answer that is larger than Longhaul reads; another try brings the same.
var ErrTooLarge = errors.New("the answer is too large")

// ErrNoColumns lies below the error of a description that came without what it is asked for.
var ErrNoColumns = errors.New("the description has no columns")

// What lies below the refusal of a report that Salesforce does not describe for its columns.
var (
	ErrTooManyColumns = errors.New("too many columns")
	ErrNoneSelected   = errors.New("no columns selected")
)

// The other ways in which an answer can be broken.
var (
	errWebPage    = errors.New("the answer is a web page")
	errNoJSON     = errors.New("the answer is no JSON")
	errCut        = errors.New("the answer ends too early")
	errUnreadable = errors.New("the answer is damaged")

	errProxy      = errors.New("the address of the proxy cannot be read")
	errProxyLogin = errors.New("the proxy asks for a login")
)

// unreachable classes a failure to send a request or to get its answer. All of them may pass; the sentence names the
// host and what to look at if they do not.
func unreachable(op, host string, err error) *Error {
	e := &Error{Class: fault.Transient, Op: op, Err: quiet(err), again: true}
	var lookup *net.DNSError
	var moved *redirectError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &moved):
		return moved.fault(op, host)
	case errors.Is(err, errProxy):
		e.Class, e.Whole, e.again = fault.Invalid, true, false
		e.sentence = "the address of the proxy cannot be read: check HTTPS_PROXY"
	case errors.Is(err, errProxyLogin):
		e.Class, e.Whole, e.again = fault.Invalid, true, false
		e.sentence = "the proxy asks for a login (407): put user and password into HTTPS_PROXY"
	case throughProxy(err):
		e.sentence = fmt.Sprintf("the proxy on the way to %s does not answer: check HTTPS_PROXY and NO_PROXY", host)
	case isCertificate(err):
		e.again, e.astray = false, true
		e.sentence = fmt.Sprintf("the certificate of %s is not trusted: if a proxy ends TLS here, set ca_file to its certificate; "+
			"else check base_url", host)
	case errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		e.again, e.astray = false, true
		e.sentence = fmt.Sprintf("%s does not speak TLS: check base_url and its port", host)
	case errors.As(err, &lookup):
		e.sentence = fmt.Sprintf("the host %s cannot be found: check base_url, and this machine's network", host)
	case isTimeout(err):
		e.sentence = fmt.Sprintf("%s did not answer in time: check this machine's network, and whether a firewall stands between", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.sentence = fmt.Sprintf("%s refuses the connection: check base_url and its port, and whether a firewall stands between", host)
	default:
		e.sentence = fmt.Sprintf("the connection to %s broke: nothing to change if it passes; else check this machine's network", host)
	}
	return e
}

// unreadable classes a failure to read an answer that had begun well.
func unreadable(op, host string, err error) *Error {
	e := &Error{Class: fault.Transient, Op: op, Err: err, again: true}
	var page *pageError
	var lie *contradictionError
	switch {
	case errors.Is(err, ErrTooLarge):
		e.again = false
		e.sentence = fmt.Sprintf("an answer of %s is larger than Longhaul reads: nothing to change here; please report it", host)
		if op == opReport {
			e.Class = fault.Poison
			e.sentence = "the description of this report is larger than Longhaul reads: give the report fewer columns and filters"
		}
	case errors.Is(err, ErrNoColumns):
		e.Class = fault.Poison
		e.sentence = "Salesforce described this report without its columns: save the report anew or delete it if that lasts"
	case errors.As(err, &page):
		e.sentence = fmt.Sprintf("a web page%s came in place of an answer of %s: check whether a proxy or a login portal stands between",
			page.called(), host)
	case errors.Is(err, errNoJSON):
		e.sentence = fmt.Sprintf("something that is no JSON came in place of an answer of %s: check whether a proxy or a login portal stands between",
			host)
	case errors.As(err, &lie):
		e.sentence = lie.sentence(host)
	default:
		e.sentence = fmt.Sprintf("an answer of %s arrived damaged: nothing to change if it passes; else check this machine's network", host)
	}
	return e
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

func isCertificate(err error) bool {
	var verification *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &invalid)
}

func throughProxy(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "proxyconnect"
}

// neverSent says whether a request failed before any of it could have reached Salesforce.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || isCertificate(err) || errors.Is(err, errProxy)
}

// quietError keeps the chain of an error for errors.Is, and shows of its text what may be shown.
type quietError struct {
	text string
	err  error
}

func (q *quietError) Error() string { return q.text }
func (q *quietError) Unwrap() error { return q.err }

// quiet cleans and shortens the text of an error from below. A deadline of a single try is no end of the caller's
// context, so it is left out of the chain.
func quiet(err error) error {
	text := clean(err.Error(), longestText)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return errors.New(text)
	}
	return &quietError{text: text, err: err}
}
