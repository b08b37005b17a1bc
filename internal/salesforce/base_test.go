package salesforce

import (
	"net/http"
	"testing"

	"longhaul/internal/answertest"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	req := answertest.NewRequest(t, "GET", "https://h/")
	_, err := headers{"longhaul/1.0", answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("User-Agent") != "longhaul/1.0" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("got headers %v", r.Header)
		}
		return answertest.Reply(200, ""), nil
	})}.RoundTrip(req)
	if err != nil || len(req.Header) != 0 {
		t.Errorf("got %v; the request was changed to %v", err, req.Header)
	}
}
