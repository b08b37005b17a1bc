package salesforce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

// longestBody is how much of an answer is read, unpacked.
const longestBody = 64 << 20

// get asks for path below the instance and lets accept read the body of the answer, anew at every try. It gives what the
// header of the answer told that was accepted.
func (c *Client) get(ctx context.Context, op, path string, accept func(io.Reader) error) (usage.Facts, error) {
	var told usage.Facts
	err := c.retry.do(ctx, func(ctx context.Context) (err error) {
		told, err = c.try(ctx, c.stack, op, c.base.String()+path, accept)
		return err
	})
	return told, err
}

// versioned gives the path of a resource in the client's version of the API.
func (c *Client) versioned(resource string) string {
	return origin.DataPath + "v" + c.version + resource
}

func (c *Client) try(
	ctx context.Context, way http.RoundTripper, op, url string, accept func(io.Reader) error,
) (told usage.Facts, err error) {
	tried, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	tried, heard := usage.Observe(tried)
	req, err := http.NewRequestWithContext(tried, http.MethodGet, url, nil)
	if err != nil {
		return told, &apierror.Error{Class: fault.Invalid, Op: op, Sentence: "a request has no valid address: this is a fault of Longhaul; please report it"}
	}
	resp, err := way.RoundTrip(req) //nolint:bodyclose // finish closes it
	if err != nil {
		return told, c.broken(ctx, op, err)
	}
	defer httpkit.Finish(resp.Body)
	if resp.StatusCode != http.StatusOK {
		told, err := c.refused(ctx, op, resp, heard)
		if e := apierror.From(err); e != nil && e.Busy() {
			usage.Throttled(ctx)
		}
		return told, err
	}
	if resp.Header.Get("Retry-After") != "" {
		usage.Throttled(ctx)
	}
	body := &beginning{from: resp.Body}
	if isJSON(resp.Header) {
		err = accept(body)
	} else {
		err = apierror.ErrNotJSON
	}
	if err != nil {
		if ctx.Err() != nil {
			return told, fmt.Errorf("%s: %w", op, ctx.Err())
		}
		return told, c.damaged(op, resp, body, err)
	}
	return heard.Accept(ctx, c.belief), nil
}

// broken is the error of a request without an answer. The end of the caller's own context is no fault of Salesforce,
// and what a login has classed already stays as it is.
func (c *Client) broken(ctx context.Context, op string, err error) error {
	e := apierror.From(err)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", op, ctx.Err())
	case e != nil && e.Op == "": // held back by an allowance, which does not know what was asked
		e.Op = op
		return err
	case fault.From(err) != nil:
		return err
	default:
		return apierror.Unreachable(op, c.instance().Host, err)
	}
}

func (c *Client) refused(ctx context.Context, op string, resp *http.Response, heard *usage.Observation) (told usage.Facts, err error) {
	body := &beginning{from: resp.Body}
	text, err := io.ReadAll(io.LimitReader(body, apierror.LongestBody))
	if ctx.Err() != nil {
		return told, fmt.Errorf("%s: %w", op, ctx.Err())
	}
	if err != nil {
		return told, c.damaged(op, resp, body, err)
	}
	a := apierror.Answer{
		Op: op, Host: c.instance().Host, Version: c.version,
		Status: resp.StatusCode, Header: resp.Header, Body: text, Hide: c.hidden(),
	}
	if a.FromSalesforce() {
		told = heard.Accept(ctx, c.belief)
		a.Date = told.Date
	}
	return told, a.Classify()
}

// hidden are the values that no error repeats.
func (c *Client) hidden() []string {
	if g := c.session.peek(); g != nil {
		return g.hide
	}
	return nil
}

// damaged is the error of an answer that began well and cannot be read.
func (c *Client) damaged(op string, resp *http.Response, body *beginning, err error) error {
	var syntax *jsontext.SyntacticError
	isSyntax := errors.As(err, &syntax)
	if isSyntax || errors.Is(err, apierror.ErrNotJSON) || errors.Is(err, decode.ErrUnreadable) {
		if page := apierror.Page(body.start(), c.hidden()); page != nil {
			err, isSyntax = page, false
		}
	}
	switch {
	case errors.Is(err, httpkit.ErrTooLarge), errors.Is(err, apierror.ErrNoColumns), errors.Is(err, apierror.ErrWebPage), errors.Is(err, apierror.ErrNotJSON),
		errors.Is(err, apierror.ErrContradiction):
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = apierror.ErrTruncated
	case isSyntax:
		err = decode.ErrUnreadable
	default:
		if apierror.IsTimeout(err) {
			return apierror.Unreachable(op, c.instance().Host, err)
		}
		err = apierror.Quiet(err)
	}
	e := apierror.Unreadable(op, c.instance().Host, err)
	e.Status, e.Date = resp.StatusCode, c.belief.Expected(time.Now()) // its own date proves nothing
	return e
}

// isJSON says whether an answer claims to be JSON: a page of a portal comes with status 200 as well.
func isJSON(header http.Header) bool {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}
