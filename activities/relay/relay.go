// Package relay ends an attempt at a shard that another attempt replaces in the same process.
package relay

import (
	"context"
	"sync"
)

// Relay knows the shards that are described in this process, so that one which Temporal has given up makes room for its
// successor at once: after a reset, a terminate or heartbeats that did not arrive it would otherwise go on until it hears
// of that, and describe what its successor describes too. Of another process's shards it knows nothing. The zero value
// is ready.
type Relay struct {
	mu      sync.Mutex
	runners map[*runner]bool
}

// runner is one attempt to describe a shard.
type runner struct {
	source, run string // run of the workflow
	shard       int
	cancel      context.CancelFunc
	over        chan struct{}
}

// Enter ends the attempts that this one replaces, waits until they have stored what they have, and gives a context that
// ends when this one is replaced. Only one workflow run at a time syncs a source, so shards of another run are left over.
// leave must be called.
func (r *Relay) Enter(ctx context.Context, source, run string, shard int) (_ context.Context, leave func()) {
	ctx, cancel := context.WithCancel(ctx)
	mine := &runner{source: source, run: run, shard: shard, cancel: cancel, over: make(chan struct{})}
	for _, left := range r.replace(mine) {
		left.cancel()
		select {
		case <-left.over:
		case <-ctx.Done():
		}
	}
	return ctx, func() {
		cancel()
		r.mu.Lock()
		delete(r.runners, mine)
		r.mu.Unlock()
		close(mine.over)
	}
}

// replace notes an attempt and gives those in whose place it is.
func (r *Relay) replace(mine *runner) (left []*runner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other := range r.runners {
		if other.source == mine.source && (other.run != mine.run || other.shard == mine.shard) {
			left = append(left, other)
		}
	}
	if r.runners == nil {
		r.runners = map[*runner]bool{}
	}
	r.runners[mine] = true
	return left
}
