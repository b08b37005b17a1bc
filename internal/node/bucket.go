package node

import (
	"context"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// lookAgain is how often a bucket that cannot be used is tried again.
const lookAgain = 15 * time.Second

// bucketWatch logs whether the bucket of a process can be used.
type bucketWatch struct {
	store  *staging.Store
	logger *zap.Logger
	logged string // what was wrong at the last look
}

// watchBucket makes the watch. It warns of a bucket in memory at once.
func watchBucket(store *staging.Store, logger *zap.Logger) *bucketWatch {
	if store.EndsWithProcess() {
		logger.Warn("the bucket is kept in memory: when this process ends, so does all that it holds, and no other process sees it; "+
			"set storage to a folder or to a bucket of a store", zap.Stringer("bucket", store))
	}
	return &bucketWatch{store: store, logger: logger}
}

// WatchBucket looks at the bucket of the node. While the bucket cannot be used it goes on looking in the background, because
// Temporal and its UI are of use without it.
func (n *Node) WatchBucket(ctx context.Context) {
	if n.Store == nil {
		return
	}
	if bucket := watchBucket(n.Store, n.parts.logger); !bucket.usable(ctx) {
		go func() { _ = fault.Caught(func() error { bucket.wait(ctx); return nil }) }()
	}
}

// usable looks at the bucket once. It logs what is wrong when that has changed, and when it is over.
func (w *bucketWatch) usable(ctx context.Context) bool {
	err := fault.Caught(func() error { return w.store.Look(ctx) })
	switch why := sentence(err); {
	case ctx.Err() != nil:
		return false
	case err == nil && w.logged != "":
		w.logged = ""
		w.logger.Info("the bucket can be used now", zap.Stringer("bucket", w.store))
	case why != w.logged:
		w.logged = why
		w.logger.Warn("the bucket cannot be used, so no sync can run; it is looked at again every "+lookAgain.String(),
			zap.Stringer("bucket", w.store), zap.String("why", why))
	}
	return err == nil
}

// wait returns when the bucket can be used, or when ctx has ended.
func (w *bucketWatch) wait(ctx context.Context) {
	for !w.usable(ctx) {
		pause := time.NewTimer(lookAgain)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
	}
}

// sentence leaves out the wrapped errors: a store may have put the number of the request there, which differs each time.
func sentence(err error) string {
	if f := fault.From(err); f != nil {
		return f.Message
	}
	if err == nil {
		return ""
	}
	return fault.Short(err.Error(), 1000)
}
