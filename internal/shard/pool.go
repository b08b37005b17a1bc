package shard

import (
	"context"
	"slices"
	"sync"
)

// Slots says how many requests a run may have in flight. The number may change while the run works.
type Slots interface {
	// Slots is the number now, for the run's own measures; a run treats less than one as one.
	Slots() int
	// Take takes a slot for a request; false when none is free now.
	Take() bool
	// Give gives a slot back.
	Give()
	// Idle says whether the run has nothing to ask for at present, so that others may use its slots.
	Idle(idle bool)
	// Changed gives a value when a slot that Take refused may be free.
	Changed() <-chan struct{}
}

// Fixed is a number of slots that never changes.
type Fixed int

// Slots is the number.
func (f Fixed) Slots() int { return int(f) }

// Take always succeeds: a run keeps to Slots by itself.
func (f Fixed) Take() bool { return true }

// Give does nothing.
func (f Fixed) Give() {}

// Idle does nothing.
func (f Fixed) Idle(bool) {}

// Changed never gives a value.
func (f Fixed) Changed() <-chan struct{} { return nil }

// Pool holds the in-flight shares of the shards that run in this process, by sync. Shards of one sync lend each other
// what they do not use, for instance while one of them writes its object; together they never have more requests in
// flight than their shares allow, so the bound holds over all processes too.
type Pool struct {
	mu    sync.Mutex
	syncs map[string]*group
}

// group is the shards of one sync that run in this process.
type group struct {
	leases   []*Lease // in the order in which they joined
	capacity int      // the shares of all of them, and what was kept
	kept     int      // shares of ended shards that nobody will claim any more
	inUse    int
	ending   bool            // the last shard has begun: none will be started in the place of one that ends
	waiting  []chan struct{} // closed once inUse fits capacity
}

// NewPool makes an empty pool.
func NewPool() *Pool {
	return &Pool{syncs: map[string]*group{}}
}

// Lease is the share of one running shard.
type Lease struct {
	pool    *Pool
	sync    string
	own     int // granted at Join
	inUse   int
	idle    bool
	refused bool // the last Take failed
	left    bool
	changed chan struct{}
}

var (
	_ Slots = (*Lease)(nil)
	_ Slots = Fixed(0)
)

// Join gives a shard of the sync its share; last says that no shard will be started after it. A shard that joins after
// the last one is one that came back. Whether its own share was kept here is not known, so it is taken from what was kept
// by whomever: it must not count twice, though the shards of this process may then have less than they had.
func (p *Pool) Join(syncKey string, share int, last bool) *Lease {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.syncs[syncKey]
	if g == nil {
		g = &group{}
		p.syncs[syncKey] = g
	}
	lease := &Lease{pool: p, sync: syncKey, own: max(share, 1), changed: make(chan struct{}, 1)}
	g.ending = g.ending || last
	back := min(g.kept, lease.own)
	g.kept -= back
	g.capacity += lease.own - back
	g.leases = append(g.leases, lease)
	return lease
}

// Slots is what the shard could have in flight now: its share, or more where others leave some unused.
func (l *Lease) Slots() int {
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	if l.left {
		return 0
	}
	return max(l.own, l.inUse+l.pool.syncs[l.sync].spare())
}

// Take takes a slot of the shard's own share, or one that no other shard has a use for.
func (l *Lease) Take() bool {
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	if l.left {
		return false
	}
	g := l.pool.syncs[l.sync]
	l.refused = g.inUse >= g.capacity || l.inUse >= l.own && g.spare() <= 0
	if l.refused {
		return false
	}
	l.inUse++
	g.inUse++
	return true
}

// Give gives a slot back.
func (l *Lease) Give() {
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	g := l.pool.syncs[l.sync]
	l.inUse--
	g.inUse--
	g.tell()
}

// Idle lends the shard's unused slots to the others, or asks for them back as they become free.
func (l *Lease) Idle(idle bool) {
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	if l.idle == idle || l.left {
		return
	}
	l.idle = idle
	if idle {
		l.pool.syncs[l.sync].tell()
	}
}

// Changed gives a value when a slot that Take refused may be free.
func (l *Lease) Changed() <-chan struct{} { return l.changed }

// Leave ends the lease of a shard that is done. Once the last shard of the sync has begun, its share stays with those
// that still run in this process. Before, another shard will claim it, perhaps in another process: Leave returns when
// nobody uses it any more, or when ctx ends. Ending twice does nothing.
func (l *Lease) Leave(ctx context.Context) { l.end(ctx, true) }

// Abandon ends the lease of a shard that will be tried again, perhaps in another process: its share goes with it, as with
// Leave before the end. Where it was the only one left, what was kept is lost: nothing here would know when another
// process has a claim to it, and the bound over all of them comes first.
func (l *Lease) Abandon(ctx context.Context) { l.end(ctx, false) }

func (l *Lease) end(ctx context.Context, done bool) {
	returned := l.leave(done)
	if returned == nil {
		return
	}
	select {
	case <-returned:
	case <-ctx.Done():
	}
}

// leave takes the lease out of its group. The channel, if any, closes when the share that leaves is not in use any more.
func (l *Lease) leave(done bool) <-chan struct{} {
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	if l.left {
		return nil
	}
	l.left = true
	g := l.pool.syncs[l.sync]
	g.leases = slices.DeleteFunc(g.leases, func(other *Lease) bool { return other == l })
	if len(g.leases) == 0 {
		delete(l.pool.syncs, l.sync)
		return nil
	}
	if done && g.ending {
		g.kept += l.own
		g.tell()
		return nil
	}
	g.capacity -= l.own
	if g.inUse <= g.capacity {
		return nil
	}
	returned := make(chan struct{})
	g.waiting = append(g.waiting, returned)
	return returned
}

// spare is how many slots no shard has a claim on: a shard that is not idle has one on its whole share.
func (g *group) spare() int {
	claimed := 0
	for _, lease := range g.leases {
		if lease.idle {
			claimed += lease.inUse
		} else {
			claimed += max(lease.own, lease.inUse)
		}
	}
	return g.capacity - claimed
}

// tell wakes the shards that were refused a slot, and those that wait for their share to come back.
func (g *group) tell() {
	for _, lease := range g.leases {
		if !lease.refused {
			continue
		}
		lease.refused = false
		select {
		case lease.changed <- struct{}{}:
		default:
		}
	}
	if g.inUse <= g.capacity {
		for _, returned := range g.waiting {
			close(returned)
		}
		g.waiting = nil
	}
}
