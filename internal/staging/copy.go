package staging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Copy puts what is under from under to as well, whole, in place of what is there. The bucket does it by itself where it
// can.
func (s *Store) Copy(ctx context.Context, from, to string) error {
	if err := checkKey(from); err != nil {
		return err
	}
	if err := checkKey(to); err != nil {
		return err
	}
	err := s.within(ctx, longestCopy, reading, from, func(ctx context.Context) error { return s.copyWithin(ctx, from, to) })
	if err == nil {
		return s.confirm(ctx, to, anySize)
	}
	if ctx.Err() != nil || s.dir == "" && errors.Is(err, ErrNotExist) {
		return err
	}
	return s.copyThrough(ctx, from, to) // too large for a copy, perhaps, or a bucket that has none
}

// anySize is the size of an object of which only its being there is confirmed.
const anySize = -1

func (s *Store) copyWithin(ctx context.Context, from, to string) error {
	if s.dir == "" {
		return s.bucket.Copy(ctx, to, from, nil)
	}
	temporary := s.path(to + "." + nonce() + temporarySuffix)
	if err := os.Link(s.path(from), temporary); err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary) }() // it stays where both are one file already
	return os.Rename(temporary, s.path(to))
}

// copyThrough reads and writes.
func (s *Store) copyThrough(ctx context.Context, from, to string) error {
	r, err := s.reader(ctx, from)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	w, err := s.CreateFile(ctx, to)
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := io.Copy(w, r); err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, s.fault(reading, from, err))
	}
	_, err = w.Commit()
	return err
}
