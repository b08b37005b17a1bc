package host

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/roster"
	"longhaul/internal/source"
)

// room has the clients of one source.
type room struct {
	mu    sync.Mutex
	built *built // nil: none are
}

// built are clients, which stay open until nobody uses them and newer ones have replaced them.
type built struct {
	*activities.Source

	version string // of the saved source
	mark    string // of what they were made of; see markOf

	mu    sync.Mutex
	users int
	old   bool // newer ones have replaced them
}

// replace puts newer clients in the place of those that are there; nil where there are none to come. The caller holds the lock.
func (r *room) replace(next *built) {
	before := r.built
	if r.built = next; before == nil {
		return
	}
	before.mu.Lock()
	defer before.mu.Unlock()
	if before.old = true; before.users == 0 {
		before.close()
	}
}

// use counts a user, until ctx ends.
func (b *built) use(ctx context.Context) *activities.Source {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.users++
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.users--; b.users == 0 && b.old {
			b.close()
		}
	})
	return b.Source
}

// close closes idle connections.
func (b *built) close() {
	b.Salesforce.Close()
	for _, one := range b.Exports {
		if one.Target != nil {
			one.Target.Close()
		}
	}
}

// markOf is a hash of what clients are made of. Secrets are not in it: they are read at each use. It gives the source with its address too,
// which is kept with the secrets of a saved one.
func (s *sources) markOf(ctx context.Context, member roster.Member) (from source.Source, mark string, err error) {
	if from = member.Source; !member.Saved() {
		return from, "", nil // settings do not change while a process runs
	}
	if from.Salesforce.BaseURL, err = s.addressOf(ctx, from); err != nil {
		return from, "", err
	}
	said, err := json.Marshal(from) // of a secret it holds the reference
	return from, fmt.Sprintf("%x", sha256.Sum256(said)), err
}

// openedWithin bounds how long one step waits for what is saved of a source: for a bucket or a keeper that hangs.
const openedWithin = 6 * time.Second

// addressOf is baseURL, and ends whatever hangs.
func (s *sources) addressOf(ctx context.Context, from source.Source) (string, error) {
	bucket := ""
	if s.store != nil { // else nothing is saved
		bucket = s.store.Name()
	}
	return opened(ctx, bucket, from.Name, func(ctx context.Context) (string, error) { return baseURL(ctx, from) })
}

// opened reads what is saved of a source, and ends whatever hangs.
func opened[T any](ctx context.Context, bucket, name string, read func(context.Context) (T, error)) (T, error) {
	bounded, cancel := context.WithTimeout(ctx, openedWithin)
	defer cancel()
	value, err := hang.Ask(bounded, "what is saved of source "+name+" in "+bucket, func() (T, error) { return read(bounded) })
	silent, hangs := errors.AsType[*hang.Error](err)
	if !hangs && (!errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil) {
		return value, err
	}
	if !hangs {
		silent = &hang.Error{After: openedWithin}
	}
	return value, &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: silent,
		Message: fmt.Sprintf("what is saved of source %q %s: look whether the disk or the mount of the bucket hangs, or the key service; then try again",
			name, silent),
	}
}
