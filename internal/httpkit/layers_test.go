package httpkit

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"longhaul/internal/answertest"
)

func TestGzip_unpacks(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("columns ", 5000)
	whole := answertest.Gzip(t, text)
	for _, row := range []struct {
		name, body, encoding, want string
		cut                        bool
	}{
		{"a packed body", whole, "gzip", text, false},
		{"a plain body", text, "", text, false},
		{"an empty body that claims to be packed", "", "gzip", "", false},
		{"a packed body cut in the middle", whole[:len(whole)/2], "gzip", "", true},
		{"a packed body without its checksum", whole[:len(whole)-8], "gzip", "", true},
		{"a packed body without its last byte", whole[:len(whole)-1], "gzip", "", true},
		{"a damaged checksum", whole[:len(whole)-8] + "12345678", "gzip", "", true},
		{"a body that is not packed", "<html>no gzip here</html>", "gzip", "", true},
	} {
		bottom := answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Header.Get("Accept-Encoding") != "gzip" {
				t.Errorf("%s: gzip is not asked for", row.name)
			}
			return answertest.Reply(200, row.body, "Content-Encoding: "+row.encoding), nil
		})
		for range 2 { // the second time with a reader from the pool
			resp, err := Gzip{bottom}.RoundTrip(answertest.NewRequest(t, "GET", "https://h/"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			if row.cut != (err != nil) {
				t.Errorf("%s: got error %v", row.name, err)
			}
			if !row.cut && string(got) != row.want {
				t.Errorf("%s: got %d bytes, want %d", row.name, len(got), len(row.want))
			}
			if err := resp.Body.Close(); err != nil {
				t.Errorf("%s: closing: %v", row.name, err)
			}
			if _, err := resp.Body.Read(make([]byte, 1)); err == nil {
				t.Errorf("%s: a closed body can be read", row.name)
			}
		}
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, method, location string
		refused                string // the host in the error; followed when empty
	}{
		{"within the host", "GET", "/services/data/v59.0/query", ""},
		{"within the host by a whole address", "GET", "https://acme.my.salesforce.com/other", ""},
		{"to another host", "GET", "https://evil.example/services", "evil.example"},
		{"to another port", "GET", "https://acme.my.salesforce.com:8443/", "acme.my.salesforce.com:8443"},
		{"away from TLS", "GET", "http://acme.my.salesforce.com/", "acme.my.salesforce.com"},
		{"of a login, even within the host", "POST", "/services/oauth2/token2", "acme.my.salesforce.com"},
		{"to nowhere", "GET", "https://%zz/", "another address"},
	} {
		var seen []string
		bottom := answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			seen = append(seen, r.URL.String())
			if len(seen) > 1 {
				return answertest.Reply(200, "arrived"), nil
			}
			return answertest.Reply(302, "", "Location: "+row.location), nil
		})
		resp, err := Redirects{bottom}.RoundTrip(answertest.NewRequest(t, row.method, "https://acme.my.salesforce.com/start"))
		var moved *RedirectError
		switch {
		case row.refused == "" && (err != nil || resp.StatusCode != 200 || len(seen) != 2):
			t.Errorf("%s: got %v after %q", row.name, err, seen)
		case row.refused != "" && (!errors.As(err, &moved) || moved.To != row.refused || len(seen) != 1):
			t.Errorf("%s: got %v after %q, want a refusal that names %s", row.name, err, seen, row.refused)
		}
	}
}

func TestRedirects_endInACircle(t *testing.T) {
	t.Parallel()
	asked := 0
	bottom := answertest.RoundTrip(func(*http.Request) (*http.Response, error) {
		asked++
		return answertest.Reply(307, "", "Location: /again"), nil
	})
	_, err := Redirects{bottom}.RoundTrip(answertest.NewRequest(t, "GET", "https://h/"))
	if err == nil || asked != mostRedirects+1 {
		t.Errorf("got %v after %d requests", err, asked)
	}
}

func TestCapped(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		size int
		want error
	}{
		{"below the bound", 9, nil}, {"at the bound", 10, nil}, {"above the bound", 11, ErrTooLarge},
	} {
		b := &Capped{From: iotest.OneByteReader(strings.NewReader(strings.Repeat("x", row.size))), Most: 10}
		if got, err := io.ReadAll(b); !errors.Is(err, row.want) || len(got) != min(row.size, 10) {
			t.Errorf("%s: %d bytes, %v", row.name, len(got), err)
		}
	}
}
