package shard

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// takeAll takes slots until none is given.
func takeAll(lease *Lease) (n int) {
	for lease.Take() {
		n++
	}
	return n
}

func TestPool_lendsWhatAnIdleShardDoesNotUse(t *testing.T) {
	t.Parallel()
	pool := NewPool()
	a, b := pool.Join("acme", 5, false), pool.Join("acme", 3, false)
	other := pool.Join("other", 2, false)
	if got := takeAll(a); got != 5 {
		t.Errorf("a shard took %d slots beside one that is at work, want its 5", got)
	}
	if !b.Take() {
		t.Fatal("a shard was refused a slot of its own share")
	}
	b.Idle(true)
	if got := takeAll(a); got != 2 || a.Slots() != 7 {
		t.Errorf("a shard took %d of the slots that another left unused, and may have %d; want 2 and 7", got, a.Slots())
	}
	b.Idle(false)
	if b.Take() {
		t.Error("a lent slot was given out twice")
	}
	a.Give()
	select {
	case <-b.Changed():
	default:
		t.Error("a shard that was refused was not told of a free slot")
	}
	if !b.Take() || a.Take() {
		t.Error("a slot that came back went to the borrower and not to its owner")
	}
	if takeAll(other) != 2 {
		t.Error("another sync was drawn into it")
	}
}

func TestPool_keepsSharesOnceTheLastShardHasBegun(t *testing.T) {
	t.Parallel()
	pool := NewPool()
	early, a, b := pool.Join("acme", 3, false), pool.Join("acme", 5, false), pool.Join("acme", 4, false)
	early.Leave(t.Context())
	if got := takeAll(a) + takeAll(b); got != 9 {
		t.Errorf("%d slots were given after a shard ended that another will follow, want 9", got)
	}
	c := pool.Join("acme", 3, true)
	for range 5 {
		a.Give()
	}
	a.Leave(t.Context())
	if got := takeAll(b); got != 5 {
		t.Errorf("%d slots of an ended shard were passed on, want 5", got)
	}
	again := pool.Join("acme", 5, false)
	if got := takeAll(again) + takeAll(c); got != 12-9 {
		t.Errorf("%d more slots were given, want 3: the share of a shard that came back must not count twice", got)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel() // nobody gives a slot back here, so there is nothing to wait for
	again.Abandon(gone)
	again.Abandon(gone)
	if b.Take() || c.Take() {
		t.Error("a slot was given beyond the shares")
	}
}

func TestPool_leavesWhenNobodyUsesTheShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pool := NewPool()
		a, b := pool.Join("acme", 4, false), pool.Join("acme", 4, false)
		b.Idle(true)
		if takeAll(a) != 8 {
			t.Fatal("nothing was lent")
		}
		left := make(chan struct{})
		go func() {
			defer close(left)
			b.Leave(t.Context())
		}()
		synctest.Wait()
		for range 4 {
			select {
			case <-left:
				t.Fatal("a shard left while its share was in use")
			default:
			}
			a.Give()
			if a.Take() {
				t.Fatal("a slot was lent on after its owner had left")
			}
			synctest.Wait()
		}
		<-left

		c := pool.Join("acme", 4, false)
		c.Idle(true)
		takeAll(a)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c.Leave(ctx) // ends with its context
	})
}

// What is in use never exceeds what was granted to the shards that run, and shares that were kept.
func TestPool_neverHandsOutMoreThanWasGranted(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 9))
		pool := NewPool()
		var leases []*Lease
		most, granted := 0, 0
		for range 200 {
			if len(leases) == 0 || random.IntN(8) == 0 {
				lease := pool.Join("acme", 1+random.IntN(6), random.IntN(6) == 0)
				leases = append(leases, lease)
				granted += lease.own
				most = max(most, granted)
				continue
			}
			i := random.IntN(len(leases))
			lease := leases[i]
			switch random.IntN(6) {
			case 0:
				for lease.inUse > 0 {
					lease.Give()
				}
				granted -= lease.own
				lease.end(gone, random.IntN(3) > 0)
				leases = append(leases[:i], leases[i+1:]...)
			case 1:
				lease.Idle(random.IntN(2) == 0)
			case 2:
				if lease.inUse > 0 {
					lease.Give()
				}
			default:
				lease.Take()
			}
			inUse := 0
			for _, lease := range leases {
				inUse += lease.inUse
			}
			if inUse > most {
				t.Fatalf("seed %d: %d slots in use, at most %d were granted", seed, inUse, most)
			}
		}
	}
}

func TestRun_usesTheSlotsOfShardsThatEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(100*time.Millisecond)
		plan(f, 200)
		pool := NewPool()
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
