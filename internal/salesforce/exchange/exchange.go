// Package exchange sends one request to an org and reads its answer: in a few tries, bounded in time and size, with classed errors.
package exchange

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

// LongestBody is how many bytes of an answer are read, unpacked.
const LongestBody = 64 << 20

// Place is where requests go at a moment.
type Place struct {
	Instance   origin.Origin
	Secrets    []string // that no error repeats, should the other side send them back
	Generation uint64   // tells sessions apart; 0 before the first
}

// Session knows where requests go.
type Session interface{ Place() Place }

// Without is the session of requests that need none.
type Without struct{ Origin origin.Origin }

// Place is the origin itself.
func (w Without) Place() Place { return Place{Instance: w.Origin} }

// Exchange is what all requests to one org share. It is safe for concurrent use.
type Exchange struct {
	Base      origin.Origin // of the addresses of requests; the layer of the session leads them to its instance
	Version   string        // of the API
	Timeout   time.Duration // of one try
	Retry     Retrier
	Session   Session
	Consensus *usage.Consensus
	Way       http.RoundTripper // with the session
	Open      http.RoundTripper // without it
	Observed  Observer          // may be nil
}

// Get requests a path below the instance and lets accept read the body of the answer, again at every try. It returns what the header
// of Salesforce's own answer reports, beside an error too.
func (x *Exchange) Get(ctx context.Context, op, path string, accept func(io.Reader) error) (usage.Facts, error) {
	return x.do(ctx, x.Way, op, x.Base.String()+path, accept)
}

// Versioned is the path of a resource in the client's version of the API.
func (x *Exchange) Versioned(resource string) string {
	return origin.DataPath + "v" + x.Version + resource
}

func (x *Exchange) do(
	ctx context.Context, way http.RoundTripper, op, url string, accept func(io.Reader) error,
) (reported usage.Facts, err error) {
	err = x.Retry.Do(ctx, func(ctx context.Context) (err error) {
		began := time.Now()
		reported, err = x.try(ctx, way, op, url, accept)
		x.Observe(op, x.routeOf(url), began, err)
		return err
	})
	return reported, err
}

func (x *Exchange) try(
	ctx context.Context, way http.RoundTripper, op, url string, accept func(io.Reader) error,
) (reported usage.Facts, err error) {
	tried, cancel := context.WithTimeout(ctx, x.Timeout)
	defer cancel()
	tried, observation := usage.Observe(tried)
	req, err := http.NewRequestWithContext(tried, http.MethodGet, url, nil)
	if err != nil {
		return reported, &apierror.Error{
			Class: fault.Invalid, Op: op, Sentence: "a request has no valid address: this is a fault of Longhaul; please report it",
		}
	}
	resp, err := way.RoundTrip(req) //nolint:bodyclose // Finish closes it
	if err != nil {
		return reported, x.unanswered(ctx, op, err)
	}
	defer httpkit.Finish(resp.Body)
	if resp.StatusCode != http.StatusOK {
		reported, err := x.refused(ctx, op, resp, observation)
		if e := apierror.From(err); e != nil && e.Busy() {
			usage.Throttled(ctx)
		}
		return reported, err
	}
	if resp.Header.Get("Retry-After") != "" {
		usage.Throttled(ctx)
	}
	body := &recorder{from: resp.Body}
	if isJSON(resp.Header) {
		err = accept(body)
	} else {
		err = apierror.ErrNotJSON
	}
	if err != nil {
		if ctx.Err() != nil {
			return reported, fmt.Errorf("%s: %w", op, ctx.Err())
		}
		return reported, x.damaged(op, resp, body, err)
	}
	return observation.Accept(ctx, x.Consensus), nil
}

// unanswered is the error of a request without an answer. The end of the caller's own context is no fault of Salesforce, and what a
// login has classed already stays as it is.
func (x *Exchange) unanswered(ctx context.Context, op string, err error) error {
	e := apierror.From(err)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", op, ctx.Err())
	case e != nil && e.Op == "": // held back by a call budget, which does not know the operation
		e.Op = op
		return err
	case fault.From(err) != nil:
		return err
	default:
		return apierror.Unreachable(op, x.Session.Place().Instance.Host, err)
	}
}

// refused is the error of an answer with another status than 200.
func (x *Exchange) refused(ctx context.Context, op string, resp *http.Response, o *usage.Observation) (reported usage.Facts, err error) {
	body := &recorder{from: resp.Body}
	text, err := io.ReadAll(io.LimitReader(body, apierror.LongestBody))
	if ctx.Err() != nil {
		return reported, fmt.Errorf("%s: %w", op, ctx.Err())
	}
	if err != nil {
		return reported, x.damaged(op, resp, body, err)
	}
	place := x.Session.Place()
	a := apierror.Answer{
		Op: op, Host: place.Instance.Host, Version: x.Version,
		Status: resp.StatusCode, Header: resp.Header, Body: text, Hide: place.Secrets,
	}
	if a.FromSalesforce() {
		reported = o.Accept(ctx, x.Consensus)
		a.Date = reported.Date
	}
	return reported, a.Classify()
}
