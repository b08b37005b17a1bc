package receiver

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/source"
)

// address reads the address of a receiver again, so that a new one is found.
func address(ctx context.Context, secret source.Secret, setting string) (string, error) {
	text, err := secret.Resolve(ctx)
	switch {
	case err != nil:
		return "", err
	case strings.TrimSpace(text) != text || text == "":
		return "", unsent(fault.Invalid, "the %s of the receiver is empty, or begins or ends with a space: put the address there alone", setting)
	}
	return text, nil
}

// parse reads an address that gets JSON by POST. Only this machine may be reached without TLS.
func parse(text, setting string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, unsent(fault.Invalid, "the %s of the receiver is no address: write it as https://host/path", setting)
	case u.Scheme == "https", u.Scheme == "http" && httpkit.IsLoopback(u.Hostname()):
		return u, nil
	}
	return nil, unsent(fault.Invalid, "the %s of the receiver must begin with https://: others can read messages on the way", setting)
}

// post sends JSON and looks at the status alone. Redirects are not followed: they would take the message elsewhere.
func (s *Sender) post(ctx context.Context, to *url.URL, body []byte, header http.Header) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return unsent(fault.Invalid, "the address of the receiver cannot be used: check its url")
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", s.options.UserAgent)
	if password, set := to.User.Password(); set {
		request.SetBasicAuth(to.User.Username(), password)
	}
	answer, err := s.options.Transport.RoundTrip(request) //nolint:bodyclose // Finish closes it
	if err != nil {
		if known := unanswered(ctx, err); known != nil {
			return known
		}
		return unsent(fault.Transient, "the connection to the receiver broke: nothing to change if it passes; else check whether it runs")
	}
	defer httpkit.Finish(answer.Body)
	return answered(answer.StatusCode, answer.Header, s.now())
}
