package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/warning"
)

// harmless is a query that reads nothing: the name of the root type.
const harmless = `{"query":"{__typename}"}`

// publicTries bounds the requests to a public API that is in trouble.
const publicTries = 3

// untriedError says why the token could not be tried.
type untriedError struct {
	why  warning.Warning
	busy bool // the API is in trouble, which may pass
}

// Error says why.
func (e *untriedError) Error() string {
	return "the catalog's token could not be tried: " + e.why.Sentence()
}

// publicAPI is the public GraphQL API of a zone, which takes the same tokens as uploads do.
type publicAPI struct {
	address   *url.URL
	http      *http.Client
	backoff   time.Duration
	userAgent string
	observed  func(route string, took time.Duration, err error)
}

// tryToken sends a harmless query. An answer proves that the API knows the token, not that the token may write, nor that it
// belongs to the source id. An error is an *untriedError unless the token is refused.
func (p *publicAPI) tryToken(ctx context.Context, token string) error {
	if p == nil {
		return &untriedError{why: warning.New(warning.NoPublicAPI, nil)}
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	for attempt := 1; ; attempt++ {
		began := time.Now()
		err := p.ask(ctx, token)
		p.observed(routeToken, time.Since(began), err)
		var untried *untriedError
		if !errors.As(err, &untried) || !untried.busy || attempt == publicTries {
			return err
		}
		if httpkit.Sleep(ctx, p.backoff<<(attempt-1)) != nil {
			return err
		}
	}
}

func (p *publicAPI) ask(ctx context.Context, token string) error {
	host := p.address.Host
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address.String(), strings.NewReader(harmless))
	if err != nil {
		return &untriedError{why: warning.New(warning.NoAddress, warning.Params{"host": host})}
	}
	r.Header = http.Header{
		"Authorization": {"Token " + token}, "Content-Type": {"application/json"}, "Accept": {"application/json"}, "User-Agent": {p.userAgent},
	}
	answer, err := p.http.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the wrapping repeats the address
		}
		failed := connectionFailure(host, err)
		why := warning.New(warning.HostUnreachable, warning.Params{"host": host, "cause": fault.Short(failed.Err.Error(), longestCause)})
		return &untriedError{why: why, busy: failed.Class == fault.Transient}
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostOfAnswer))
	if err != nil {
		return &untriedError{why: warning.New(warning.AnswerBroken, warning.Params{"host": host}), busy: true}
	}
	return p.outcome(answer.StatusCode, body, token)
}

// graphQL is an answer of the public API. Most of its refusals have status 200 as well.
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

// outcome returns nil if an answer means that the token is known. A 403 that is no JSON comes from a firewall, which lets nobody
// ask.
func (p *publicAPI) outcome(status int, body []byte, token string) error {
	host, code := p.address.Host, strconv.Itoa(status)
	if title, is := titleOf(body, token); is {
		page := warning.Params{"host": host}
		if title != "" {
			page["title"] = title
		}
		return &untriedError{why: warning.New(warning.AnswerPage, page), busy: status >= http.StatusInternalServerError}
	}
	var said graphQL
	readable := json.Unmarshal(body, &said) == nil
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden && readable, said.unauthenticated():
		return &Error{Class: fault.LoginRefused, Status: status, Message: fmt.Sprintf(
			"the catalog does not know the token (asked at %s): check the token, and the zone, because a token is good in its own zone only", host)}
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		return &untriedError{why: warning.New(warning.AnswerTrouble, warning.Params{"host": host, "status": code}), busy: true}
	case status != http.StatusOK:
		return &untriedError{why: warning.New(warning.AnswerStatus, warning.Params{"host": host, "status": code})}
	case readable && (said.Data != nil && said.Data.Typename != "" && len(said.Errors) == 0 || said.forbidden()):
		return nil
	}
	return &untriedError{why: warning.New(warning.AnswerOther, warning.Params{"host": host})}
}

// unauthenticated reports whether the answer refuses the token itself.
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

// forbidden reports whether the answer knows the token and refuses the operation.
func (g *graphQL) forbidden() bool {
	return len(g.Errors) > 0 && strings.EqualFold(g.Errors[0].Extensions.Code, "FORBIDDEN")
}
