package catalog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

var (
	errStalled = errors.New("nothing moved")
	errTooLong = errors.New("took too long")
)

// proxyError is the refusal of a proxy to connect to the host.
type proxyError struct{ status int }

// Error says what the proxy answered.
func (e *proxyError) Error() string { return fmt.Sprintf("the proxy answers %d", e.status) }

// passes reports whether a later try may succeed: the proxy is in trouble, or finds the host in trouble.
func (e *proxyError) passes() bool {
	return e.status >= http.StatusInternalServerError || e.status == http.StatusTooManyRequests || e.status == http.StatusRequestTimeout
}

// failure returns the error of a try without an answer. An error of the file comes first, then the end of the caller's context,
// then an error of the connection.
func (c *Client) failure(parent, attempt context.Context, b *body, err error) error {
	f := b.file
	if problem := b.problem(); problem != nil {
		return fileFailure(f, problem)
	}
	if parent.Err() != nil {
		return fmt.Errorf("sending %s to the catalog: %w", Base(f.Name), context.Cause(parent))
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // the wrapping repeats the address
	}
	host := c.to.base.Host
	switch cause := context.Cause(attempt); {
	case errors.Is(cause, errStalled):
		return &Error{Class: fault.Transient, Err: cause, Message: fmt.Sprintf(
			"nothing moved on the way to the catalog at %s for %s: check the network, or allow more time", host, c.timeout)}
	case errors.Is(cause, errTooLong):
		return &Error{Class: fault.Transient, Err: cause, Message: fmt.Sprintf(
			"sending %s to the catalog at %s took longer than %s: check the speed of the network", Base(f.Name), host, c.overall)}
	}
	return connectionFailure(host, err)
}

func connectionFailure(host string, err error) *Error {
	e := &Error{Class: fault.Transient, Err: err}
	var refusing *proxyError
	switch {
	case errors.Is(err, httpkit.ErrProxyAddress):
		e.Class, e.astray, e.Err = fault.Invalid, true, nil
		e.Message = "HTTPS_PROXY or HTTP_PROXY is not an address such as http://proxy:3128: change it"
	case errors.Is(err, httpkit.ErrProxyLogin):
		e.Class, e.astray, e.Err = fault.Invalid, true, nil
		e.Status, e.Message = http.StatusProxyAuthRequired, proxyLogin
	case errors.As(err, &refusing) && refusing.passes():
		e.Message = fmt.Sprintf("the proxy of HTTPS_PROXY cannot connect to the catalog at %s (%d): nothing to change here; try again later if it lasts",
			host, refusing.status)
	case errors.As(err, &refusing):
		e.Class, e.astray = fault.Invalid, true
		e.Message = fmt.Sprintf("the proxy of HTTPS_PROXY refuses to connect to the catalog at %s (%d): let it connect there, or name the host in NO_PROXY",
			host, refusing.status)
	case errors.Is(err, http.ErrSchemeMismatch):
		e.Class, e.astray = fault.Invalid, true
		e.Message = fmt.Sprintf("%s does not speak TLS: check the host and the port of the url", host)
	case httpkit.IsCertificate(err):
		e.Class, e.astray = fault.Invalid, true
		e.Message = fmt.Sprintf("the certificate of %s is not trusted: if a proxy ends TLS here, name its CA in ca_file; otherwise check the url and the clock", host)
	case isDial(err):
		e.Message = fmt.Sprintf("cannot reach the catalog at %s: check the network, HTTPS_PROXY, and the zone or the url", host)
	default:
		e.Message = fmt.Sprintf("the connection to the catalog at %s broke off", host)
	}
	return e
}

func isDial(err error) bool {
	var lookup *net.DNSError
	return errors.As(err, &lookup) || httpkit.IsDial(err)
}

// fileFailure is the error of a file that cannot be opened or read, or that changed. An error with a class keeps it.
func fileFailure(f File, err error) error {
	name := Base(f.Name)
	switch {
	case fault.From(err) != nil:
		return fmt.Errorf("reading %s: %w", name, err)
	case errors.Is(err, errChanged):
		return &fault.Error{
			Class: fault.Invalid, System: fault.Longhaul, Err: err,
			Message: fmt.Sprintf("%s is not the file that was announced: send it again when nothing writes to it any more", name),
		}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return &fault.Error{
			Class: fault.Invalid, System: fault.Longhaul, Err: err,
			Message: fmt.Sprintf("%s cannot be read: check that it exists and may be read by this process", name),
		}
	default:
		return &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: err,
			Message: fmt.Sprintf("%s cannot be read from where it lies", name),
		}
	}
}

// watchdog ends a try that makes no progress.
type watchdog struct {
	timer *time.Timer
	after time.Duration
}

func watch(after time.Duration, stop func()) *watchdog {
	return &watchdog{timer: time.AfterFunc(after, stop), after: after}
}

// pat notes progress.
func (w *watchdog) pat() { w.timer.Reset(w.after) }

func (w *watchdog) stop() { w.timer.Stop() }
