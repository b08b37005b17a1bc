// Package slots shares out the requests that the shards of a sync may have in flight.
package slots

import (
	"context"
	"slices"
	"sync"
)

// Pool holds the slot shares of the shards that run in this process, by sync. Shards of one sync lend each other the
// slots they do not use, for instance while one of them writes its object. Together they never have more requests in
// flight than their shares allow, so the bound holds over all processes too.
type Pool struct {
	mu    sync.Mutex
	syncs map[string]*group
}

// group is the shards of one sync that run in this process.
type group struct {
	shares   []*Share // in the order in which they joined
	capacity int      // the sum of all shares, and of what was kept
	kept     int      // slots of ended shards that nobody will claim any more
	inUse    int
	ending   bool            // the last shard has begun: none will be started in place of one that ends
	waiting  []chan struct{} // each is closed once inUse fits capacity
}

// NewPool makes an empty pool.
func NewPool() *Pool {
	return &Pool{syncs: map[string]*group{}}
}

// Share is the slots of one running shard.
type Share struct {
	pool    *Pool
	sync    string
	own     int // granted at Join
	inUse   int
	idle    bool
	refused bool // the last TryAcquire failed
	left    bool
	freed   chan struct{}
}

// Join gives a shard of the sync its share; last says that no shard will be started after it. A shard that joins after
// the last one has come back for another slice. Whether the pool kept its share is not known, so the share is taken from
// what was kept of any shard: it must not count twice, though the shards of this process may then have fewer slots than
// before.
func (p *Pool) Join(syncKey string, share int, last bool) *Share {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.syncs[syncKey]
	if g == nil {
		g = &group{}
		p.syncs[syncKey] = g
	}
	s := &Share{pool: p, sync: syncKey, own: max(share, 1), freed: make(chan struct{}, 1)}
	g.ending = g.ending || last
	reclaimed := min(g.kept, s.own)
	g.kept -= reclaimed
	g.capacity += s.own - reclaimed
	g.shares = append(g.shares, s)
	return s
}

// Limit is how many requests the shard could have in flight now: its share, or more where others leave slots unused.
func (s *Share) Limit() int {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	if s.left {
		return 0
	}
	return max(s.own, s.inUse+s.pool.syncs[s.sync].spare())
}

// TryAcquire takes a slot of the shard's own share, or one that no other shard has a use for.
func (s *Share) TryAcquire() bool {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	if s.left {
		return false
	}
	g := s.pool.syncs[s.sync]
	s.refused = g.inUse >= g.capacity || s.inUse >= s.own && g.spare() <= 0
	if s.refused {
		return false
	}
	s.inUse++
	g.inUse++
	return true
}

// Release gives a slot back.
func (s *Share) Release() {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	g := s.pool.syncs[s.sync]
	s.inUse--
	g.inUse--
	g.notify()
}

// SetIdle lends the shard's unused slots to the others, or asks for them back as they become free.
func (s *Share) SetIdle(idle bool) {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	if s.idle == idle || s.left {
		return
	}
	s.idle = idle
	if idle {
		s.pool.syncs[s.sync].notify()
	}
}

// Freed gives a value when a slot that TryAcquire refused may be free.
func (s *Share) Freed() <-chan struct{} { return s.freed }

// Leave ends the share of a shard that is done. Once the last shard of the sync has begun, its slots stay with the
// shards that still run in this process. Before, another shard will claim them, perhaps in another process: Leave
// returns when nobody uses them any more, or when ctx ends. Leaving twice does nothing.
func (s *Share) Leave(ctx context.Context) { s.end(ctx, true) }

// Abandon ends the share of a shard that will be tried again, perhaps in another process: its slots go with it, as with
// Leave before the last shard has begun. Where it was the only shard left, what was kept is lost: nothing here would
// know when another process has a claim to it, and the bound over all processes comes first.
func (s *Share) Abandon(ctx context.Context) { s.end(ctx, false) }

func (s *Share) end(ctx context.Context, done bool) {
	unused := s.leave(done)
	if unused == nil {
		return
	}
	select {
	case <-unused:
	case <-ctx.Done():
	}
}

// leave takes the share out of its group. The channel, if any, closes when the slots of the share are not in use any
// more.
func (s *Share) leave(done bool) <-chan struct{} {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	if s.left {
		return nil
	}
	s.left = true
	g := s.pool.syncs[s.sync]
	g.shares = slices.DeleteFunc(g.shares, func(other *Share) bool { return other == s })
	if len(g.shares) == 0 {
		delete(s.pool.syncs, s.sync)
		return nil
	}
	if done && g.ending {
		g.kept += s.own
		g.notify()
		return nil
	}
	g.capacity -= s.own
	if g.inUse <= g.capacity {
		return nil
	}
	unused := make(chan struct{})
	g.waiting = append(g.waiting, unused)
	return unused
}

// spare is how many slots no shard has a claim on: a shard that is not idle has one on its whole share.
func (g *group) spare() int {
	claimed := 0
	for _, s := range g.shares {
		if s.idle {
			claimed += s.inUse
		} else {
			claimed += max(s.own, s.inUse)
		}
	}
	return g.capacity - claimed
}

// notify wakes the shards that were refused a slot, and those that wait for their slots to come back.
func (g *group) notify() {
	for _, s := range g.shares {
		if !s.refused {
			continue
		}
		s.refused = false
		select {
		case s.freed <- struct{}{}:
		default:
		}
	}
	if g.inUse <= g.capacity {
		for _, unused := range g.waiting {
			close(unused)
		}
		g.waiting = nil
	}
}

// Fixed is a number of slots that never changes.
type Fixed int

// Limit is the number.
func (f Fixed) Limit() int { return int(f) }

// TryAcquire always succeeds: a run keeps to Limit by itself.
func (f Fixed) TryAcquire() bool { return true }

// Release does nothing.
func (f Fixed) Release() {}

// SetIdle does nothing.
func (f Fixed) SetIdle(bool) {}

// Freed never gives a value.
func (f Fixed) Freed() <-chan struct{} { return nil }
