package inventory

import (
	"context"
	"errors"
	"fmt"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// agree writes a result that no attempt changes any more; where another attempt was faster, its result is taken.
func agree[T any](ctx context.Context, store *staging.Store, key string, result *T) error {
	created, err := store.WriteNewJSON(ctx, key, *result)
	if err != nil || created {
		return err
	}
	*result = *new(T)
	return store.ReadJSON(ctx, key, result)
}

// onceTries bounds how often a stream is written that others tear each time.
const onceTries = 3

// writeOnce writes a stream that no attempt changes any more once it is there: where another attempt was faster, its
// stream is taken. One that is torn is written again, by whoever of several attempts is first.
func writeOnce(ctx context.Context, store *staging.Store, key string, fill func(*staging.Writer) error) (staging.Object, error) {
	for range onceTries {
		object, err := tryOnce(ctx, store, key, fill)
		if !errors.Is(err, staging.ErrExist) {
			return object, err
		}
		object, found, err := written(ctx, store, key)
		if err != nil || found {
			return object, err
		}
	}
	return staging.Object{}, &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: fmt.Errorf("%s: %w", key, staging.ErrTorn),
		Message: "a stream in the bucket is damaged again each time it is written: it is tried again; if it lasts, check the storage",
	}
}

func tryOnce(ctx context.Context, store *staging.Store, key string, fill func(*staging.Writer) error) (staging.Object, error) {
	w, err := store.CreateNew(ctx, key)
	if err != nil {
		return staging.Object{}, err
	}
	defer w.Abort()
	if err := fill(w); err != nil {
		return staging.Object{}, err
	}
	return w.Commit()
}

// written reads a stream to its end and says what it holds; found is false when it is not there. A torn one is removed.
func written(ctx context.Context, store *staging.Store, key string) (object staging.Object, found bool, err error) {
	object, err = store.Verify(ctx, key)
	switch {
	case errors.Is(err, staging.ErrTorn):
		return staging.Object{}, false, store.Delete(ctx, key)
	case errors.Is(err, staging.ErrNotExist):
		return staging.Object{}, false, nil
	}
	return object, err == nil, err
}
