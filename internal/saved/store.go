package saved

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/seal"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// Store holds the saved sources of a bucket. It is safe for concurrent use.
type Store struct {
	store  *staging.Store
	keeper *seal.Keeper // nil: the process has no key, and can list and remove only
	learn  func(secrets ...string)

	mu    sync.Mutex
	swept time.Time // when this process last looked for what was forgotten
}

// New makes a Store. Without a keeper it lists and removes sources, and opens none. It hands each secret that it opens to learn, before
// anybody uses it, so that the log can mask it; learn may be nil.
func New(store *staging.Store, keeper *seal.Keeper, learn func(secrets ...string)) *Store {
	if learn == nil {
		learn = func(...string) {}
	}
	return &Store{store: store, keeper: keeper, learn: learn}
}

const (
	// mostSources bounds the sources that are listed.
	mostSources = 10_000
	// sweepEvery is how often a process that lists the sources looks for what was forgotten, too.
	sweepEvery = time.Hour
	// forgottenAfter is the age at which a candidate belongs to nobody: its check ends within minutes.
	forgottenAfter = 24 * time.Hour
)

// Versions gives the newest version of each saved source, by one listing. Whoever looks again sees by it what is new, changed or gone. Once an
// hour it removes what a process that was killed has left behind.
func (s *Store) Versions(ctx context.Context) (map[string]string, error) {
	newest, err := newestOf(ctx, s.store, staging.SavedPrefix)
	if err != nil {
		return nil, fmt.Errorf("listing the saved sources: %w", err)
	}
	s.mu.Lock()
	due := time.Since(s.swept) >= sweepEvery
	if due {
		s.swept = time.Now()
	}
	s.mu.Unlock()
	if due {
		_ = s.Sweep(ctx, time.Now()) // what cannot be removed is tried again, and does no harm meanwhile
	}
	return newest, nil
}

// Names lists the saved sources of a bucket, and does nothing else.
func Names(ctx context.Context, in *staging.Store) ([]string, error) {
	newest, err := newestOf(ctx, in, staging.SavedPrefix)
	if err != nil {
		return nil, fmt.Errorf("listing the saved sources: %w", err)
	}
	return slices.Sorted(maps.Keys(newest)), nil
}

// newestOf lists the newest version of each source below a prefix. Keys of another form are no sources.
func newestOf(ctx context.Context, in *staging.Store, prefix string) (map[string]string, error) {
	newest := map[string]string{}
	for key, err := range in.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		name, version, ok := staging.ParseSaved(key)
		if !ok || source.CheckName(name) != nil {
			continue
		}
		if newest[name] = max(newest[name], version); len(newest) > mostSources {
			return nil, fault.Invalidf("more than %d sources are saved below %s: remove those that nobody needs", mostSources, staging.SavedPrefix)
		}
	}
	return newest, nil
}

// Newest is the version of a saved source that counts; empty where none is saved.
func (s *Store) Newest(ctx context.Context, name string) (version string, err error) {
	newest, err := newestOf(ctx, s.store, staging.SavedPrefixOf(name))
	if err != nil {
		return "", fmt.Errorf("listing what is saved of source %q: %w", name, err)
	}
	return newest[name], nil
}

// removeBefore removes the versions of a source before one.
func removeBefore(ctx context.Context, in *staging.Store, prefix, version string) error {
	all, err := keys(ctx, in, prefix)
	if err != nil {
		return err
	}
	return removeKeys(ctx, in, slices.DeleteFunc(all, func(key string) bool {
		_, v, ok := staging.ParseSaved(key)
		return !ok || v >= version
	}))
}

// Sweep removes candidates that were forgotten, and versions that were replaced, once they are a day old.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	newest, err := newestOf(ctx, s.store, staging.SavedPrefix)
	if err != nil {
		return err
	}
	var old []string
	for _, prefix := range []string{staging.CandidatesPrefix, staging.SavedPrefix} {
		for key, err := range s.store.List(ctx, prefix) {
			if err != nil {
				return err
			}
			name, version, ok := staging.ParseSaved(key)
			since := version
			if prefix == staging.SavedPrefix {
				since = newest[name]
				ok = ok && version < since
			}
			if at, _, known := staging.ParseSyncID(since); ok && known && now.Sub(at) > forgottenAfter {
				old = append(old, key)
			}
		}
	}
	for _, key := range old {
		err = errors.Join(err, s.store.Delete(ctx, key))
	}
	return err
}
