package salesforce

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/gzip"
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

func TestCompressed_unpacks(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("columns ", 5000)
	whole := packed(t, text)
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
		bottom := roundTripFunc(func(r *http.Request) (*http.Response, error) {
			if r.Header.Get("Accept-Encoding") != "gzip" {
				t.Errorf("%s: gzip is not asked for", row.name)
			}
			return reply(200, row.body, "Content-Encoding: "+row.encoding), nil
		})
		for range 2 { // the second time with a reader from the pool
			resp, err := compressed{bottom}.RoundTrip(newRequest(t, "GET", "https://h/"))
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
		bottom := roundTripFunc(func(r *http.Request) (*http.Response, error) {
			seen = append(seen, r.URL.String())
			if len(seen) > 1 {
				return reply(200, "arrived"), nil
			}
			return reply(302, "", "Location: "+row.location), nil
		})
		resp, err := redirects{bottom}.RoundTrip(newRequest(t, row.method, "https://acme.my.salesforce.com/start"))
		var moved *redirectError
		switch {
		case row.refused == "" && (err != nil || resp.StatusCode != 200 || len(seen) != 2):
			t.Errorf("%s: got %v after %q", row.name, err, seen)
		case row.refused != "" && (!errors.As(err, &moved) || moved.to != row.refused || len(seen) != 1):
			t.Errorf("%s: got %v after %q, want a refusal that names %s", row.name, err, seen, row.refused)
		}
	}
}

func TestRedirects_endInACircle(t *testing.T) {
	t.Parallel()
	asked := 0
	bottom := roundTripFunc(func(*http.Request) (*http.Response, error) {
		asked++
		return reply(307, "", "Location: /again"), nil
	})
	_, err := redirects{bottom}.RoundTrip(newRequest(t, "GET", "https://h/"))
	if err == nil || asked != mostRedirects+1 {
		t.Errorf("got %v after %d requests", err, asked)
	}
}

func TestMetering_countsWhatSalesforceCounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, path    string
		err           error
		calls, logins int64
	}{
		{"a query", "/services/data/v59.0/query?q=x", nil, 1, 0},
		{"a describe", "/services/data/v59.0/analytics/reports/1/describe", nil, 1, 0},
		{"the resources of a version", "/services/data/v67.0", nil, 1, 0},
		{"the list of versions", "/services/data/", nil, 0, 0},
		{"a login", "/services/oauth2/token", nil, 0, 1},
		{"another path", "/id/00D/005", nil, 0, 0},
		{"a path that only looks like a version", "/services/data/view", nil, 0, 0},
		{"an answer that is lost", "/services/data/v59.0/limits", io.ErrUnexpectedEOF, 1, 0},
		{"a host that cannot be reached", "/services/data/v59.0/limits", dialError(), 0, 0},
	} {
		m := new(Meter)
		bottom := roundTripFunc(func(*http.Request) (*http.Response, error) { return reply(403, ""), row.err })
		req := newRequest(t, "GET", "https://h"+row.path)
		_, err := metering{bottom}.RoundTrip(req.WithContext(WithMeter(req.Context(), m)))
		if !errors.Is(err, row.err) || m.Calls() != row.calls || m.Logins() != row.logins {
			t.Errorf("%s: %d calls, %d logins, %v; want %d and %d", row.name, m.Calls(), m.Logins(), err, row.calls, row.logins)
		}
		if _, err := (metering{bottom}).RoundTrip(req); !errors.Is(err, row.err) {
			t.Errorf("%s: without a meter: %v", row.name, err)
		}
	}
}

func TestMeter_keepsTheNewest(t *testing.T) {
	t.Parallel()
	m := new(Meter)
	if _, known := m.Limit(); known || !m.Date().IsZero() {
		t.Error("an unused meter knows something")
	}
	at := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	observe := func(offset time.Duration, info string) {
		tell(WithMeter(t.Context(), m), knowing(at), http.Header{"Date": {at.Add(offset).Format(http.TimeFormat)}, "Sforce-Limit-Info": {info}})
	}
	observe(time.Minute, "api-usage=20/100")
	observe(0, "api-usage=19/100") // overtaken
	observe(2*time.Minute, "")     // tells the time alone
	if limit, known := m.Limit(); !known || limit != (LimitInfo{20, 100}) || !m.Date().Equal(at.Add(2*time.Minute)) {
		t.Errorf("got %v, %t, %v", limit, known, m.Date())
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	req := newRequest(t, "GET", "https://h/")
	_, err := headers{"longhaul/1.0", roundTripFunc(func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("User-Agent") != "longhaul/1.0" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("got headers %v", r.Header)
		}
		return reply(200, ""), nil
	})}.RoundTrip(req)
	if err != nil || len(req.Header) != 0 {
		t.Errorf("got %v; the request was changed to %v", err, req.Header)
	}
}

func TestBearer(t *testing.T) {
	t.Parallel()
	expired := `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`
	noREST := `[{"message":"This session is not valid for use with the REST API","errorCode":"INVALID_SESSION_ID"}]`
	noAgent := `[{"message":"Connected app is not attached to Agent"}]`
	for _, row := range []struct {
		name    string
		answers []string // bodies of 401; then 200
		logins  uint64
		status  int
	}{
		{"a good session", nil, 1, 200},
		{"an ended session is renewed once", []string{expired}, 2, 200},
		{"a second refusal is handed on", []string{expired, expired}, 2, 401},
		{"an empty refusal is one of the session", []string{""}, 2, 200},
		{"a signed token that is not taken is renewed once", []string{`[{"message":"jwt","errorCode":"INVALID_JWT_FORMAT"}]`}, 2, 200},
		{"a header that is not taken is renewed once", []string{`[{"message":"INVALID_HEADER_TYPE","errorCode":"INVALID_AUTH_HEADER"}]`}, 2, 200},
		{
			"a renewed session that is not taken is not renewed again",
			[]string{expired, `[{"message":"jwt","errorCode":"INVALID_JWT_FORMAT"}]`},
			2, 401,
		},
		{"a policy that a new session does not meet has passed", []string{noREST}, 2, 200},
		{"a policy that a new session meets is believed", []string{noREST, noREST}, 2, 401},
		{"an app without agent is believed at the second time", []string{noAgent, noAgent}, 2, 401},
		{"a policy after an ended session is proved too", []string{expired, noREST, noREST}, 3, 401},
		{"a session that ends while a policy is proved is renewed", []string{noREST, expired}, 3, 200},
		{"what refuses every session is asked four times at most", []string{noREST, expired, noREST}, 3, 401},
	} {
		var logins uint64
		s := &session{login: func(context.Context) (*grant, error) {
			logins++
			return &grant{token: "token" + string(rune('0'+logins)), instance: address{"https", "instance" + string(rune('0'+logins))}}, nil
		}}
		asked := 0
		bottom := roundTripFunc(func(r *http.Request) (*http.Response, error) {
			number := string(rune('0' + logins))
			if r.Header.Get("Authorization") != "Bearer token"+number || r.URL.Host != "instance"+number {
				t.Errorf("%s: request %d goes to %s with %s", row.name, asked, r.URL, r.Header.Get("Authorization"))
			}
			asked++
			if asked <= len(row.answers) {
				return reply(401, row.answers[asked-1]), nil
			}
			return reply(200, "data"), nil
		})
		resp, err := bearer{s, nil, bottom}.RoundTrip(newRequest(t, "GET", "https://base/services/data/v59.0/limits"))
		if err != nil || resp.StatusCode != row.status || logins != row.logins {
			t.Errorf("%s: status %v, error %v, %d logins; want %d and %d", row.name, resp, err, logins, row.status, row.logins)
			continue
		}
		if body, _ := io.ReadAll(resp.Body); row.status == 401 && string(body) != row.answers[len(row.answers)-1] {
			t.Errorf("%s: the refusal cannot be read any more: %q", row.name, body)
		}
	}
}

func TestBounded(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		size int
		want error
	}{
		{"below the bound", 9, nil}, {"at the bound", 10, nil}, {"above the bound", 11, ErrTooLarge},
	} {
		b := &bounded{from: iotest.OneByteReader(strings.NewReader(strings.Repeat("x", row.size))), most: 10}
		if got, err := io.ReadAll(b); !errors.Is(err, row.want) || len(got) != min(row.size, 10) {
			t.Errorf("%s: %d bytes, %v", row.name, len(got), err)
		}
	}
}
