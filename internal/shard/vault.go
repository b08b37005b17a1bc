package shard

import (
	"context"
	"iter"

	"longhaul/internal/staging"
)

// vault is what a run needs of the store. Tests stand in for it where time matters.
type vault interface {
	// lines gives the lines of a stream, each valid until the next.
	lines(ctx context.Context, key string) iter.Seq2[[]byte, error]
	// write stores lines under key, whole or not at all; staging.ErrExist when something is there.
	write(ctx context.Context, key string, lines iter.Seq2[[]byte, error]) (staging.Object, error)
	// sum says what a stream holds.
	sum(ctx context.Context, key string) (staging.Object, error)
	list(ctx context.Context, prefix string) iter.Seq2[string, error]
	exists(ctx context.Context, key string) (bool, error)
	remove(ctx context.Context, key string) error
	removeAll(ctx context.Context, prefix string) error
}

// bucket is the vault in a real store.
type bucket struct{ store *staging.Store }

var _ vault = bucket{}

func (b bucket) lines(ctx context.Context, key string) iter.Seq2[[]byte, error] {
	return b.store.Lines(ctx, key)
}

func (b bucket) write(ctx context.Context, key string, lines iter.Seq2[[]byte, error]) (staging.Object, error) {
	w, err := b.store.CreateNew(ctx, key)
	if err != nil {
		return staging.Object{}, err
	}
	defer w.Abort()
	for line, err := range lines {
		if err == nil {
			err = w.Append(line)
		}
		if err != nil {
			return staging.Object{}, err
		}
	}
	return w.Commit()
}

func (b bucket) sum(ctx context.Context, key string) (staging.Object, error) {
	return b.store.Verify(ctx, key)
}

func (b bucket) list(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return b.store.List(ctx, prefix)
}

func (b bucket) exists(ctx context.Context, key string) (bool, error) {
	return b.store.Exists(ctx, key)
}

func (b bucket) remove(ctx context.Context, key string) error {
	return b.store.Delete(ctx, key)
}

func (b bucket) removeAll(ctx context.Context, prefix string) error {
	_, err := b.store.DeleteAll(ctx, prefix)
	return err
}
