package shard

import (
	"slices"
	"sync"
)

// Slots says how many requests a run may have in flight. The number may change while the run works.
type Slots interface {
	// Slots is the number now; a run treats less than one as one.
	Slots() int
	// Changed gives a value after the number has changed.
	Changed() <-chan struct{}
}

// Fixed is a number of slots that never changes.
type Fixed int

// Slots is the number.
func (f Fixed) Slots() int { return int(f) }

// Changed never gives a value.
func (f Fixed) Changed() <-chan struct{} { return nil }

// Pool hands the in-flight shares of the shards that run in this process from those that end to those that still run.
// A share is passed on only once the last shard of the sync has begun in this process: from then on no other shard will
// be started in the place of one that ends.
type Pool struct {
	mu    sync.Mutex
	syncs map[string]*group
}

// group is the leases of one sync in the order in which they joined.
type group struct {
	leases []*Lease
	ending bool // the last shard has begun
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
	extra   int // taken over from shards that ended
	left    bool
	changed chan struct{}
}

var (
	_ Slots = (*Lease)(nil)
	_ Slots = Fixed(0)
)

// Join gives a shard of the sync its share; last says that no shard will be started after it. If the shares of ended shards were passed on, the newcomer's share is taken
// back from them first: it is a shard that came back, and its share must not count twice.
func (p *Pool) Join(syncKey string, share int, last bool) *Lease {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.syncs[syncKey]
	if g == nil {
		g = &group{}
		p.syncs[syncKey] = g
	}
	lease := &Lease{pool: p, sync: syncKey, own: max(share, 0), changed: make(chan struct{}, 1)}
	g.ending = g.ending || last
	g.reclaim(lease.own)
	g.leases = append(g.leases, lease)
	return lease
}

// Slots is the share now, with what was taken over; zero after the lease has ended.
func (l *Lease) Slots() int {
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	if l.left {
		return 0
	}
	return l.own + l.extra
}

// Changed gives a value after the share has changed; changes that nobody has taken yet count as one.
func (l *Lease) Changed() <-chan struct{} { return l.changed }

// Leave ends the lease of a shard that is done. Once the last shard of the sync has begun, its share goes to those that
// still run in this process, divided evenly, what remains of the division to the first. Ending twice does nothing.
func (l *Lease) Leave() { l.end(true) }

// Abandon ends the lease of a shard that will be tried again, perhaps by another process: its share goes with it.
func (l *Lease) Abandon() { l.end(false) }

func (l *Lease) end(done bool) {
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	if l.left {
		return
	}
	l.left = true
	g := l.pool.syncs[l.sync]
	g.leases = slices.DeleteFunc(g.leases, func(other *Lease) bool { return other == l })
	if len(g.leases) == 0 {
		delete(l.pool.syncs, l.sync)
		return
	}
	give := l.extra // what was taken over belongs to shards that are done, whatever becomes of this one
	if done && g.ending {
		give += l.own
	}
	g.distribute(give)
}

// distribute divides n among the leases that are left.
func (g *group) distribute(n int) {
	each, rest := n/len(g.leases), n%len(g.leases)
	for i, lease := range g.leases {
		add := each
		if i == 0 {
			add += rest
		}
		lease.add(add)
	}
}

// reclaim takes up to n back from what was passed on, beginning with whoever took over most.
func (g *group) reclaim(n int) {
	for ; n > 0; n-- {
		var most *Lease
		for _, lease := range g.leases {
			if lease.extra > 0 && (most == nil || lease.extra > most.extra) {
				most = lease
			}
		}
		if most == nil {
			return
		}
		most.add(-1)
	}
}

// add changes what a lease took over and says so to its holder.
func (l *Lease) add(n int) {
	if n == 0 {
		return
	}
	l.extra += n
	select {
	case l.changed <- struct{}{}:
	default:
	}
}
