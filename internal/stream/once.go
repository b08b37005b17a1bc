package stream

import (
	"context"
	"errors"
	"fmt"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// onceTries bounds how often a stream is written that others tear each time.
const onceTries = 3

// WriteOnce writes a stream that no attempt changes once it is there. Where another attempt was faster, its stream is
// taken. A torn stream is removed and written again, by the first attempt that finds it.
func WriteOnce(ctx context.Context, store *staging.Store, key string, fill func(*staging.Writer) error) (staging.Object, error) {
	for range onceTries {
		object, err := tryOnce(ctx, store, key, fill)
		if !errors.Is(err, staging.ErrExist) {
			return object, err
		}
		object, found, err := Written(ctx, store, key)
		if err != nil || found {
			return object, err
		}
	}
	return staging.Object{}, &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: fmt.Errorf("%s: %w", key, staging.ErrTorn),
		Message: "a stream in the bucket is damaged again each time it is written: if it lasts, check the storage",
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

// Written reads a stream to its end and returns what it holds; found is false when it is not there. It removes a torn one.
func Written(ctx context.Context, store *staging.Store, key string) (object staging.Object, found bool, err error) {
	object, err = store.Verify(ctx, key)
	switch {
	case errors.Is(err, staging.ErrTorn):
		return staging.Object{}, false, store.Delete(ctx, key)
	case errors.Is(err, staging.ErrNotExist):
		return staging.Object{}, false, nil
	}
	return object, err == nil, err
}
