package httpkit

import (
	"net/http"
	"testing"
)

const someDate = "Mon, 23 Nov 2026 18:16:10 GMT"

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"17", "0", "-5", "1e3", "99999999999999999999", "Mon, 23 Nov 2026 18:17:10 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "soon",
	} {
		f.Add(seed, someDate)
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		header := http.Header{"Retry-After": {value}, "Date": {date}}
		if got := RetryAfter(header, Date(header)); got < 0 || got > longestRetryAfter {
			t.Fatalf("%q on %q is a wait of %v", value, date, got)
		}
	})
}
