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
			"nothing moved on the way to the catalog at %s for %s: check the network, or allow more time (CASTOR_TIMEOUT_OVERRIDE of `upload`)", host, c.timeout)}
	case errors.Is(cause, errTooLong):
		return &Error{Class: fault.Transient, Err: cause, Message: fmt.Sprintf(
			"sending %s to the catalog at %s took longer than %s: check the speed of the network", Base(f.Name), host, c.overall)}
	}
	return connectionFailure(host, err)
}

func connectionFailure(host string, err error) *Error {
	e := &Error{Class: fault.Transient, Err: err}
	on := httpkit.FailureOf(err, httpkit.Host{Name: "the catalog at " + host, Address: "the zone or the url"})
	if e.Message = on.Message; on.Kind == httpkit.ProxyLogin {
		e.Status = http.StatusProxyAuthRequired
	}
	switch {
	case on.Kind == httpkit.ProxyFails, on.Kind == httpkit.ProxyAway, on.Kind == httpkit.FewFiles:
	case on.Kind != httpkit.Other:
		e.Class, e.astray = fault.Invalid, true
	case isDial(err):
		e.Message = fmt.Sprintf("cannot reach the catalog at %s: check the network, HTTPS_PROXY, and the zone or the url", host)
	default:
		e.Message = fmt.Sprintf("the connection to the catalog at %s broke off: nothing to change if it passes; else check the network and HTTPS_PROXY", host)
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
			Message: fmt.Sprintf("%s cannot be read from where it lies: check the disk or the bucket", name),
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
