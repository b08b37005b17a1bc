package listing

import (
	"context"

	"longhaul/internal/staging"
)

// agree writes a result that no attempt changes once it is there. Where another attempt was faster, its result is taken.
func agree[T any](ctx context.Context, store *staging.Store, key string, result *T) error {
	created, err := store.WriteNewJSON(ctx, key, *result)
	if err != nil || created {
		return err
	}
	*result = *new(T)
	return store.ReadJSON(ctx, key, result)
}
