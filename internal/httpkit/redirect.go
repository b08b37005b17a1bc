package httpkit

import (
	"fmt"
	"net/http"
	"net/url"
)

// mostRedirects is how many redirects one request follows.
const mostRedirects = 3

// Redirects is a layer that follows redirects within the same scheme and host, for GET alone. It refuses every other redirect: the
// token, or the login itself, must not go there.
type Redirects struct{ Next http.RoundTripper }

// RoundTrip sends the request on and follows what it may follow.
func (t Redirects) RoundTrip(req *http.Request) (*http.Response, error) {
	for range mostRedirects + 1 {
		resp, err := t.Next.RoundTrip(req)
		if err != nil || !isRedirect(resp.StatusCode) {
			return resp, err
		}
		Finish(resp.Body)
		to, err := req.URL.Parse(resp.Header.Get("Location"))
		if err != nil || req.Method != http.MethodGet || to.Scheme != req.URL.Scheme || to.Host != req.URL.Host || to.User != nil {
			return nil, &RedirectError{Status: resp.StatusCode, To: hostOf(to)}
		}
		req = req.Clone(req.Context())
		req.URL = to
	}
	return nil, &RedirectError{Status: http.StatusLoopDetected, To: req.URL.Host}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

func hostOf(u *url.URL) string {
	if u == nil || u.Host == "" {
		return "another address"
	}
	return u.Host
}

// RedirectError is a redirect that was not followed.
type RedirectError struct {
	Status int
	To     string // the host as the server wrote it: clean it before it is shown
}

// Error names the status and the host.
func (e *RedirectError) Error() string { return fmt.Sprintf("redirect (%d) to %s", e.Status, e.To) }
