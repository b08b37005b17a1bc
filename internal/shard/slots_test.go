package shard

import (
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/shard/slots"
)

func TestRun_usesTheSlotsOfShardsThatEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(100*time.Millisecond)
		plan(f, 200)
		pool := slots.NewPool()
		mine, ending := pool.Join("acme", 2, true), pool.Join("acme", 6, true)
		time.AfterFunc(time.Second, func() { ending.Leave(t.Context()) })
		in := input(o, 0)
		in.Slots = mine
		started := time.Now()
		if _, err := run(t.Context(), in, f); err != nil {
			t.Fatal(err)
		}
		// 20 in the first second, the other 180 at 80 a second.
		if took := time.Since(started); o.most != 8 || took > 3400*time.Millisecond {
			t.Errorf("%d in flight at most, %v", o.most, took)
		}
	})
}
