package description

import (
	"context"
	"errors"

	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// TornShardError says that the result of a shard is not what was committed. Its reports are described again when the shard
// is run once more.
type TornShardError struct {
	Shard int
	Err   error
}

func (e *TornShardError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong with the object.
func (e *TornShardError) Unwrap() error { return e.Err }

// TornShard looks for a torn shard behind an error of reading the first shards, and names it if there is one: a damaged
// stream may give lines that make no sense before its end shows the damage. It returns any other error as it is.
func TornShard(ctx context.Context, store *staging.Store, sync staging.Sync, shards int, cause error) error {
	if !errors.Is(cause, stream.ErrMalformed) {
		return cause
	}
	for n := range shards {
		switch _, err := store.Verify(ctx, sync.Shard(n)); {
		case errors.Is(err, staging.ErrTorn):
			return &TornShardError{Shard: n, Err: err}
		case err != nil && !errors.Is(err, staging.ErrNotExist):
			return err
		}
	}
	return cause
}
