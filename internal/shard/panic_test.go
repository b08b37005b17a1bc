package shard

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/shard/slots"
)

// TestRun_aPanicOfTheStoreEndsTheAttempt lets a flush panic, as a driver of a store may.
func TestRun_aPanicOfTheStoreEndsTheAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(20*time.Millisecond) // long enough for a flush
		plan(f, 250)
		for _, key := range []string{"describe/0000/", testSync.Shard(0)} { // in the goroutine of a flush, and in the caller's
			f.fail = func(written string) error {
				if strings.Contains(written, key) {
					panic("the driver")
				}
				return nil
			}
			if _, err := run(t.Context(), input(o, 5), f); fault.From(err) != nil || !errors.As(err, new(*fault.PanicError)) {
				t.Errorf("%s: got %v, want the panic, of no class", key, err)
			}
		}
		f.fail = nil
		again := newOrg(0)
		if _, err := run(t.Context(), input(again, 5), f); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, f, 250)
	})
}

// TestRun_aReportThatMakesItPanicHoldsUpNoOther lets what reads one report panic, at every try.
func TestRun_aReportThatMakesItPanicHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(0)
		plan(f, 50)
		o.reply = func(i, _ int) error {
			if i == 7 {
				panic("the answer")
			}
			return nil
		}
		result, err := run(t.Context(), input(o, 5), f)
		if err != nil || result.States[description.StateDescribed] != 49 || result.Reports != 50 {
			t.Errorf("got %+v, %v", result, err)
		}
	})
}

// TestRun_aPanicOfItsOwnLeavesNothingUnderWay lets Progress panic while requests are in flight, and looks whether
// their slots come back.
func TestRun_aPanicOfItsOwnLeavesNothingUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o, pool := newFakeStore(), newOrg(20*time.Millisecond), slots.NewPool()
		plan(f, 50)
		other := pool.Join("a", 5, false)
		defer other.Leave(t.Context())
		share := pool.Join("a", 5, false)
		in := input(o, 5)
		in.Slots = share
		in.Progress = func(int, int) { panic("the progress") }
		if _, err := run(t.Context(), in, f); fault.From(err) != nil || !errors.As(err, new(*fault.PanicError)) {
			t.Errorf("got %v, want the panic, of no class", err)
		}
		share.Abandon(t.Context()) // returns when nobody uses the share any more
		if got := other.Limit(); got != 5 {
			t.Errorf("the other shard has %d slots, want its own 5", got)
		}
	})
}
