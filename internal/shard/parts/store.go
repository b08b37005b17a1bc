// Package parts keeps what is known of a shard in the bucket: parts while the shard runs, and one object in the end.
package parts

import (
	"context"
	"iter"

	"longhaul/internal/staging"
)

// Store is what a shard needs of a bucket. Tests on a virtual clock stand in for it.
type Store interface {
	// Lines gives the lines of a stream, each valid until the next.
	Lines(ctx context.Context, key string) iter.Seq2[[]byte, error]
	// WriteLines stores lines under key, whole or not at all. It gives staging.ErrExist when something is there.
	WriteLines(ctx context.Context, key string, lines iter.Seq2[[]byte, error]) (staging.Object, error)
	// Verify says what a stream holds.
	Verify(ctx context.Context, key string) (staging.Object, error)
	List(ctx context.Context, prefix string) iter.Seq2[string, error]
	Exists(ctx context.Context, key string) (bool, error)
	Delete(ctx context.Context, key string) error
	DeleteAll(ctx context.Context, prefix string) (n int, err error)
}

// In is the Store of a real bucket.
func In(store *staging.Store) Store { return bucket{store} }

type bucket struct{ *staging.Store }

func (b bucket) WriteLines(ctx context.Context, key string, lines iter.Seq2[[]byte, error]) (staging.Object, error) {
	w, err := b.CreateNew(ctx, key)
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
