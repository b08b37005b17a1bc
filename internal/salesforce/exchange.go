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
)

// longestBody is how much of an answer is read, unpacked.
const longestBody = 64 << 20

// tolerant reads JSON as Salesforce writes it: a name that comes twice is no reason to lose a report.
var tolerant = jsontext.AllowDuplicateNames(true)

// get asks for path below the instance and lets accept read the body of the answer, anew at every try. It gives what the
// header of the answer told that was accepted.
func (c *Client) get(ctx context.Context, op, path string, accept func(io.Reader) error) (facts, error) {
	var told facts
	err := c.retry.do(ctx, func(ctx context.Context) (err error) {
		told, err = c.try(ctx, c.stack, op, c.base.String()+path, accept)
		return err
	})
	return told, err
}

// versioned gives the path of a resource in the client's version of the API.
func (c *Client) versioned(resource string) string { return dataPath + "v" + c.version + resource }

func (c *Client) try(
	ctx context.Context, way http.RoundTripper, op, url string, accept func(io.Reader) error,
) (told facts, err error) {
	tried, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	tried, heard := listen(tried)
	req, err := http.NewRequestWithContext(tried, http.MethodGet, url, nil)
	if err != nil {
		return told, &Error{Class: fault.Invalid, Op: op, sentence: "a request has no valid address: this is a fault of Longhaul; please report it"}
	}
	resp, err := way.RoundTrip(req) //nolint:bodyclose // finish closes it
	if err != nil {
		return told, c.broken(ctx, op, err)
	}
	defer finish(resp.Body)
	if resp.StatusCode != http.StatusOK {
		err := c.refused(ctx, op, resp, heard)
		if e := errorIn(err); e != nil && e.Busy() {
			press(ctx)
		}
		return told, err
	}
	if resp.Header.Get("Retry-After") != "" {
		press(ctx)
	}
	body := &beginning{from: resp.Body}
	if isJSON(resp.Header) {
		err = accept(body)
	} else {
		err = errNoJSON
	}
	if err != nil {
		if ctx.Err() != nil {
			return told, fmt.Errorf("%s: %w", op, ctx.Err())
		}
		return told, c.damaged(op, resp, body, err)
	}
	return heard.believe(ctx, c.belief), nil
}

// broken is the error of a request without an answer. The end of the caller's own context is no fault of Salesforce,
// and what a login has classed already stays as it is.
func (c *Client) broken(ctx context.Context, op string, err error) error {
	e := errorIn(err)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", op, ctx.Err())
	case e != nil && e.Op == "": // held back by an allowance, which does not know what was asked
		e.Op = op
		return err
	case fault.From(err) != nil:
		return err
	default:
		return unreachable(op, c.instance().host, err)
	}
}

func (c *Client) refused(ctx context.Context, op string, resp *http.Response, heard *heard) error {
	body := &beginning{from: resp.Body}
	text, err := io.ReadAll(io.LimitReader(body, longestErrorBody))
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, ctx.Err())
	}
	if err != nil {
		return c.damaged(op, resp, body, err)
	}
	a := answer{
		op: op, host: c.instance().host, version: c.version,
		status: resp.StatusCode, header: resp.Header, body: text, hide: c.hidden(),
	}
	if a.isSaid() {
		a.told = heard.believe(ctx, c.belief)
	}
	return a.classify()
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
	if isSyntax || errors.Is(err, errNoJSON) || errors.Is(err, errUnreadable) {
		if page := pageIn(body.start(), c.hidden()); page != nil {
			err, isSyntax = page, false
		}
	}
	switch {
	case errors.Is(err, ErrTooLarge), errors.Is(err, ErrNoColumns), errors.Is(err, errWebPage), errors.Is(err, errNoJSON),
		errors.Is(err, errContradiction):
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = errCut
	case isSyntax:
		err = errUnreadable
	default:
		if isTimeout(err) {
			return unreachable(op, c.instance().host, err)
		}
		err = quiet(err)
	}
	e := unreadable(op, c.instance().host, err)
	e.Status, e.Date = resp.StatusCode, c.belief.expected(time.Now()) // its own date proves nothing
	return e
}

// isJSON says whether an answer claims to be JSON: a page of a portal comes with status 200 as well.
func isJSON(header http.Header) bool {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}
