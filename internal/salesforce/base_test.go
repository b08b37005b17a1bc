package salesforce

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/klauspost/compress/gzip"

	"longhaul/internal/answertest"
)

func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

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
