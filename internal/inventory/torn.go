package inventory

import (
	"context"
	"errors"

	"longhaul/internal/staging"
)

// TornShardError says that the result of a shard is not what was committed. Its reports are described again when the shard
// is run once more.
type TornShardError struct {
	Shard int
	Err   error
}

func (e *TornShardError) Error() string { return e.Err.Error() }

// Unwrap gives what is wrong with the object.
func (e *TornShardError) Unwrap() error { return e.Err }

// TornShard looks for a torn shard behind an error that came of reading the first so many, and names it if there is one:
// what is damaged may give lines that make no sense before its end shows that it is. Any other error stays as it is.
func TornShard(ctx context.Context, store *staging.Store, sync staging.Sync, shards int, cause error) error {
	if !errors.Is(cause, errMalformed) {
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
