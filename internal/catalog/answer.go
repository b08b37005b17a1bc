package catalog

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// mostOfAnswer is what is read of an answer.
const mostOfAnswer = 64 << 10

// answer is what came back for a delivery.
type answer struct {
	status int
	header http.Header
	body   []byte // its beginning
	broken bool   // it broke off
}

// readAnswer takes the beginning of an answer, and what is left of a short one, so that the connection can be used again.
func readAnswer(response *http.Response) answer {
	body, err := io.ReadAll(io.LimitReader(response.Body, mostOfAnswer))
	return answer{status: response.StatusCode, header: response.Header, body: body, broken: err != nil}
}

// judge reads an answer; nil means delivered. What the catalog writes into the body of a success is not documented, and
// castor-upload does not look at it. So a success is believed unless the answer shows that somebody else gave it: a page,
// an error, an encoding nobody asked for, a status that no delivery has, or a body that came before the file was taken.
func (c *Client) judge(b *body, a answer, target *url.URL, token string) error {
	whole := b.whole.Load()
	err := c.verdict(b, a, target, token)
	var e *Error
	if errors.As(err, &e) && a.succeeds() && whole && !(a.broken && delivered(a.status)) {
		e.unclear = true // behind what changed the answer the catalog may have taken the file
	}
	return err
}

// succeeds says whether the status is one of success, whoever gave it.
func (a answer) succeeds() bool {
	return a.status >= http.StatusOK && a.status < http.StatusMultipleChoices
}

func (c *Client) verdict(b *body, a answer, target *url.URL, token string) error {
	if problem := b.problem(); problem != nil {
		return fileFailure(b.file, problem)
	}
	success := a.succeeds()
	page, is := pageIn(a.body, token)
	said, failed := reportsError(a.body, token)
	switch {
	case is && (success || a.status == http.StatusConflict):
		return c.webPage(a, page+server(a.header, token))
	case success && !b.whole.Load():
		return c.doubtful(a.status, "the catalog at %s answered before it had the whole file", c.base.Host)
	case success && a.broken:
		return c.doubtful(0, "the answer of the catalog at %s broke off", c.base.Host)
	case success && a.header.Get("Content-Encoding") != "":
		return c.doubtful(a.status, "an answer came from %s in an encoding that was not asked for: check whether a proxy or a login portal stands between", c.base.Host)
	case success && failed:
		return c.doubtful(a.status, "an answer%s came from %s (%d) that tells of an error in place of a delivery%s: "+
			"check whether a proxy or another service stands before the catalog", server(a.header, token), c.base.Host, a.status, inBrackets(said))
	case delivered(a.status):
		return nil
	case success:
		return c.noDelivery(a, token)
	}
	e := c.refusal(a.status, strings.TrimPrefix(target.Path, c.base.Path+"/"), httpkit.RetryAfter(a.header, time.Now()))
	switch {
	case is:
		e.Message += "; what answers is a web page" + page + server(a.header, token) + ", so it may come from a proxy or a portal"
	case a.header.Get("Location") != "" && a.status < http.StatusBadRequest:
		e.Message += leadsTo(a.header.Get("Location"))
	}
	return e
}

// delivered says whether a status is one that a delivery may have. The others of success are given by what stands between
// (203), or to requests of another kind (205, 206, 207, 208, 226).
func delivered(status int) bool {
	switch status {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent:
		return true
	}
	return false
}

// noDelivery is the error for a status of success that no delivery has.
func (c *Client) noDelivery(a answer, token string) *Error {
	return c.doubtful(a.status, "an answer%s came from %s with a status that no delivery has (%d): check the zone or the url, and whether a proxy "+
		"or another service stands before the catalog", server(a.header, token), c.base.Host, a.status)
}

// inBrackets writes what an answer says behind what is said of it.
func inBrackets(said string) string {
	if said == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", said)
}

func (c *Client) doubtful(status int, format string, args ...any) *Error {
	return &Error{Class: fault.Transient, Status: status, Message: fmt.Sprintf(format, args...)}
}

// webPage is the error for a web page that a proxy or a portal answers instead of the catalog.
func (c *Client) webPage(a answer, page string) *Error {
	return c.doubtful(a.status, "a web page%s came from %s (%d) in place of the catalog's answer: check whether a proxy or a login portal stands between",
		page, c.base.Host, a.status)
}

// pageIn says whether an answer is a page, and how people call it. A page that repeats the token is not quoted.
func pageIn(body []byte, token string) (called string, is bool) {
	title, is := httpkit.Page(body)
	if title == "" || token != "" && strings.Contains(title, token) {
		return "", is
	}
	return fmt.Sprintf(" called %q", title), is
}

// server is the program that gave an answer, where it says so.
func server(h http.Header, token string) string {
	const most = 40
	name := h.Get("Server")
	if name == "" || len(name) > most || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) ||
		token != "" && strings.Contains(name, token) {
		return ""
	}
	return fmt.Sprintf(" of %q", name)
}

// leadsTo names the host of a redirect. The rest of the address may hold what nobody should read.
func leadsTo(location string) string {
	to, err := url.Parse(location)
	if err != nil || to.Hostname() == "" {
		return ""
	}
	return fmt.Sprintf(" (it leads to %.100s)", to.Hostname())
}
