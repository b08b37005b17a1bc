package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// harmless is a query that reads nothing: the name of the root type.
const harmless = `{"query":"{__typename}"}`

// publicTries bounds how often the public API is asked while it is in trouble.
const publicTries = 3

// untriedError says why the token could not be tried.
type untriedError struct {
	why  string
	busy bool // the API is in trouble that may pass
}

// Error says why.
func (e *untriedError) Error() string { return "the catalog's token could not be tried: " + e.why }

// tryToken asks the zone's public API who calls. It proves that the token is known there, not that it may write, nor
// that it belongs to the source id. An error is an *untriedError unless the token is refused.
func (c *Client) tryToken(ctx context.Context, token string) error {
	if c.api == nil {
		return &untriedError{why: "with catalog.url there is no public API to ask"}
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	for attempt := 1; ; attempt++ {
		err := c.askPublic(ctx, token)
		var untried *untriedError
		if !errors.As(err, &untried) || !untried.busy || attempt == publicTries {
			return err
		}
		if httpkit.Sleep(ctx, c.backoff<<(attempt-1)) != nil {
			return err
		}
	}
}

func (c *Client) askPublic(ctx context.Context, token string) error {
	host := c.api.Host
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.api.String(), strings.NewReader(harmless))
	if err != nil {
		return &untriedError{why: host + " is no address"}
	}
	r.Header = http.Header{
		"Authorization": {"Token " + token}, "Content-Type": {"application/json"}, "Accept": {"application/json"}, "User-Agent": {c.userAgent},
	}
	answer, err := c.http.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the wrapping repeats the address
		}
		failed := connectionFailure(host, err)
		return &untriedError{why: host + " cannot be reached", busy: failed.Class == fault.Transient}
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostOfAnswer))
	if err != nil {
		return &untriedError{why: "the answer of " + host + " broke off", busy: true}
	}
	return c.judgePublic(answer.StatusCode, body, token)
}

// graphQL is an answer of the public API. With most of its refusals too, the status is 200.
type graphQL struct {
	Data *struct {
		Typename string `json:"__typename"`
	} `json:"data"`
	Errors []struct {
		Message    string `json:"message"`
		Extensions struct {
			Code string `json:"code"`
		} `json:"extensions"`
	} `json:"errors"`
}

// judgePublic reads an answer; nil means that the token is known. A 403 that is no JSON is a firewall's, which lets nobody ask.
func (c *Client) judgePublic(status int, body []byte, token string) error {
	host := c.api.Host
	if title, is := pageIn(body, token); is {
		return &untriedError{why: fmt.Sprintf("%s answers with a web page%s", host, title), busy: status >= http.StatusInternalServerError}
	}
	var said graphQL
	readable := json.Unmarshal(body, &said) == nil
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden && readable, said.unauthenticated():
		return &Error{Class: fault.LoginRefused, Status: status, Message: fmt.Sprintf(
			"the catalog does not know the token (asked at %s): check the token, and the zone, because a token is good in its own zone only", host)}
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		return &untriedError{why: fmt.Sprintf("%s is in trouble (%d)", host, status), busy: true}
	case status != http.StatusOK:
		return &untriedError{why: fmt.Sprintf("%s answers with %d", host, status)}
	case readable && (said.Data != nil && said.Data.Typename != "" && len(said.Errors) == 0 || said.forbidden()):
		return nil
	}
	return &untriedError{why: host + " answers with something else than was asked for"}
}

// unauthenticated says whether the answer refuses the token itself.
func (g *graphQL) unauthenticated() bool {
	for _, e := range g.Errors {
		text := strings.ToLower(e.Message)
		if strings.EqualFold(e.Extensions.Code, "UNAUTHENTICATED") ||
			e.Extensions.Code == "" && (strings.Contains(text, "unauthenticated") || strings.Contains(text, "unauthorized")) {
			return true
		}
	}
	return false
}

// forbidden says whether the answer refuses a known token the operation.
func (g *graphQL) forbidden() bool {
	return len(g.Errors) > 0 && strings.EqualFold(g.Errors[0].Extensions.Code, "FORBIDDEN")
}
