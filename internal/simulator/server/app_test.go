package server

import (
	"strings"
	"testing"
)

// TestApp_keysAreResetInTheOrg as an administrator does: a new secret of the same app, then another app.
func TestApp_keysAreResetInTheOrg(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	refused := func(what, says string, keys ...string) {
		t.Helper()
		if a := c.grant(keys...); a.status != 400 || !strings.Contains(string(a.body), says) {
			t.Errorf("%s: %d %s, want %s", what, a.status, a.body, says)
		}
	}
	c.token = c.login()
	if a := c.do("POST", "/simulator/app", `{"client_secret":"second"}`); a.status != 200 || strings.Contains(string(a.body), "second") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.send("limits"); a.status != 401 {
		t.Errorf("a session of the old secret lives: %d", a.status)
	}
	refused("the old secret", "invalid_client", "client_secret", ready.ClientSecret)
	if a := c.grant("client_secret", "second"); a.status != 200 {
		t.Errorf("the new secret: %d %s", a.status, a.body)
	}
	if a := c.do("POST", "/simulator/app", `{"client_id":"3MVG9other","client_secret":"third"}`); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	refused("the old app", "invalid_client_id", "client_secret", "second")
	if a := c.grant("client_id", "3MVG9other", "client_secret", "third"); a.status != 200 {
		t.Errorf("the new app: %d %s", a.status, a.body)
	}
	if a := c.do("POST", "/simulator/app", `{"client_id":"3MVG9x"}`); a.status != 400 || !strings.Contains(string(a.body), "client_secret") {
		t.Errorf("an app without a secret: %d %s", a.status, a.body)
	}
}

// TestApp_thatIsBlocked loses its sessions and its logins, whoever the user is, until it is unblocked; another app is none of that.
func TestApp_thatIsBlocked(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	c.token = c.login()
	if a := c.do("POST", "/simulator/app", `{"blocked":true}`); a.status != 200 || !strings.Contains(string(a.body), `"blocked":true`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.send("limits"); a.status != 401 || a.code() != "INVALID_SESSION_ID" {
		t.Errorf("its session answers %d %s", a.status, a.body)
	}
	const blocked = `{"error":"OAUTH_APP_BLOCKED","error_description":"this app is blocked by admin"}`
	password := []string{"grant_type", "password", "username", ready.Username, "password", ready.Password + ready.SecurityToken}
	for _, a := range []answer{c.grant(), c.grant(password...)} {
		if a.status != 400 || string(a.body) != blocked {
			t.Errorf("a login answers %d %s", a.status, a.body)
		}
	}
	if a := c.grant("client_secret", "wrong"); !strings.Contains(string(a.body), "invalid_client") {
		t.Errorf("a wrong secret of a blocked app answers %s", a.body)
	}
	if a := c.do("POST", "/simulator/app", `{"blocked":false}`); a.status != 200 || !strings.Contains(string(a.body), `"blocked":false`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.send("limits"); a.status != 401 {
		t.Errorf("a session that ended lives again: %d", a.status)
	}
	c.token = c.login()
	c.do("POST", "/simulator/app", `{"blocked":true}`)
	if a := c.do("POST", "/simulator/app", `{"client_id":"3MVG9other","client_secret":"third"}`); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.grant("client_id", "3MVG9other", "client_secret", "third"); a.status != 200 {
		t.Errorf("another app: %d %s", a.status, a.body)
	}
	for _, body := range []string{`{"blocked":true,"client_secret":"x"}`, `{"blocked":true,"client_id":"x"}`, `{}`} {
		if a := c.do("POST", "/simulator/app", body); a.status != 400 || !strings.Contains(string(a.body), "alone") {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
}

// TestSessions_thatAreRevoked end, and a login opens a new one.
func TestSessions_thatAreRevoked(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.token = c.login()
	live := c.login()
	if a := c.do("POST", "/simulator/sessions", `{"end":true}`); a.status != 200 || !strings.Contains(string(a.body), `{"ended":`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, token := range []string{c.token, live} {
		c.token = token
		if a := c.send("limits"); a.status != 401 || a.code() != "INVALID_SESSION_ID" {
			t.Errorf("a revoked session answers %d %s", a.status, a.body)
		}
	}
	if a := c.do("POST", "/simulator/sessions", `{"end":true}`); string(a.body) != `{"ended":0}` {
		t.Errorf("sessions were left: %s", a.body)
	}
	c.token = c.login()
	if a := c.send("limits"); a.status != 200 {
		t.Errorf("after a new login %d %s", a.status, a.body)
	}
	if a := c.do("POST", "/simulator/sessions", `{}`); a.status != 400 {
		t.Errorf("nothing to do: %d %s", a.status, a.body)
	}
}
