package salesforce

import (
	"bytes"
	"io"
	"net/http"

	"longhaul/internal/fault"
)

// bearer sends each request to the session's instance with its token. When the session has ended it waits for a new
// one and repeats the request once; the two refusals that no login mends are handed on as they are.
type bearer struct {
	session *session
	owner   *owner
	next    http.RoundTripper
}

func (t bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	g, err := t.session.of(req.Context(), t.owner, 0)
	if err != nil {
		return nil, err
	}
	resp, err := t.send(req, g)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || isPolicy(resp) {
		return resp, err
	}
	finish(resp.Body)
	if g, err = t.session.of(req.Context(), t.owner, g.generation); err != nil {
		return nil, err
	}
	return t.send(req, g)
}

func (t bearer) send(req *http.Request, g *grant) (*http.Response, error) {
	sent := req.Clone(req.Context())
	sent.URL.Scheme, sent.URL.Host, sent.Host = g.instance.scheme, g.instance.host, ""
	sent.Header.Set("Authorization", "Bearer "+g.token)
	return t.next.RoundTrip(sent)
}

// isPolicy says whether a 401 is one that a new login would only meet again. The body stays readable.
func isPolicy(resp *http.Response) bool {
	body, err := io.ReadAll(io.LimitReader(resp.Body, longestErrorBody))
	finish(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return false
	}
	return answer{status: resp.StatusCode, body: body}.classify().Class == fault.SessionPolicy
}

// finish reads what little is left of a body, so that the connection can be used again, and closes it.
func finish(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, longestErrorBody)
	_ = body.Close()
}
