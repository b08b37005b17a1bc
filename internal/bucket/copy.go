package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Copy puts the object under from under to as well, whole, in place of what is there. The store does so by itself where it
// can.
func (b *Bucket) Copy(ctx context.Context, from, to string) error {
	if err := checkKey(from); err != nil {
		return err
	}
	if err := checkKey(to); err != nil {
		return err
	}
	began := time.Now()
	err := b.within(ctx, copyTimeout, reading, from, func(ctx context.Context) error { return b.copyWithin(ctx, from, to) })
	if err == nil {
		err = b.confirm(ctx, to, anySize)
		b.observed(opWrite, time.Since(began), err)
		return err
	}
	if ctx.Err() != nil || b.folder == nil && errors.Is(err, ErrNotExist) {
		return err
	}
	return b.copyThrough(ctx, from, to) // the object may be too large for a copy, or the store may not know copies
}

// copyWithin makes the store copy.
func (b *Bucket) copyWithin(ctx context.Context, from, to string) error {
	if b.folder == nil {
		return b.blob.Copy(ctx, to, from, nil)
	}
	return b.folder.copy(from, to)
}

// copyThrough reads and writes.
func (b *Bucket) copyThrough(ctx context.Context, from, to string) error {
	r, err := b.NewReader(ctx, from)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	w, err := b.NewWriter(ctx, to, WriteOptions{})
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := io.Copy(w, r); err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, r.Fault(err))
	}
	return w.Commit()
}
