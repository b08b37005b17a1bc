package server

import (
	"net/http"
	"testing"
	"time"

	"longhaul/internal/simulator/org"
)

// A session that was opened or used under a policy is still refused when the policy is relaxed; a new one is accepted.
func TestFaults_ofAPolicyStayWithTheToken(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"session_not_for_rest": 401, "session_app_not_attached": 401, "high_assurance": 403} {
		c := start(t, Options{Columns: 2, TypeMetadata: 1000})
		c.set(Fault{Name: name})
		if a := c.send("describe"); a.status != status {
			t.Errorf("%s: under the policy a describe answers %d", name, a.status)
		}
		under := c.token
		c.token = c.login()
		if a := c.send("describe"); a.status != status {
			t.Errorf("%s: under the policy a new token answers %d", name, a.status)
		}
		c.set()
		for _, token := range []string{under, c.token} {
			c.token = token
			if a := c.send("describe"); a.status != status {
				t.Errorf("%s: a token from under the policy answers %d after it", name, a.status)
			}
		}
		c.token = c.login()
		if a := c.send("describe"); a.status != 200 {
			t.Errorf("%s: a token from after the policy answers %d %s", name, a.status, a.body)
		}
	}
}

// A part of the tokens is struck, as in a maintenance that passes.
func TestFaults_ofAPolicyStrikeTokensByTheirRate(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.set(Fault{Name: "session_not_for_rest", Rate: 0.5})
	for n, want := range []int{401, 200, 401, 200} {
		for range 3 {
			if a := c.send("limits"); a.status != want {
				t.Errorf("token %d answers %d, want %d", n, a.status, want)
			}
		}
		c.token = c.login()
	}
	if state := c.s.Faults(); state[0].Matched != 4 || state[0].Hits != 2 {
		t.Errorf("it matched %d tokens and struck %d, want 4 and 2", state[0].Matched, state[0].Hits)
	}
}

func TestFaults_anExpiredSessionIsOver(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Columns: 2, TypeMetadata: 1000})
	c.set(Fault{Name: "session_expired", Times: 1})
	for range 2 {
		if a := c.send("limits"); a.status != 401 {
			t.Errorf("a session that has ended answers %d", a.status)
		}
	}
	c.token = c.login()
	if a := c.send("limits"); a.status != 200 {
		t.Errorf("the next one answers %d", a.status)
	}
	id := c.reportThatAnswers(org.Describe{Status: 200})
	c.set(Fault{Name: "session_expired", IDs: []string{id}})
	if a := c.get("/services/data/v59.0/analytics/reports/" + id + "/describe"); a.status != 401 {
		t.Errorf("the report that refuses every session answers %d", a.status)
	}
	if a := c.send("limits"); a.status != 200 {
		t.Errorf("a fault of one report ended the session: %d", a.status)
	}
}

// With sessions locked to their address, a client with two addresses is refused on every other connection, and its token
// is accepted on the others.
func TestFaults_lockSessionsToAnAddress(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.set(Fault{Name: "session_ip_locked"})
	refused, answered := 0, 0
	for range 20 {
		c.http.Transport.(*http.Transport).CloseIdleConnections()
		switch a := c.send("limits"); {
		case a.status == 401 && a.code() == "INVALID_SESSION_ID":
			refused++
		case a.status == 200:
			answered++
		}
	}
	if refused != 10 || answered != 10 {
		t.Errorf("%d refused and %d answered, want 10 of each", refused, answered)
	}
	c.http.Transport.(*http.Transport).CloseIdleConnections()
	c.token = c.login()
	if a := c.send("limits"); a.status != 200 {
		t.Errorf("by the connection of the login it answers %d", a.status)
	}
	c.set()
	for range 4 {
		c.http.Transport.(*http.Transport).CloseIdleConnections()
		if a := c.send("limits"); a.status != 200 {
			t.Errorf("without the lock it answers %d", a.status)
		}
	}
}

func TestLoginHours_endSessionsAndRefuseLogins(t *testing.T) {
	t.Parallel()
	now := newClock()
	c := start(t, Options{Clock: now})
	if a := c.do("POST", "/simulator/login_hours", `{"closed":true,"for":"8h"}`); a.status != 200 || string(a.body) != `{"closed":true}` {
		t.Errorf("closing answers %d %s", a.status, a.body)
	}
	if a := c.send("limits"); a.status != 401 || a.code() != "INVALID_SESSION_ID" {
		t.Errorf("a session outside of the hours answers %d %s", a.status, a.body)
	}
	const words = `{"error":"invalid_grant","error_description":"user may not log in at this time"}`
	if a := c.grant(); a.status != 400 || string(a.body) != words {
		t.Errorf("a login outside of the hours answers %d %s", a.status, a.body)
	}
	now.add(8 * time.Hour)
	c.token = c.login()
	if a := c.send("limits"); a.status != 200 {
		t.Errorf("within the hours %d", a.status)
	}
	c.s.CloseLoginHours(0)
	now.add(1000 * time.Hour)
	if a := c.grant(); a.status != 400 {
		t.Errorf("hours that nobody opens answer %d", a.status)
	}
	for _, body := range []string{`{"closed":false,"for":"8h"}`, `{"for":"8h"}`, `{"closed":true,"for":"soon"}`, `{"open":true}`} {
		if a := c.do("POST", "/simulator/login_hours", body); a.status != 400 {
			t.Errorf("%s answers %d", body, a.status)
		}
	}
	if a := c.do("POST", "/simulator/login_hours", `{"closed":false}`); a.status != 200 || c.grant().status != 200 {
		t.Errorf("opening answers %d %s", a.status, a.body)
	}
}
