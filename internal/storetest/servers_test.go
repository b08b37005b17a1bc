package storetest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/storetest"
)

// onServers runs a test on each installed server, through a proxy.
func onServers(t *testing.T, test func(t *testing.T, s *staging.Store, p *storetest.Proxy)) {
	t.Helper()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		server := storetest.Start(t, kind)
		bucket := fmt.Sprintf("bucket%d", buckets.Add(1))
		server.Make(t, bucket)
		p := storetest.NewProxy(t, server)
		test(t, openAt(t, kind, p, bucket), p)
	})
}

// TestServers_keepWhatLonghaulRelies goes through what a sync asks of a bucket.
func TestServers_keepWhatLonghaulRelies(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s *staging.Store, p *storetest.Proxy) {
		ctx := t.Context()
		first, err := s.ID(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.ID(ctx); err != nil || again != first {
			t.Errorf("the id %q became %q, %v", first, again, err)
		}
		if err := s.Look(ctx); err != nil {
			t.Errorf("a look: %v", err)
		}
		t.Run("one winner", func(t *testing.T) { oneWinner(t, s) })
		t.Run("a long list", func(t *testing.T) { longList(t, s) })
		t.Run("large objects", func(t *testing.T) { largeObjects(t, s) })
		t.Run("the rights", func(t *testing.T) { allRights(t, s) })
		t.Run("what is not there", func(t *testing.T) { notThere(t, s) })
		t.Run("what is lost on the way", func(t *testing.T) { lostOnTheWay(t, s, p) })
		t.Run("a store that is busy", func(t *testing.T) { busy(t, s, p) })
	})
}

func oneWinner(t *testing.T, s *staging.Store) {
	for round := range 25 {
		var winners atomic.Int64
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				created, err := s.WriteNew(t.Context(), fmt.Sprintf("race/%d", round), []byte{byte(i)})
				if err != nil {
					t.Errorf("write: %v", err)
				}
				if created {
					winners.Add(1)
				}
			})
		}
		if all.Wait(); winners.Load() != 1 {
			t.Fatalf("round %d: %d winners", round, winners.Load())
		}
	}
}

// longList lists more than a page, with the oddest characters that keys may have.
func longList(t *testing.T, s *staging.Store) {
	ctx := t.Context()
	var want []string
	for i := range 1100 {
		want = append(want, fmt.Sprintf("list/%04d", i))
	}
	want = append(want, "list/-a", "list/_b", "list/a+b=c@d.e", "list/a.b/c", "list/a-b/c")
	slices.Sort(want)
	var all sync.WaitGroup
	for part := range slices.Chunk(want, 100) {
		all.Go(func() {
			for _, key := range part {
				if err := s.Write(ctx, key, []byte("x")); err != nil {
					t.Errorf("%s: %v", key, err)
				}
			}
		})
	}
	all.Wait()
	var got []string
	for key, err := range s.List(ctx, "list/") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, key)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d keys were listed in another order or number than the %d that were written", len(got), len(want))
	}
	var folders []string
	for name, err := range s.Folders(ctx, "list/") {
		if err != nil {
			t.Fatal(err)
		}
		folders = append(folders, name)
	}
	if !slices.Equal(folders, []string{"a-b", "a.b"}) {
		t.Errorf("folders %q", folders)
	}
	if n, err := s.DeleteAll(ctx, "list/"); err != nil || n != len(want) {
		t.Errorf("deleted %d, %v", n, err)
	}
}

// largeObjects writes an object of several parts in constant memory, copies it, and does not replace it.
func largeObjects(t *testing.T, s *staging.Store) {
	const size, most = 96 << 20, 64 << 20
	ctx, piece := t.Context(), bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	w, err := s.CreateFile(ctx, "large/a")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	var peak uint64
	for range size / len(piece) {
		if _, err := w.Write(piece); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapInuse)
	}
	object, err := w.Commit()
	if err != nil || object.Bytes != size {
		t.Fatalf("wrote %d bytes, %v", object.Bytes, err)
	}
	t.Logf("%d MiB were written with at most %d MiB more of memory", size>>20, (peak-min(peak, before.HeapInuse))>>20)
	if grown := peak - min(peak, before.HeapInuse); grown > most {
		t.Errorf("%d MiB of memory for an object of %d MiB", grown>>20, size>>20)
	}
	largeCopy(t, s, size)
	largeTaken(t, s)
	largeAborted(t, s, piece)
}

// largeCopy copies the object and reads the copy.
func largeCopy(t *testing.T, s *staging.Store, size int64) {
	t.Helper()
	ctx := t.Context()
	if err := s.Copy(ctx, "large/a", "large/b"); err != nil {
		t.Fatal(err)
	}
	r, n, err := s.OpenFile(ctx, "large/b")
	if err != nil || n != size {
		t.Fatalf("the copy has %d bytes, %v", n, err)
	}
	if got, err := io.Copy(io.Discard, r); err != nil || got != size || r.Close() != nil {
		t.Errorf("read %d bytes, %v", got, err)
	}
}

// largeTaken writes an object of several parts under a key that is taken.
func largeTaken(t *testing.T, s *staging.Store) {
	t.Helper()
	ctx := t.Context()
	w, err := s.CreateNew(ctx, "large/a")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for i := range 40 { // what does not compress, so that it has several parts
		if err := w.Append(noise(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(); !errors.Is(err, staging.ErrExist) {
		t.Errorf("a large object on a taken key: %v", err)
	}
}

// largeAborted aborts an object of several parts.
func largeAborted(t *testing.T, s *staging.Store, piece []byte) {
	t.Helper()
	ctx := t.Context()
	w, err := s.CreateFile(ctx, "large/c")
	if err != nil {
		t.Fatal(err)
	}
	for range 24 {
		if _, err := w.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	w.Abort()
	if there, err := s.Exists(ctx, "large/c"); there || err != nil {
		t.Errorf("what was given up is there: %v, %v", there, err)
	}
}

// noise is a line of a megabyte that does not compress.
func noise(seed int) []byte {
	line := make([]byte, 1<<20)
	x := uint32(seed*2654435761 + 1)
	for i := range line {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		line[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-"[x>>26]
	}
	return line
}

func notThere(t *testing.T, s *staging.Store) {
	ctx := t.Context()
	if _, err := s.Read(ctx, "none/a"); !errors.Is(err, staging.ErrNotExist) {
		t.Errorf("a read of nothing: %v", err)
	}
	if there, err := s.Exists(ctx, "none/a"); there || err != nil {
		t.Errorf("a look for nothing: %v, %v", there, err)
	}
	if err := s.Delete(ctx, "none/a"); err != nil {
		t.Errorf("a delete of nothing: %v", err)
	}
	if err := s.Copy(ctx, "none/a", "none/b"); !errors.Is(err, staging.ErrNotExist) {
		t.Errorf("a copy of nothing: %v", err)
	}
	for key, err := range s.List(ctx, "none/") {
		t.Errorf("a list of nothing: %q, %v", key, err)
	}
	if err := s.Write(ctx, "none/empty", nil); err != nil {
		t.Errorf("an empty object: %v", err)
	}
	if content, err := s.Read(ctx, "none/empty"); err != nil || len(content) != 0 {
		t.Errorf("an empty object: %q, %v", content, err)
	}
}

// lostOnTheWay breaks connections in the middle of a write and of a read.
func lostOnTheWay(t *testing.T, s *staging.Store, p *storetest.Proxy) {
	ctx, content := t.Context(), bytes.Repeat([]byte("0123456789abcdef"), 4<<10)
	if err := s.Write(ctx, "lost/whole", content); err != nil {
		t.Fatal(err)
	}
	p.Set(storetest.Drop(storetest.Writes...))
	if err := s.Write(ctx, "lost/part", content); fault.From(err) == nil {
		t.Errorf("a write that was cut: %v", err)
	}
	p.Set(storetest.Truncate(http.MethodGet))
	if got, err := s.Read(ctx, "lost/whole"); err == nil {
		t.Errorf("%d bytes of %d were taken for all", len(got), len(content))
	} else if s.Unreadable(err) {
		t.Errorf("%v is thought to last", err)
	}
	p.Set(nil)
	if there, err := s.Exists(ctx, "lost/part"); there || err != nil {
		t.Errorf("what was cut is there: %v, %v", there, err)
	}
	if got, err := s.Read(ctx, "lost/whole"); err != nil || !bytes.Equal(got, content) {
		t.Errorf("after that: %d bytes, %v", len(got), err)
	}
}

// busy lets a store answer a few requests with 503, which the drivers repeat.
func busy(t *testing.T, s *staging.Store, p *storetest.Proxy) {
	var left atomic.Int64
	left.Store(2)
	refuse := storetest.Answer(http.StatusServiceUnavailable, map[string]string{"Retry-After": "1"}, "")
	p.Set(func(w http.ResponseWriter, r *http.Request) bool { return left.Add(-1) >= 0 && refuse(w, r) })
	defer p.Set(nil)
	if created, err := s.WriteNewJSON(t.Context(), "busy/a", strings.Repeat("x", 100)); !created || err != nil {
		t.Errorf("a write to a busy store: %v, %v", created, err)
	}
}
