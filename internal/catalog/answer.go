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

// mostOfAnswer bounds what is read of an answer.
const mostOfAnswer = 64 << 10

// answer is the response to a delivery.
type answer struct {
	status int
	header http.Header
	body   []byte // its beginning
	broken bool   // it broke off
}

// readAnswer reads the beginning of an answer. A short answer is read to its end, so that the connection can be used again.
func readAnswer(response *http.Response) answer {
	body, err := io.ReadAll(io.LimitReader(response.Body, mostOfAnswer))
	return answer{status: response.StatusCode, header: response.Header, body: body, broken: err != nil}
}

// outcome returns nil if an answer means that the file was delivered, else the error. What the catalog writes into the body of a
// success is not documented, and castor-upload does not look at it. So a success is believed unless the answer shows that
// something else gave it: a page, an error, an encoding that was not asked for, a status that no delivery has, or an answer
// that came before the whole file was sent.
func (d destination) outcome(b *body, a answer, target *url.URL, token string) error {
	whole := b.whole.Load()
	err := d.classify(b, a, target, token)
	var e *Error
	if errors.As(err, &e) && a.succeeds() && whole && !(a.broken && delivered(a.status)) {
		e.unclear = true // something changed the answer, and the catalog behind it may have taken the file
	}
	return err
}

// succeeds reports whether the status is one of success, whoever gave it.
func (a answer) succeeds() bool {
	return a.status >= http.StatusOK && a.status < http.StatusMultipleChoices
}

func (d destination) classify(b *body, a answer, target *url.URL, token string) error {
	if problem := b.problem(); problem != nil {
		return fileFailure(b.file, problem)
	}
	success := a.succeeds()
	page, is := pageIn(a.body, token)
	said, failed := reportsError(a.body, token)
	switch {
	case is && (success || a.status == http.StatusConflict):
		return d.webPage(a, page+server(a.header, token))
	case success && !b.whole.Load():
		return d.doubtful(a.status, "the catalog at %s answered before it had the whole file: check whether a proxy is in between", d.base.Host)
	case success && a.broken:
		return d.doubtful(0, "the answer of the catalog at %s broke off: nothing to change if it passes; else check the network and HTTPS_PROXY", d.base.Host)
	case success && a.header.Get("Content-Encoding") != "":
		return d.doubtful(a.status, "an answer came from %s in an encoding that was not requested: check whether a proxy or a login portal is in between", d.base.Host)
	case success && failed:
		return d.doubtful(a.status, "an answer%s came from %s (%d) that reports an error instead of a delivery%s: "+
			"check whether a proxy or another service is in front of the catalog", server(a.header, token), d.base.Host, a.status, inBrackets(said))
	case delivered(a.status):
		return nil
	case success:
		return d.noDelivery(a, token)
	}
	e := d.refusal(a.status, strings.TrimPrefix(target.Path, d.base.Path+"/"), httpkit.RetryAfter(a.header, time.Now()))
	switch {
	case is:
		e.Message += "; what answers is a web page" + page + server(a.header, token) + ", so it may come from a proxy or a portal"
	case a.header.Get("Location") != "" && a.status < http.StatusBadRequest:
		e.Message += leadsTo(a.header.Get("Location"))
	}
	return e
}

// delivered reports whether a status is one that a delivery may have. The other statuses of success come from a proxy (203),
// or answer requests of another kind (205, 206, 207, 208, 226).
func delivered(status int) bool {
	switch status {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent:
		return true
	}
	return false
}

// noDelivery is the error for a status of success that no delivery has.
func (d destination) noDelivery(a answer, token string) *Error {
	return d.doubtful(a.status, "an answer%s came from %s with a status that no delivery has (%d): check the zone or the url, and whether a proxy "+
		"or another service is in front of the catalog", server(a.header, token), d.base.Host, a.status)
}

// inBrackets formats the words of an answer for the end of a sentence about it.
func inBrackets(said string) string {
	if said == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", said)
}

func (d destination) doubtful(status int, format string, args ...any) *Error {
	return &Error{Class: fault.Transient, Status: status, Message: fmt.Sprintf(format, args...)}
}

// webPage is the error for a web page of a proxy or a portal instead of the catalog's answer.
func (d destination) webPage(a answer, page string) *Error {
	return d.doubtful(a.status, "a web page%s came from %s (%d) instead of the catalog's answer: check whether a proxy or a login portal is in between",
		page, d.base.Host, a.status)
}

// pageIn reports whether an answer is a web page, and its title for a sentence. A title that repeats the token is not quoted.
func pageIn(body []byte, token string) (called string, is bool) {
	title, is := titleOf(body, token)
	if title == "" {
		return "", is
	}
	return fmt.Sprintf(" called %q", title), is
}

// titleOf gives the title of a page; empty where it has none, or one that holds the token.
func titleOf(body []byte, token string) (title string, is bool) {
	title, is = httpkit.Page(body)
	if token != "" && strings.Contains(title, token) {
		return "", is
	}
	return title, is
}

// server names the program that gave an answer, if the answer says so.
func server(h http.Header, token string) string {
	const most = 40
	name := h.Get("Server")
	if name == "" || len(name) > most || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) ||
		token != "" && strings.Contains(name, token) {
		return ""
	}
	return fmt.Sprintf(" of %q", name)
}

// leadsTo names the host of a redirect. The rest of the address may contain a secret.
func leadsTo(location string) string {
	to, err := url.Parse(location)
	if err != nil || to.Hostname() == "" {
		return ""
	}
	return fmt.Sprintf(" (it leads to %.100s)", to.Hostname())
}
