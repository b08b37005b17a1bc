package server

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/oauth"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/wire"
)

func TestLogins(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	good := []string{"grant_type", "password", "username", ready.Username, "password", ready.Password + ready.SecurityToken}
	type want struct{ code, description string }
	for name, test := range map[string]struct {
		change []string
		want   want
	}{
		"client credentials":           {nil, want{}},
		"username and password":        {good, want{}},
		"a password without its token": {append(good, "password", ready.Password), want{"invalid_grant", "authentication failure"}},
		"an unknown user":              {append(good, "username", "x@y.invalid"), want{"invalid_grant", "authentication failure"}},
		"an inactive user":             {append(good, "username", "inactive-"+ready.Username), want{"invalid_grant", "inactive user"}},
		"an unknown app":               {[]string{"client_id", "3MVG9x"}, want{"invalid_client_id", "client identifier invalid"}},
		"a wrong secret":               {[]string{"client_secret", "x"}, want{"invalid_client", "invalid client credentials"}},
		"a wrong secret for a fixture": {
			[]string{"client_id", ready.ClientID + "-blocked", "client_secret", "x"}, want{"invalid_client", "invalid client credentials"},
		},
		"no grant":       {[]string{"grant_type", ""}, want{"invalid_request", "missing required parameter: grant_type"}},
		"another grant":  {[]string{"grant_type", "authorization"}, want{"unsupported_grant_type", "grant type not supported"}},
		"a dead refresh": {[]string{"grant_type", "refresh_token", "refresh_token", "x"}, want{"invalid_grant", "expired access/refresh token"}},
	} {
		a := c.grant(test.change...)
		var got struct {
			Error            string `json:"error"`
			ErrorDescription string `json:"error_description"`
			AccessToken      string `json:"access_token"`
			ID               string `json:"id"`
			IssuedAt         string `json:"issued_at"`
			InstanceURL      string `json:"instance_url"`
		}
		a.decode(t, &got)
		if (want{got.Error, got.ErrorDescription}) != test.want {
			t.Errorf("%s: %d %s, want %+v", name, a.status, a.body, test.want)
		}
		if test.want.code != "" {
			if a.status != 400 || got.AccessToken != "" {
				t.Errorf("%s: the refusal is %d %s", name, a.status, a.body)
			}
			continue
		}
		org15, opaque, _ := strings.Cut(got.AccessToken, "!")
		if a.status != 200 || len(org15) != 15 || len(opaque) < 80 || got.IssuedAt == "" || got.InstanceURL != ready.Salesforce ||
			!strings.HasPrefix(got.ID, "https://login.salesforce.com/id/"+org15) {
			t.Errorf("%s: the answer is %s", name, a.body)
		}
	}
	if a := c.grant("x", "y"); a.header.Get("Sforce-Limit-Info") != "" || a.header.Get("Content-Type") != wire.JSONType {
		t.Errorf("the headers of a login are %v", a.header)
	}
	if stats := c.s.Stats(); stats.Logins != 4 || stats.APICalls != 0 {
		t.Errorf("%d logins and %d calls, want 4 and 0", stats.Logins, stats.APICalls)
	}
}

func TestLogins_ofAppsThatAreRefusedByName(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	for name, want := range oauth.ClientFixtures {
		a := c.grant("client_id", ready.ClientID+"-"+name)
		var got session.Refusal
		a.decode(t, &got)
		if a.status != 400 || got != want {
			t.Errorf("the app %s: %d %+v, want %+v", name, a.status, got, want)
		}
	}
	if logins := c.s.Stats().Logins; logins != 1 {
		t.Errorf("%d logins, want the first only", logins)
	}
}

func TestLogins_areBoundedInAnHour(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Logins: 3, Clock: newClock()}) // which is the first of them
	ready := c.s.Ready()
	password := []string{"grant_type", "password", "username", ready.Username, "password", ready.Password + ready.SecurityToken}
	for _, step := range []struct {
		name   string
		ahead  time.Duration
		change []string
		want   string // how it is refused
	}{
		{"the second", 30 * time.Minute, nil, ""},
		{"a wrong one, which is none", 0, []string{"client_secret", "x"}, "invalid client credentials"},
		{"the third, of the same user by the other flow", 0, password, ""},
		{"one too many", 30*time.Minute - time.Second, nil, "login rate exceeded"},
		{"one too many by the other flow", 0, password, "login rate exceeded"},
		{"an hour after the first", time.Second, nil, ""},
		{"again too many, for the refused were none but the others count", 0, nil, "login rate exceeded"},
		{"an hour after the second and the third", 30 * time.Minute, nil, ""},
		{"as the third", 0, nil, ""},
	} {
		c.s.Advance(step.ahead)
		a := c.grant(step.change...)
		var got session.Refusal
		a.decode(t, &got)
		if got.Description != step.want || (a.status == 400) != (step.want != "") {
			t.Errorf("%s: %d %s, want %q", step.name, a.status, a.body, step.want)
		}
	}
	if a := c.send("limits"); a.status != 200 {
		t.Errorf("a session that was opened before answers %d", a.status)
	}
	if logins := c.s.Stats().Logins; logins != 6 {
		t.Errorf("%d logins are counted, want 6", logins)
	}
}

func TestClientCredentialsNeedMyDomain(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {ready.ClientID}, "client_secret": {ready.ClientSecret}}
	a := c.do("POST", "/services/oauth2/token", form.Encode(), "Content-Type", formType, "Host", "login.salesforce.com")
	var got session.Refusal
	a.decode(t, &got)
	want := session.Refusal{Code: "invalid_grant", Description: "request not supported on this domain"}
	if a.status != 400 || got != want {
		t.Errorf("%d %+v, want %+v", a.status, got, want)
	}
	if a := c.do("POST", "/services/oauth2/token", form.Encode(), "Content-Type", "application/json"); a.status != 400 {
		t.Errorf("secrets in a body that is no form are accepted: %d", a.status)
	}
	if a := c.get("/services/oauth2/token?" + form.Encode()); a.status != 400 || !strings.Contains(string(a.body), "must use HTTP POST") {
		t.Errorf("a GET for a token answers %d %s", a.status, a.body)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	now := newClock()
	c := start(t, Options{Clock: now, TokenTTL: time.Minute})
	ready := c.s.Ready()
	introspect := func(token string) bool {
		form := url.Values{"token": {token}}
		basic := base64.StdEncoding.EncodeToString([]byte(ready.ClientID + ":" + ready.ClientSecret))
		a := c.do("POST", "/services/oauth2/introspect", form.Encode(), "Content-Type", formType, "Authorization", "Basic "+basic)
		var got struct{ Active bool }
		a.decode(t, &got)
		return got.Active
	}
	if !introspect(c.token) || c.get("/services/oauth2/userinfo").status != 200 {
		t.Error("a new session is not active")
	}
	now.add(time.Minute)
	if a := c.query("SELECT Id FROM Report"); a.status != 401 || a.code() != "INVALID_SESSION_ID" || introspect(c.token) {
		t.Errorf("an old token answers %d %s", a.status, a.body)
	}
	first, second := c.login(), c.login()
	a := c.do("POST", "/services/oauth2/revoke", url.Values{"token": {first}}.Encode(), "Content-Type", formType, "Authorization", "")
	if a.status != 200 || len(a.body) != 0 {
		t.Errorf("revoking answers %d %s", a.status, a.body)
	}
	for token, want := range map[string]int{first: 401, second: 200, "": 401} {
		if got := c.get("/services/data/v59.0/limits", "Authorization", "Bearer "+token).status; got != want {
			t.Errorf("after revoking one of two, a token answers %d, want %d", got, want)
		}
	}
}
