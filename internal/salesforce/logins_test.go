package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/session"
)

// hourly bounds logins in memory.
type hourly struct {
	most int

	mu    sync.Mutex
	taken []time.Time

	forgotten []time.Time
}

func (h *hourly) Take(_ context.Context, now time.Time) (time.Time, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.taken); n >= h.most {
		if free := h.taken[n-h.most].Add(time.Hour); free.After(now) {
			return free, nil
		}
	}
	h.taken = append(h.taken, now)
	return time.Time{}, nil
}

func (h *hourly) Forget(_ context.Context, now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forgotten = append(h.forgotten, now)
	return nil
}

func (h *hourly) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.taken)
}

// bounding gives a client that many logins an hour.
func bounding(most int) (*hourly, func(*Config)) {
	h := &hourly{most: most}
	return h, func(c *Config) { c.Slots = h }
}

// insist sends a request every second for a while, as shards that are tried again do, and returns the last error.
func insist(t *testing.T, client *Client, d time.Duration) (err error) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); pass(t, time.Second) {
		_, err = Count(t.Context(), client)
	}
	return err
}

// A token that ends at once must not cost a login for each request, whoever ends it.
func TestLogins_growApartWhereNoTokenIsEverTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := &fakeOrg{}
		slots, bound := bounding(60)
		front := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			org.ServeHTTP(w, r)
			org.expire()
		})
		client := inside(t, inProcess(front), bound)
		err := insist(t, client, time.Hour)
		if got := org.logins.Load(); got > 20 || int64(slots.count()) != got {
			t.Errorf("%d logins in an hour, %d slots taken; want 20 at most", got, slots.count())
		}
		if f := fault.From(err); f == nil || f.Class != fault.SessionExpired || f.RetryAfter <= 0 ||
			!strings.Contains(f.Message, `"Lock sessions to the IP address from which they originated"`) {
			t.Errorf("it ends with %v", err)
		}
		client.Renew(time.Now())
		before := org.logins.Load()
		_, _ = Count(t.Context(), client)
		if org.logins.Load() == before {
			t.Error("after somebody resumed the sync no login is made at once")
		}
	})
}

// Sessions that end after a few requests start no backoff; the bound of the hour holds.
func TestLogins_areBoundedInAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := counting()
		org.issued = "unknown" // the clock of this machine counts
		_, bound := bounding(60)
		asked := 0
		front := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if org.ServeHTTP(w, r); r.URL.Path != origin.TokenPath {
				if asked++; asked%3 == 0 {
					org.expire()
				}
			}
		})
		client := inside(t, inProcess(front), bound)
		err := insist(t, client, 50*time.Minute)
		if got := org.logins.Load(); got != 60 {
			t.Errorf("%d logins in 50 minutes, want 60", got)
		}
		f := fault.From(err)
		if f == nil || f.Class != fault.Throttled || f.RetryAfter < time.Minute || f.RetryAfter > time.Hour ||
			!strings.Contains(f.Message, `"Lock sessions to the IP address from which they originated"`) {
			t.Fatalf("it ends with %v", err)
		}
		pass(t, f.RetryAfter)
		if _, err := Count(t.Context(), client); err != nil {
			t.Errorf("when a login is free again: %v", err)
		}
	})
}

// Salesforce counts refused logins too.
func TestLogins_refusedOnesCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots, bound := bounding(5)
		org := &fakeOrg{refuse: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_client","error_description":"invalid client credentials"}`)
		}}
		client := inside(t, inProcess(org), bound)
		err := insist(t, client, 5*time.Minute)
		if org.logins.Load() != 5 || slots.count() != 5 || !fault.Is(err, fault.Throttled) {
			t.Errorf("%d logins, %d slots, %v", org.logins.Load(), slots.count(), err)
		}
	})
}

// A login that never left this machine cost Salesforce nothing.
func TestLogins_thatNeverLeaveKeepTheirSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots, bound := bounding(60)
		down := true
		org := counting()
		client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if down {
				return nil, &net.OpError{Op: "dial", Err: errors.New("no route")}
			}
			return inProcess(org).RoundTrip(r)
		}), bound)
		if err := insist(t, client, time.Hour); !fault.Is(err, fault.Transient) || slots.count() != 1 {
			t.Errorf("after an hour without a network %d slots are taken, %v", slots.count(), err)
		}
		down = false
		pass(t, session.LongestPause)
		if _, err := Count(t.Context(), client); err != nil || slots.count() != 1 {
			t.Errorf("with the network back: %v, %d slots", err, slots.count())
		}
	})
}

// A login host in trouble for an hour does not use up the hour's logins, and its return is noticed soon.
func TestLogins_outliveATroubledLoginHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots, bound := bounding(60)
		org := counting()
		org.refuse = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
		client := inside(t, inProcess(org), bound, func(c *Config) { c.Attempts = 1 })
		if err := insist(t, client, time.Hour); !fault.Is(err, fault.Transient) || slots.count() > 50 {
			t.Errorf("%d slots are taken in an hour, %v", slots.count(), err)
		}
		org.refuse = nil
		pass(t, session.LongestPause)
		if _, err := Count(t.Context(), client); err != nil {
			t.Errorf("with the login back: %v", err)
		}
	})
}

// Without the bucket that counts the logins no login is sent, and the error is the bucket's.
func TestLogins_needTheBucket(t *testing.T) {
	t.Parallel()
	org := counting()
	away := &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: "the bucket is away"}
	client := connect(t, org, func(c *Config) { c.Slots = failing{away} })
	_, err := client.Login(t.Context())
	if f := fault.From(err); f == nil || f.System != fault.Bucket || org.logins.Load() != 0 {
		t.Errorf("%v after %d logins", err, org.logins.Load())
	}
}

type failing struct{ err error }

func (f failing) Take(context.Context, time.Time) (time.Time, error) { return time.Time{}, f.err }
func (f failing) Forget(context.Context, time.Time) error            { return f.err }

// panicking is a bucket whose driver panics.
type panicking struct{ hourly }

func (*panicking) Take(context.Context, time.Time) (time.Time, error) { panic("nil dereference") }

func TestLogins_aPanicIsAnErrorOfTheLogin(t *testing.T) {
	t.Parallel()
	client := connect(t, counting(), func(c *Config) { c.Slots = new(panicking) })
	if _, err := client.Login(t.Context()); err == nil || !strings.Contains(err.Error(), "nil dereference") {
		t.Errorf("got %v", err)
	}
}

// The hour is Salesforce's: once two logins agree, a machine with a wrong clock counts its logins in the same hour as the others.
func TestLogins_areCountedBySalesforcesClock(t *testing.T) {
	t.Parallel()
	slots, bound := bounding(60)
	org := counting()
	client := connect(t, org, bound)
	for range 3 {
		if _, err := Count(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.expire()
	}
	issued := time.UnixMilli(1786406400000)
	if d := slots.taken[2].Sub(issued).Abs(); d > time.Minute {
		t.Errorf("the third login is counted at %s, Salesforce's clock was at %s", slots.taken[2], issued)
	}
}

// One token with a wrong time moves no login to another hour, and removes none: neither the first token of a process nor a later one.
func TestLogins_oneWrongTimeOfATokenMovesNothing(t *testing.T) {
	t.Parallel()
	for wrong := range 3 {
		synctest.Test(t, func(t *testing.T) {
			slots, bound := bounding(60)
			org := counting()
			client := inside(t, inProcess(org), bound)
			for login := range 5 {
				at := time.Now()
				if login == wrong {
					at = at.Add(25 * time.Hour)
				}
				org.issued = strconv.FormatInt(at.UnixMilli(), 10)
				if _, err := Count(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				org.expire()
				pass(t, 10*time.Minute) // so that no backoff starts
			}
			for n, at := range slots.taken {
				if time.Since(at) < 0 || time.Since(at) > time.Hour {
					t.Errorf("wrong in login %d: login %d is counted %s ago", wrong+1, n+1, time.Since(at))
				}
			}
			for _, at := range slots.forgotten {
				if at.After(time.Now()) {
					t.Errorf("wrong in login %d: logins were removed as of %s, in %s", wrong+1, at, time.Until(at))
				}
			}
		})
	}
}
