package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
)

func TestSession_twentyMeetAnExpiredToken(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 20)
	release := make(chan struct{})
	var hold atomic.Bool
	org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`) }}
	gate := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hold.Load() && r.URL.Path != tokenPath {
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
			if n, err := client.Count(ctx, "Report", "", ""); err != nil || n != 7 {
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

func TestSession_waitersShareOneLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		s := &session{login: func(context.Context) (*grant, error) {
			logins++
			pass(t, time.Second)
			return &grant{token: fmt.Sprint(logins)}, nil
		}}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				g, err := s.grant(t.Context())
				if err != nil || g.generation != 1 {
					t.Errorf("got %v, %v", g, err)
				}
			})
		}
		all.Wait()
		if g, err := s.after(t.Context(), 0); err != nil || g.generation != 1 || logins != 1 {
			t.Errorf("who comes late with an older generation gets %v, %v after %d logins", g, err, logins)
		}
		if g, err := s.after(t.Context(), 1); err != nil || g.generation != 2 || logins != 2 {
			t.Errorf("who found the newest one ended gets %v, %v after %d logins", g, err, logins)
		}
	})
}

func TestSession_aWaiterMayLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &session{login: func(ctx context.Context) (*grant, error) {
			select {
			case <-time.After(time.Second):
				return &grant{}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var other sync.WaitGroup
		other.Go(func() {
			pass(t, time.Microsecond) // joins what the other began
			if _, err := s.grant(t.Context()); err != nil {
				t.Errorf("the one who stays gets %v", err)
			}
		})
		if _, err := s.grant(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the one who leaves gets %v", err)
		}
		other.Wait()
	})
}

func TestSession_aRefusalHoldsForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins, class := 0, fault.LoginRefused
		s := &session{login: func(context.Context) (*grant, error) {
			logins++
			return nil, &Error{Class: class, Op: opLogin}
		}}
		for range 10 {
			if _, err := s.grant(t.Context()); !fault.Is(err, fault.LoginRefused) {
				t.Fatal(err)
			}
		}
		if logins != 1 {
			t.Errorf("a refused login was repeated %d times at once", logins-1)
		}
		pass(t, refusalHolds)
		class = fault.Transient
		for range 2 {
			if _, err := s.grant(t.Context()); !fault.Is(err, fault.Transient) {
				t.Fatal(err)
			}
		}
		if logins != 3 {
			t.Errorf("%d logins, want the refused one, one after a moment, and each after a fault that passes", logins)
		}
	})
}

func TestSession_refusesALoginOfAnotherOrgOrUser(t *testing.T) {
	t.Parallel()
	const otherOrg, otherUser = "00Dxx0000009gPLEAY", "005xx000009SwiUAAS"
	for _, row := range []struct{ name, identity, says string }{
		{"another org", otherOrg + "/" + testUser, "now lead to another org than this sync began with"},
		{"another user", testOrg + "/" + otherUser, "now lead to another user than this sync began with"},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`) }}
			client := inside(t, inProcess(org))
			before, err := client.Login(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			org.expire()
			org.identity = row.identity
			for range 2 {
				_, err = client.Count(t.Context(), "Report", "", "")
				if f := fault.From(err); f == nil || f.Class != fault.Invalid || f.System != fault.Salesforce || !strings.Contains(f.Message, row.says) {
					t.Errorf("%s: got %v", row.name, err)
				}
			}
			if got := org.logins.Load(); got != 2 {
				t.Errorf("%s: %d logins, want the first and one more", row.name, got)
			}
			if now, err := client.Login(t.Context()); err != nil || now != before {
				t.Errorf("%s: the client now is %+v, %v", row.name, now, err)
			}
			org.identity = ""
			pass(t, refusalHolds)
			if n, err := client.Count(t.Context(), "Report", "", ""); err != nil || n != 7 {
				t.Errorf("%s, put back: got %d, %v", row.name, n, err)
			}
		})
	}
}

func TestSession_isStillItsOwnAfterARenewal(t *testing.T) {
	t.Parallel()
	org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`) }}
	client := connect(t, org)
	for range 3 {
		if _, err := client.Count(t.Context(), "Report", "", ""); err != nil {
			t.Fatal(err)
		}
		org.expire()
	}
}

// A credential that was refused is mended: the next request must not meet the old refusal, nor wait for a login that
// still goes by the old one.
func TestSession_forgetsARefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refuse := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_client","error_description":"invalid client credentials"}`)
		}
		org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`) }}
		client := inside(t, inProcess(org))
		before, err := client.Login(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		org.expire()
		org.refuse = refuse
		for range 2 {
			if _, err := client.Count(t.Context(), "Report", "", ""); !fault.Is(err, fault.LoginRefused) {
				t.Fatalf("a revoked credential gives %v", err)
			}
		}
		if got := org.logins.Load(); got != 2 {
			t.Errorf("%d logins, want the first and one that was refused", got)
		}
		org.refuse = nil
		client.ForgetRefusal()
		n, err := client.Count(t.Context(), "Report", "", "")
		if now, loginErr := client.Login(t.Context()); err != nil || n != 7 || loginErr != nil || now != before {
			t.Errorf("mended: %d, %v, as %+v, %v", n, err, now, loginErr)
		}
	})
}

func TestSession_forgetsALoginThatIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		s := &session{login: func(context.Context) (*grant, error) {
			logins++
			if logins == 1 { // with the old credentials, and slow
				pass(t, time.Second)
				return nil, &Error{Class: fault.LoginRefused, Op: opLogin}
			}
			return &grant{token: "new"}, nil
		}}
		var old sync.WaitGroup
		old.Go(func() {
			if _, err := s.grant(t.Context()); !fault.Is(err, fault.LoginRefused) {
				t.Errorf("who waits for the old login gets %v", err)
			}
		})
		synctest.Wait()
		s.forget()
		g, err := s.grant(t.Context())
		if err != nil || g.token != "new" {
			t.Fatalf("a login after it was forgotten gives %v, %v", g, err)
		}
		old.Wait()
		if again, err := s.grant(t.Context()); err != nil || again != g || logins != 2 {
			t.Errorf("the old refusal came through: %v, %v after %d logins", again, err, logins)
		}
		if _, err := s.after(t.Context(), g.generation); err != nil {
			t.Errorf("the old refusal stands: %v", err)
		}
	})
}

// pass lets time go by in a bubble of synctest.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}
