package usage

import (
	"net/http"
	"strings"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/origin"
)

// Counter is a layer that counts every request that is sent, each try by itself, holds back what a call budget does not cover, and keeps
// the header of every answer for an Observation.
type Counter struct{ Next http.RoundTripper }

// RoundTrip sends a request if its call budget covers it.
func (t Counter) RoundTrip(req *http.Request) (*http.Response, error) {
	m, b := meterOf(req.Context()), budgetOf(req.Context())
	isCall := countsAsCall(req.URL.Path)
	if b != nil && isCall {
		if err := b.spend(); err != nil {
			return nil, err
		}
	}
	resp, err := t.Next.RoundTrip(req)
	if err != nil && httpkit.NeverSent(err) {
		if b != nil && isCall {
			b.refund()
		}
		return nil, err
	}
	if m != nil {
		m.count(req.URL.Path, isCall)
	}
	var mark int64
	if b != nil && isCall {
		mark = b.answered()
	}
	if resp != nil {
		note(req.Context(), resp.Header, mark)
	}
	return resp, err
}

// countsAsCall reports whether Salesforce counts a request: it counts everything below a version, and not the list of versions.
func countsAsCall(path string) bool {
	rest, ok := strings.CutPrefix(path, origin.DataPath)
	return ok && len(rest) > 1 && rest[0] == 'v' && isDigit(rest[1])
}
