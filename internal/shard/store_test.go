package shard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"longhaul/internal/staging"
)

// fakeStore keeps streams in memory. Unlike a real store it has no goroutines and no pooled codecs, so that it serves
// tests on a virtual clock; its writes take time.
type fakeStore struct {
	mu      sync.Mutex
	streams map[string][][]byte
	torn    map[string]bool
	latency time.Duration
	fail    func(key string) error
	keeps   error            // what the answer to a delete is, if nothing is ever removed
	beforeW func(key string) // before a write becomes visible
	writes  []time.Time      // when writes of parts began
	active  int
	overlap bool // two writes at once
}

func newFakeStore() *fakeStore {
	return &fakeStore{streams: map[string][][]byte{}, torn: map[string]bool{}}
}

func (f *fakeStore) Lines(ctx context.Context, key string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		f.mu.Lock()
		lines, ok := f.streams[key]
		torn := f.torn[key]
		f.mu.Unlock()
		if !ok {
			yield(nil, fmt.Errorf("%s: %w", key, staging.ErrNotExist))
			return
		}
		if torn {
			lines = lines[:len(lines)/2]
		}
		var buf []byte // one buffer, so that a reader that keeps a line is found out
		for _, line := range lines {
			buf = append(buf[:0], line...)
			if !yield(buf, ctx.Err()) || ctx.Err() != nil {
				return
			}
		}
		if torn {
			yield(nil, fmt.Errorf("%s: %w", key, staging.ErrTorn))
		}
	}
}

func (f *fakeStore) WriteLines(ctx context.Context, key string, lines iter.Seq2[[]byte, error]) (staging.Object, error) {
	f.mu.Lock()
	if strings.Contains(key, ".a") {
		f.writes = append(f.writes, time.Now())
		f.active++
		f.overlap = f.overlap || f.active > 1
		defer func() { f.mu.Lock(); f.active--; f.mu.Unlock() }()
	}
	latency, fail, before := f.latency, f.fail, f.beforeW
	f.mu.Unlock()
	var kept [][]byte
	for line, err := range lines {
		if err != nil {
			return staging.Object{}, err
		}
		if !json.Valid(line) {
			return staging.Object{}, errors.New("a line is no JSON")
		}
		kept = append(kept, slices.Clone(line))
	}
	if latency > 0 {
		select {
		case <-time.After(latency):
		case <-ctx.Done():
			return staging.Object{}, ctx.Err()
		}
	}
	if before != nil {
		before(key)
	}
	if fail != nil {
		if err := fail(key); err != nil {
			return staging.Object{}, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if ctx.Err() != nil {
		return staging.Object{}, ctx.Err()
	}
	if _, taken := f.streams[key]; taken {
		return staging.Object{}, staging.ErrExist
	}
	f.streams[key] = kept
	return staging.Object{Key: key, Count: int64(len(kept))}, nil
}

func (f *fakeStore) Verify(_ context.Context, key string) (staging.Object, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return staging.Object{Key: key, Count: int64(len(f.streams[key]))}, nil
}

func (f *fakeStore) List(_ context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, key := range f.keys(prefix) {
			if !yield(key, nil) {
				return
			}
		}
	}
}

func (f *fakeStore) keys(prefix string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(f.streams)), func(k string) bool { return !strings.HasPrefix(k, prefix) })
}

func (f *fakeStore) Exists(_ context.Context, key string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.streams[key]
	return ok, nil
}

func (f *fakeStore) Delete(_ context.Context, key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keeps != nil {
		return f.keeps
	}
	delete(f.streams, key)
	delete(f.torn, key)
	return nil
}

func (f *fakeStore) DeleteAll(ctx context.Context, prefix string) (n int, err error) {
	for _, key := range f.keys(prefix) {
		if err := f.Delete(ctx, key); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// snapshot is what a process finds that starts after this one was killed now.
func (f *fakeStore) snapshot() *fakeStore {
	f.mu.Lock()
	defer f.mu.Unlock()
	return &fakeStore{streams: maps.Clone(f.streams), torn: maps.Clone(f.torn), latency: f.latency}
}

// put stores lines as they are.
func (f *fakeStore) put(key string, lines ...[]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.streams[key] = lines
}
