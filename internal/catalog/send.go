package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/reach"
)

// File is a file to deliver. Send calls Open for every try.
type File struct {
	Name     string // its base name goes into the form
	Size     int64
	SHA256   string // hexadecimal; compared with what is read, unless it is empty
	Open     func() (io.ReadCloser, error)
	Progress func(sent int64) // may be nil; called from another goroutine as bytes of the file are handed over

	// Renamable files can be sent under another name, which costs little. So if only a proxy has answered before, a conflict is an
	// error and no delivery.
	Renamable bool
}

// Receipt proves a delivery. A Status of 409 means that an earlier try of the same Send had arrived after all. Together with an
// error it holds the reach alone.
type Receipt struct {
	Path   string
	Status int
	Bytes  int64
	SHA256 string
	At     time.Time

	Reach reach.Reach // of a Send that failed
}

// Send delivers a file to a path of Path, and tries a few times if an error may pass by itself. A try ends when it has made no
// progress for the client's timeout, and after an hour in any case. The error is an *Error, a *fault.Error for trouble with
// the file or the settings, or that of the context.
func (c *Client) Send(ctx context.Context, path string, f File) (Receipt, error) {
	target, err := c.to.target(path)
	if err != nil {
		return Receipt{Reach: reach.None}, err
	}
	token, err := c.readToken(ctx)
	if err != nil {
		return Receipt{Reach: reach.None}, err
	}
	var unanswered Receipt // of a try that may have arrived
	far := reach.None      // of all tries so far
	for attempt := 1; ; attempt++ {
		began := time.Now()
		receipt, err := c.try(ctx, target, token, f)
		c.observed(routeUpload, time.Since(began), err)
		receipt.Path = path
		switch {
		case err == nil:
			return receipt, nil
		case errors.Is(err, ErrConflict) && (far == reach.Unknown || far == reach.Proxy && !f.Renamable):
			unanswered.Path, unanswered.Status = path, http.StatusConflict
			return unanswered, nil
		case mayHaveArrived(err) && receipt.SHA256 != "":
			far = reach.Farther(far, reachOf(err))
			unanswered = receipt
		}
		pause, again := c.pause(err, attempt)
		if !again {
			return Receipt{Reach: far}, err
		}
		c.log.Warn("a delivery to the catalog failed and is tried again",
			zap.String("file", Base(f.Name)), zap.Int("attempt", attempt), zap.Duration("after", pause), zap.Error(err))
		if httpkit.Sleep(ctx, pause) != nil {
			return Receipt{Reach: far}, fmt.Errorf("sending %s to the catalog: %w", Base(f.Name), context.Cause(ctx))
		}
	}
}

// mayHaveArrived reports whether the catalog may have taken the file of a failed try whose whole body was sent. After a refusal it
// has not. After an error of the server, a broken connection, or a try that the caller ended, it may have. Callers end a try with
// errors of their own: that of Temporal is seldom context.Canceled.
func mayHaveArrived(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return true
	}
	return e.Class == fault.Transient && e.Status != http.StatusNetworkAuthenticationRequired &&
		(e.Status == 0 || e.unclear || e.Status >= http.StatusInternalServerError)
}

// try sends the file once. The receipt is filled as soon as the whole body was sent, even if an error follows.
func (c *Client) try(parent context.Context, target *url.URL, token string, f File) (Receipt, error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	ctx, release := context.WithTimeoutCause(ctx, c.overall, errTooLong)
	defer release()
	dog := watch(c.timeout, func() { cancel(errStalled) })
	defer dog.stop()

	b, err := newBody(f, func(sent int64) {
		dog.pat()
		if f.Progress != nil {
			f.Progress(sent)
		}
	})
	if err != nil {
		return Receipt{}, fileFailure(f, err)
	}
	defer b.over.Store(true)
	response, err := c.http.Do(c.request(ctx, target, token, b)) // closes b
	if err != nil {
		return b.receipt(0), c.failure(parent, ctx, b, err)
	}
	defer func() { _ = response.Body.Close() }()
	return b.receipt(response.StatusCode), c.to.outcome(b, readAnswer(response), target, token)
}

func (c *Client) request(ctx context.Context, target *url.URL, token string, b *body) *http.Request {
	r := &http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Body: b, ContentLength: b.length(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": {"Token " + token},
			"Content-Type":  {b.contentType()},
			"Accept":        {"text/csv, application/json"},
			"User-Agent":    {c.userAgent},
		},
	}
	return r.WithContext(ctx)
}

// pause returns whether to try again, and after how long: as long as the catalog asks, else with growing pauses and jitter.
func (c *Client) pause(err error, attempt int) (time.Duration, bool) {
	f := fault.From(err)
	if f == nil || attempt >= c.attempts || f.Class != fault.Transient && f.Class != fault.Throttled {
		return 0, false
	}
	if f.RetryAfter > 0 {
		return f.RetryAfter, f.RetryAfter <= longestPause
	}
	grown := min(c.backoff<<min(attempt-1, 10), longestPause)
	return grown/2 + rand.N(grown), true
}
