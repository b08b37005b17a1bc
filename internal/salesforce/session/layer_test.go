package session

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/salesforce/login"
	"longhaul/internal/salesforce/origin"
)

// pass lets time go by in a bubble of synctest.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

func TestLayer(t *testing.T) {
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
		s := New(Config{Login: func(context.Context) (*login.Token, error) {
			logins++
			return &login.Token{Value: "token" + string(rune('0'+logins)), Instance: origin.Origin{Scheme: "https", Host: "instance" + string(rune('0'+logins))}}, nil
		}})
		asked := 0
		bottom := answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			number := string(rune('0' + logins))
			if r.Header.Get("Authorization") != "Bearer token"+number || r.URL.Host != "instance"+number {
				t.Errorf("%s: request %d goes to %s with %s", row.name, asked, r.URL, r.Header.Get("Authorization"))
			}
			asked++
			if asked <= len(row.answers) {
				return answertest.Reply(401, row.answers[asked-1]), nil
			}
			return answertest.Reply(200, "data"), nil
		})
		resp, err := Layer{Session: s, Next: bottom}.RoundTrip(answertest.NewRequest(t, "GET", "https://base/services/data/v59.0/limits"))
		if err != nil || resp.StatusCode != row.status || logins != row.logins {
			t.Errorf("%s: status %v, error %v, %d logins; want %d and %d", row.name, resp, err, logins, row.status, row.logins)
			continue
		}
		if body, _ := io.ReadAll(resp.Body); row.status == 401 && string(body) != row.answers[len(row.answers)-1] {
			t.Errorf("%s: the refusal cannot be read any more: %q", row.name, body)
		}
	}
}
