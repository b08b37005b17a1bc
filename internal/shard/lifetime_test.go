package shard

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// ends says after how long a context ends.
func ends(ctx context.Context, from time.Time) time.Duration {
	<-ctx.Done()
	return time.Since(from)
}

func TestLifetime_givesRequestsAGraceOnceItStops(t *testing.T) {
	whole := &salesforce.Error{Class: fault.PermissionMissing, Whole: true}
	quota := &salesforce.Error{Class: fault.QuotaExhausted, Whole: true}
	for name, row := range map[string]struct {
		stop        func(l *lifetime)
		grace       time.Duration
		concernsAll bool
		ranOut      bool
	}{
		"at the end of its slice":       {func(l *lifetime) { l.expire(time.Now().Add(time.Minute)) }, graceSlice, false, true},
		"for what every run would meet": {func(l *lifetime) { l.stopFatal(whole) }, graceFatal, true, false},
		"for want of calls":             {func(l *lifetime) { l.stopFatal(quota) }, graceQuota, false, true},
		"for what one report met":       {func(l *lifetime) { l.stopFatal(failWith(fault.LoginRefused)) }, graceFatal, false, false},
		"for any other reason":          {func(l *lifetime) { l.stop(errors.New("boom"), time.Second) }, time.Second, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLifetime(t.Context(), time.Minute)
				defer l.close()
				if l.stopped() || l.left(time.Now()) != time.Minute {
					t.Errorf("stopped %v, %v left", l.stopped(), l.left(time.Now()))
				}
				started := time.Now()
				row.stop(l)
				if !l.stopped() || l.left(time.Now()) != never || l.concernsAll != row.concernsAll || l.ranOut() != row.ranOut {
					t.Errorf("stopped by %v, concerns all %v, ran out %v", l.err, l.concernsAll, l.ranOut())
				}
				if got := ends(l.requests, started); got != row.grace {
					t.Errorf("the requests ended after %v, want %v", got, row.grace)
				}
				if l.writes.Err() != nil {
					t.Error("the writes ended too")
				}
				l.extend(proofTime)
				started = time.Now()
				if got := ends(l.requests, started); got != proofTime {
					t.Errorf("one more request ended after %v, want %v", got, proofTime)
				}
			})
		})
	}
}

func TestLifetime_keepsTheFirstReasonThatIsNoSlice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLifetime(t.Context(), time.Minute)
		defer l.close()
		first, second := errors.New("first"), errors.New("second")
		l.stop(errSlice, graceSlice)
		l.stop(first, graceFatal)
		l.stop(second, graceFatal)
		if !errors.Is(l.err, first) || l.sliceEnded() {
			t.Errorf("it stopped by %v", l.err)
		}
	})
}

// A cancel shortens whatever grace is given, and what is written has a little longer.
func TestLifetime_endsSoonAfterItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := newLifetime(ctx, 0)
		defer l.close()
		if l.left(time.Now().Add(time.Hour)) != never {
			t.Error("a run without a slice ends")
		}
		l.stop(failWith(fault.QuotaExhausted), graceQuota)
		started := time.Now()
		cancel()
		if !l.cancelled() || l.requests.Err() != nil {
			t.Error("the requests ended with their caller")
		}
		if got := ends(l.requests, started); got != graceCancel {
			t.Errorf("the requests ended after %v", got)
		}
		if got := ends(l.writes, started); got != graceStore {
			t.Errorf("the writes ended after %v", got)
		}
	})
}

func TestLifetime_knowsWhatHungForLong(t *testing.T) {
	for name, row := range map[string]struct {
		slice, hung time.Duration
		want        bool
	}{
		"for a moment":              {2 * time.Minute, 29 * time.Second, false},
		"for half a minute":         {2 * time.Minute, 30 * time.Second, true},
		"for half of a short slice": {20 * time.Second, 10 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLifetime(t.Context(), row.slice)
				defer l.close()
				sent := time.Now()
				<-time.After(row.hung)
				if l.stalled(sent) {
					t.Error("it stalled before the slice is over")
				}
				l.stop(errSlice, graceSlice)
				if l.stalled(sent) != row.want {
					t.Errorf("stalled after %v: %v", row.hung, !row.want)
				}
			})
		})
	}
}
