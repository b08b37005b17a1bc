package salesforce

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/session"
)

func TestSession_twentyMeetAnExpiredToken(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 20)
	release := make(chan struct{})
	var hold atomic.Bool
	org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`) }}
	gate := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hold.Load() && r.URL.Path != origin.TokenPath {
			arrived <- struct{}{}
			<-release
		}
		org.ServeHTTP(w, r)
	})
	client := connect(t, gate, func(c *Config) { c.MaxInFlight = 20 })
	if _, err := client.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	org.expire()
	hold.Store(true)
	m := new(Meter)
	ctx := WithMeter(t.Context(), m)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if n, err := Count(ctx, client); err != nil || n != 7 {
				t.Errorf("got %d, %v", n, err)
			}
		})
	}
	for range 20 {
		<-arrived
	}
	hold.Store(false)
	close(release)
	all.Wait()
	if got := org.logins.Load(); got != 2 || m.Logins() != 1 {
		t.Errorf("%d logins, %d on the meter; want the first and one more", got, m.Logins())
	}
	if m.Calls() != 40 {
		t.Errorf("%d calls on the meter, want 20 refused and 20 answered", m.Calls())
	}
}

// A refusal for too many logins of the user stands for a while: each request after a session would otherwise be one more login.
func TestSession_tooManyLoginsHoldAsLongAsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := &fakeOrg{refuse: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_grant","error_description":"login rate exceeded"}`)
		}}
		client := inside(t, inProcess(org))
		for range 20 {
			if _, err := Count(t.Context(), client); !fault.Is(err, fault.Throttled) {
				t.Fatal(err)
			}
			pass(t, session.RefusalHolds/21)
		}
		if got := org.logins.Load(); got != 1 {
			t.Errorf("%d logins in a moment, want 1", got)
		}
		pass(t, session.RefusalHolds)
		if _, err := client.Login(t.Context()); !fault.Is(err, fault.Throttled) || org.logins.Load() != 2 {
			t.Errorf("after the wait: %v, %d logins", err, org.logins.Load())
		}
	})
}

func TestSession_isStillItsOwnAfterARenewal(t *testing.T) {
	t.Parallel()
	org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`) }}
	client := connect(t, org)
	for range 3 {
		if _, err := Count(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.expire()
	}
}

// pass lets time pass in a bubble of synctest.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

// A session ends while something on the way answers logins. Settings that an earlier login proved right must not stop a sync for good.
func TestLogin_goesOnBehindAPortalThatStoodThereForAWhile(t *testing.T) {
	t.Parallel()
	for name, portal := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://portal.acme.example/", http.StatusFound)
		},
		"a page": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); _, _ = io.WriteString(w, webPage) },
		"a gateway": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
			writeJSON(w, `{"message":"no Route matched"}`)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := counting()
			client := inside(t, inProcess(org))
			if _, err := client.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
			org.expire()
			org.refuse = portal
			for range 5 {
				_, err := Count(t.Context(), client)
				if e := mustError(t, err); e.Class != fault.Transient || e.Whole || !e.Astray() {
					t.Errorf("%s: class %s, of all: %t, astray: %t; want a fault that passes, and that shows a wrong setting at the start: %v",
						name, e.Class, e.Whole, e.Astray(), err)
				}
				pass(t, time.Minute)
			}
			org.refuse = nil
			pass(t, session.LongestPause)
			if _, err := Count(t.Context(), client); err != nil {
				t.Errorf("%s: after it %v", name, err)
			}
		})
	}
}

// An org that Salesforce has moved answers at another instance, which only a login names.
func TestSession_findsAnOrgThatHasMoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := counting()
		org.instance = "https://na1.my.salesforce.com"
		client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "na1.my.salesforce.com" && org.instance != "https://na1.my.salesforce.com" {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "na1.my.salesforce.com", IsNotFound: true}}
			}
			return inProcess(org).RoundTrip(r)
		}))
		if _, err := Count(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.instance = "https://na2.my.salesforce.com"
		if err := insist(t, client, session.MovedAfter+time.Minute); err != nil || org.logins.Load() != 2 {
			t.Errorf("after the move: %v, %d logins", err, org.logins.Load())
		}
		org.instance = "https://na3.my.salesforce.com"
		client.Renew(time.Now())
		if _, err := Count(t.Context(), client); err != nil {
			t.Errorf("somebody who resumes the sync need not wait: %v", err)
		}
	})
}
