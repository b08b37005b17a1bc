package bucket

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// seen notes what an observer is told.
type seen struct {
	mu    sync.Mutex
	told  []string
	bytes map[string]int64
}

func (s *seen) Request(operation string, took time.Duration, absent bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, fmt.Sprintf("%s absent=%v failed=%v", operation, absent, err != nil && !absent))
	if took < 0 || took > time.Minute {
		s.told = append(s.told, "took "+took.String())
	}
}

func (s *seen) Bytes(direction string, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes[direction] += n
}

func TestObserve_tellsOfEachRequest(t *testing.T) {
	t.Parallel()
	b := folderBucket(t)
	s := &seen{bytes: map[string]int64{}}
	b.Observe(s)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(b.Write(ctx, "a/one", []byte("four")))
	_, err := b.WriteNew(ctx, "a/one", []byte("other"))
	must(err)
	_, err = b.Read(ctx, "a/one")
	must(err)
	if _, err := b.Read(ctx, "a/two"); !errors.Is(err, ErrNotExist) {
		t.Fatal(err)
	}
	_, err = b.Exists(ctx, "a/one")
	must(err)
	for _, err := range b.List(ctx, "a/") {
		must(err)
	}
	must(b.Delete(ctx, "a/one"))
	for _, err := range b.List(ctx, "a/../") {
		if err == nil {
			t.Error("a list of no prefix succeeds")
		}
	}
	want := []string{
		"write absent=false failed=false", "write absent=false failed=false", "read absent=false failed=false", "read absent=true failed=false",
		"head absent=false failed=false", "list absent=false failed=false", "delete absent=false failed=false",
		"list absent=false failed=true",
	}
	if !slices.Equal(s.told, want) || s.bytes["read"] != 4 || s.bytes["written"] != 9 {
		t.Errorf("it was told %q and %v,\nwant %q, 4 read and 9 written", s.told, s.bytes, want)
	}
}
