package node

import (
	"context"

	"longhaul/internal/control"
)

// StartWorker starts a node without a Temporal of its own: a worker for the one that Dial finds. It waits until the bucket can
// be used, because a worker that polls without a bucket takes work from those that have one. It gives nil without an error
// where ctx ends before that.
func StartWorker(ctx context.Context, o Options) (_ *Node, err error) {
	if err := enoughForWorker(o.Settings); err != nil {
		return nil, err
	}
	n := &Node{Fatal: NewFatal(), parts: shutdown{logger: o.Logger}}
	ready := false
	defer func() {
		if !ready {
			n.Close()
		}
	}()
	hosted, err := n.openHost(ctx, o)
	if err != nil {
		return nil, err
	}
	bucket := watchBucket(n.Store, o.Logger)
	if err := n.dial(ctx, o, hosted); err != nil {
		return nil, err
	}
	bucket.wait(ctx)
	if ctx.Err() != nil {
		return nil, nil
	}
	if err := n.startWorker(hosted); err != nil {
		return nil, control.Explain(err)
	}
	ready = true
	return n, nil
}
