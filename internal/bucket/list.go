package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"gocloud.dev/blob"
)

// List yields the keys that begin with prefix, in byte order.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for e, err := range b.entries(ctx, prefix, "") {
			if err == nil && strings.HasSuffix(e.key, temporarySuffix) {
				continue
			}
			if !yield(e.key, err) || err != nil {
				return
			}
		}
	}
}

// Folders yields the names directly below prefix that have something below them, in byte order.
func (b *Bucket) Folders(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		seen := map[string]bool{} // some servers repeat the folders on each page of a list
		for e, err := range b.entries(ctx, prefix, "/") {
			if err == nil && (!e.folder || seen[e.key]) {
				continue
			}
			seen[e.key] = true
			if !yield(strings.TrimSuffix(strings.TrimPrefix(e.key, prefix), "/"), err) || err != nil {
				return
			}
		}
	}
}

// DeleteAll removes every object whose key begins with prefix, and returns how many it removed.
func (b *Bucket) DeleteAll(ctx context.Context, prefix string) (n int, err error) {
	for e, err := range b.entries(ctx, prefix, "") {
		if err != nil {
			return n, err
		}
		if err := b.erase(ctx, e.key); err != nil {
			return n, err
		}
		n++
	}
	if b.folder != nil && strings.HasSuffix(prefix, "/") {
		b.folder.removeEmpty(prefix)
	}
	return n, nil
}

// entry is a key or, in a list with a delimiter, a folder.
type entry struct {
	key    string
	folder bool
}

// entries lists, and tells the observer how long the store took, without the time of whoever takes the entries.
func (b *Bucket) entries(ctx context.Context, prefix, delimiter string) iter.Seq2[entry, error] {
	all := b.walk(ctx, prefix, delimiter)
	if b.observer == nil {
		return all
	}
	return func(yield func(entry, error) bool) {
		var failed error
		var taking time.Duration
		began := time.Now()
		all(func(e entry, err error) bool {
			failed = err
			before := time.Now()
			more := yield(e, err)
			taking += time.Since(before)
			return more
		})
		b.observed(opList, time.Since(began)-taking, failed)
	}
}

func (b *Bucket) walk(ctx context.Context, prefix, delimiter string) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		if err := checkPrefix(prefix); err != nil {
			yield(entry{}, err)
			return
		}
		if b.folder != nil {
			b.folder.list(ctx, prefix, delimiter != "", yield)
			return
		}
		n := 0
		it := b.blob.List(&blob.ListOptions{Prefix: prefix, Delimiter: delimiter})
		for {
			var object *blob.ListObject
			err := b.ask(ctx, listing, prefix, func(ctx context.Context) (err error) {
				object, err = it.Next(ctx)
				return unlessEOF(err)
			})
			if err != nil {
				yield(entry{}, err)
				return
			}
			if object == nil {
				if err := b.confirmEnd(ctx, prefix, n); err != nil {
					yield(entry{}, err)
				}
				return
			}
			if n++; !yield(entry{key: object.Key, folder: object.IsDir}, nil) {
				return
			}
		}
	}
}

// unlessEOF returns err unless it is io.EOF itself.
func unlessEOF(err error) error {
	if isEOF(err) {
		return nil
	}
	return err
}

// isEOF reports whether err is io.EOF itself. The error of a connection that breaks off has io.EOF in its chain, and what
// would have followed is not known.
func isEOF(err error) bool { return err == io.EOF } //nolint:errorlint // the chain is what misleads

// pageSize is how many keys a store returns in one answer.
const pageSize = 1000

// confirmEnd makes sure that the store itself answered when a list is empty or ends with a full page. The driver of S3 reads any
// answer with status 200 as an empty list with no further page, and that of Google anything that is JSON. The object that
// every bucket has proves the store. A list of Azure has to be one.
func (b *Bucket) confirmEnd(ctx context.Context, prefix string, n int) error {
	if b.kind != kindS3 && b.kind != kindGoogle || n%pageSize != 0 {
		return nil
	}
	_, err := b.KnownID(ctx)
	if err != nil && !errors.Is(err, ErrNotExist) {
		return fmt.Errorf("list %q: %w", prefix, err)
	}
	return nil
}
