package rights

import (
	"context"
	"fmt"
	"iter"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
)

// bringBack is what to change where a disk hangs.
const bringBack = "bring the disk or the mount back (df shows whether it answers), or set another storage"

// disk is a bucket in a folder, whose system may never answer. Stores over a network keep to the end of a context by themselves.
type disk struct{ Store }

// answering makes each question to a bucket end with its context.
func answering(store Store) Store {
	if store.Folder() == "" {
		return store
	}
	return disk{store}
}

func ask[T any](ctx context.Context, d disk, f func() (T, error)) (T, error) {
	return hang.Ask(ctx, "the folder "+d.Folder(), f)
}

// TryWrite is that of the bucket.
func (d disk) TryWrite(ctx context.Context, key string, content []byte, ifAbsent bool) (created bool, err error) {
	return ask(ctx, d, func() (bool, error) { return d.Store.TryWrite(ctx, key, content, ifAbsent) })
}

// Read is that of the bucket.
func (d disk) Read(ctx context.Context, key string) ([]byte, error) {
	return ask(ctx, d, func() ([]byte, error) { return d.Store.Read(ctx, key) })
}

// List is that of the bucket, which it reads to its end first: a check lists its own object alone.
func (d disk) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	keys, err := ask(ctx, d, func() (keys []string, err error) {
		for key, err := range d.Store.List(ctx, prefix) {
			if err != nil {
				return keys, err
			}
			keys = append(keys, key)
		}
		return keys, nil
	})
	return func(yield func(string, error) bool) {
		for _, key := range keys {
			if !yield(key, nil) {
				return
			}
		}
		if err != nil {
			yield("", err)
		}
	}
}

// Delete is that of the bucket.
func (d disk) Delete(ctx context.Context, key string) error {
	_, err := ask(ctx, d, func() (struct{}, error) { return struct{}{}, d.Store.Delete(ctx, key) })
	return err
}

func unanswered(store Store, silent *hang.Error) error {
	why := "its driver hangs"
	if store.Folder() != "" {
		why = "the disk or the mount hangs"
	}
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: silent, Message: fmt.Sprintf("the bucket %s %s: %s", store.Name(), silent, why),
	}
}

// Unanswered are the rows of Check where it does not end itself.
func Unanswered(store Store, silent *hang.Error) []doctor.Finding {
	t := &trial{store: store, silent: true}
	fix := bringBack
	if store.Folder() == "" {
		fix = "check that this machine reaches the bucket, and how it gets the bucket's credentials"
	}
	write := t.row("write", "Bucket: write").Failed(unanswered(store, silent), noSync, fix)
	ctx := context.Background() // nothing is asked of a bucket that is silent
	return []doctor.Finding{t.list(ctx), t.read(ctx), write, t.writeIfAbsent(ctx), t.remove(ctx)}
}
