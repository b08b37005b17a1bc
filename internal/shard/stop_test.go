package shard

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

func TestRun_saysWhyItStopped(t *testing.T) {
	for name, row := range map[string]struct {
		err   error
		stop  Stop
		class fault.Class
	}{
		"the allowance is spent": {
			&salesforce.Error{Class: fault.QuotaExhausted, Whole: true, Err: salesforce.ErrBudgetSpent},
			StopQuota, fault.QuotaExhausted,
		},
		"the daily requests are used up": {&salesforce.Error{Class: fault.QuotaExhausted, Whole: true}, StopQuota, fault.QuotaExhausted},
		"the reports of an hour are used up": {
			&salesforce.Error{Class: fault.Throttled, RetryAfter: 40 * time.Minute},
			StopThrottled, fault.Throttled,
		},
		"the service asks for a long wait": {
			&salesforce.Error{Class: fault.Transient, Status: 503, RetryAfter: time.Minute},
			StopThrottled, fault.Transient,
		},
		"the login is refused": {failWith(fault.LoginRefused), StopFault, fault.LoginRefused},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(time.Second)
				plan(f, 100)
				o.reply = func(int, int) error {
					if o.count() > 30 {
						return row.err
					}
					return nil
				}
				in := input(o, 5)
				in.Slice = time.Hour
				result, err := run(t.Context(), in, f)
				if result.Stop != row.stop || !result.Partial || !fault.Is(err, row.class) || !errors.Is(err, row.err) {
					t.Errorf("result %+v, error %v; want %s", result, err, row.stop)
				}
				if want := fault.From(row.err).RetryAfter; fault.From(err).RetryAfter != want {
					t.Errorf("the wait is %v, want %v", fault.From(err).RetryAfter, want)
				}
				if result.Reports < 30-4 || result.Reports > 30 {
					t.Errorf("%d reports are stored", result.Reports)
				}
			})
		})
	}
}

// A cancel is reported as such, at whatever moment of a slice it comes.
func TestRun_isCancelledAtAnyMomentOfASlice(t *testing.T) {
	for _, after := range []time.Duration{0, time.Second, 69 * time.Second, 71 * time.Second, 75 * time.Second} {
		t.Run(fmt.Sprintf("after %v", after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), hang(0, func(int) bool { return true })
				plan(f, 20)
				f.put(testSync.Part(0, reportID(9), reportID(9), 1), storedLine(9, ""))
				in := input(o, 4)
				in.Slice = 70 * time.Second
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if after == 0 {
					cancel()
				}
				time.AfterFunc(after, cancel)
				started := time.Now()
				result, err := run(ctx, in, f)
				if result.Stop != StopCancelled || !result.Partial || !errors.Is(err, context.Canceled) || after > 0 && result.Reports != 1 {
					t.Errorf("result %+v, error %v", result, err)
				}
				if took := time.Since(started); took > after+graceStore {
					t.Errorf("ended %v after the cancel", took-after)
				}
				if after == 0 && o.total != 0 {
					t.Errorf("%d requests began after the cancel", o.total)
				}
			})
		})
	}
}
