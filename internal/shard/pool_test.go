package shard

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

func TestPool_passesSharesOnOnceTheLastShardHasBegun(t *testing.T) {
	t.Parallel()
	pool := NewPool()
	early, a, b := pool.Join("acme", 3, false), pool.Join("acme", 5, false), pool.Join("acme", 3, false)
	other := pool.Join("other", 3, true)
	early.Leave()
	if a.Slots() != 5 || b.Slots() != 3 {
		t.Errorf("a shard that another will follow passed its share on: %d and %d slots", a.Slots(), b.Slots())
	}
	c := pool.Join("acme", 3, true)
	want := func(step string, slots ...int) {
		t.Helper()
		got := []int{a.Slots(), b.Slots(), c.Slots(), other.Slots()}
		if fmt.Sprint(got) != fmt.Sprint(slots) {
			t.Errorf("%s: slots %v, want %v", step, got, slots)
		}
	}
	want("at first", 5, 3, 3, 3)
	a.Leave()
	want("what remains of the division goes to the first", 0, 6, 5, 3)
	select {
	case <-b.Changed():
	default:
		t.Error("nobody was told")
	}
	again := pool.Join("acme", 5, false)
	want("a shard that came back gets its share back", 0, 3, 3, 3)
	again.Abandon()
	want("a shard that will come back keeps its share", 0, 3, 3, 3)
	b.Leave()
	b.Leave()
	want("leaving twice counts once", 0, 0, 6, 3)
	c.Leave()
	other.Leave()
	if len(pool.syncs) != 0 {
		t.Errorf("the pool remembers %v", pool.syncs)
	}
}

// The slots of a sync never exceed the most that was granted at one time.
func TestPool_neverHandsOutMoreThanWasGranted(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 9))
		pool := NewPool()
		var leases []*Lease
		most := 0
		for range 60 {
			switch {
			case len(leases) == 0 || random.IntN(2) == 0:
				leases = append(leases, pool.Join("acme", 1+random.IntN(6), random.IntN(4) == 0))
			default:
				i := random.IntN(len(leases))
				if random.IntN(3) == 0 {
					leases[i].Abandon()
				} else {
					leases[i].Leave()
				}
				leases = append(leases[:i], leases[i+1:]...)
			}
			granted, slots := 0, 0
			for _, lease := range leases {
				granted += lease.own
				slots += lease.Slots()
				if lease.Slots() < lease.own {
					t.Fatalf("seed %d: a lease of %d has %d slots", seed, lease.own, lease.Slots())
				}
			}
			most = max(most, granted)
			if slots > most {
				t.Fatalf("seed %d: %d slots, at most %d were granted", seed, slots, most)
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
		time.AfterFunc(time.Second, ending.Leave)
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
