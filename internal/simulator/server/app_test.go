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
