package slots

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// takeAll acquires slots until none is given.
func takeAll(share *Share) (n int) {
	for share.TryAcquire() {
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
	if !b.TryAcquire() {
		t.Fatal("a shard was refused a slot of its own share")
	}
	b.SetIdle(true)
	if got := takeAll(a); got != 2 || a.Limit() != 7 {
		t.Errorf("a shard took %d of the slots that another left unused, and may have %d; want 2 and 7", got, a.Limit())
	}
	b.SetIdle(false)
	if b.TryAcquire() {
		t.Error("a lent slot was given out twice")
	}
	a.Release()
	select {
	case <-b.Freed():
	default:
		t.Error("a shard that was refused was not notified of a free slot")
	}
	if !b.TryAcquire() || a.TryAcquire() {
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
		a.Release()
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
	cancel() // no slot is given back here, so there is nothing to wait for
	again.Abandon(gone)
	again.Abandon(gone)
	if b.TryAcquire() || c.TryAcquire() {
		t.Error("a slot was given beyond the shares")
	}
}

func TestPool_leavesWhenNobodyUsesTheShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pool := NewPool()
		a, b := pool.Join("acme", 4, false), pool.Join("acme", 4, false)
		b.SetIdle(true)
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
			a.Release()
			if a.TryAcquire() {
				t.Fatal("a slot was lent on after its owner had left")
			}
			synctest.Wait()
		}
		<-left

		c := pool.Join("acme", 4, false)
		c.SetIdle(true)
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
		var shares []*Share
		most, granted := 0, 0
		for range 200 {
			if len(shares) == 0 || random.IntN(8) == 0 {
				share := pool.Join("acme", 1+random.IntN(6), random.IntN(6) == 0)
				shares = append(shares, share)
				granted += share.own
				most = max(most, granted)
				continue
			}
			i := random.IntN(len(shares))
			share := shares[i]
			switch random.IntN(6) {
			case 0:
				for share.inUse > 0 {
					share.Release()
				}
				granted -= share.own
				share.end(gone, random.IntN(3) > 0)
				shares = append(shares[:i], shares[i+1:]...)
			case 1:
				share.SetIdle(random.IntN(2) == 0)
			case 2:
				if share.inUse > 0 {
					share.Release()
				}
			default:
				share.TryAcquire()
			}
			inUse := 0
			for _, share := range shares {
				inUse += share.inUse
			}
			if inUse > most {
				t.Fatalf("seed %d: %d slots in use, at most %d were granted", seed, inUse, most)
			}
		}
	}
}
