package server

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/limits"
)

// hang begins calls on the describe route that are not answered until end is called.
func (c *client) hang(calls int) (end func()) {
	c.t.Helper()
	c.set(Fault{Name: "stall", Route: "describe", Delay: time.Hour})
	ctx, giveUp := context.WithCancel(c.t.Context())
	var ended sync.WaitGroup
	for range calls {
		ended.Go(func() {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.s.Ready().Salesforce+
				"/services/data/v59.0/analytics/reports/00OHs0000000001/describe", http.NoBody)
			if err != nil {
				c.t.Error(err)
				return
			}
			if response, err := c.http.Do(r); err == nil {
				_ = response.Body.Close()
				c.t.Errorf("a call that hangs is answered %d", response.StatusCode)
			}
		})
	}
	for c.s.Faults()[0].Hits < calls {
		runtime.Gosched()
	}
	return func() {
		giveUp()
		ended.Wait()
	}
}

func TestLongCalls_crowdOutNewOnes(t *testing.T) {
	t.Parallel()
	c := start(t, Options{LongCalls: 3, Clock: newClock()})
	refused := func(when string, want bool) {
		t.Helper()
		a := c.send("limits")
		if want && (a.status != 403 || string(a.body) != string(call.Crowded.Body) || a.header.Get("Sforce-Limit-Info") == "") ||
			!want && a.status != 200 {
			t.Errorf("%s: %d %s, want refused %t", when, a.status, a.body, want)
		}
	}
	two := c.hang(2)
	c.s.Advance(limits.LongTime)
	refused("two long calls of three", false)
	one := c.hang(1)
	c.s.Advance(limits.LongTime - time.Second)
	refused("another that has lasted 19 s", false)
	counted := c.s.Stats().APICalls
	c.s.Advance(time.Second)
	refused("three long calls", true)
	refused("still three, for a refused call is none", true)
	if now := c.s.Stats().APICalls; now != counted {
		t.Errorf("refused calls are counted: %d, then %d", counted, now)
	}
	if c.send("token").status != 200 || c.get("/services/data/").status != 200 {
		t.Error("a login or versions, which are no API calls, are refused")
	}
	one()
	for c.s.long.UnderWay() > 2 {
		runtime.Gosched()
	}
	refused("one of three has ended", false)
	two()
}

// leaping is a clock that moves ahead whenever it is read: a call is long before it is answered.
type leaping struct{ clock *fakeClock }

// Now is the next time; see Clock.
func (l leaping) Now() time.Time {
	l.clock.add(limits.LongTime)
	return l.clock.Now()
}

func TestLongCalls_oneThatLastsIsAnsweredItself(t *testing.T) {
	t.Parallel()
	c := start(t, Options{LongCalls: 1, Clock: leaping{newClock()}})
	for n := range 3 {
		if a := c.send("limits"); a.status != 200 {
			t.Errorf("call %d: %d %s", n, a.status, a.body)
		}
	}
}
