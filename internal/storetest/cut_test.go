package storetest_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/storetest"
)

// lists reports whether a request asks for a list of objects.
func lists(r *http.Request) bool {
	q := r.URL.Query()
	return q.Has("list-type") || q.Get("comp") == "list" || strings.HasSuffix(r.URL.Path, "/o")
}

// TestList_aConnectionThatBreaksOffIsNoEnd closes the connection of every list. The error has io.EOF in its chain, and a sync that
// took it for the end of the list would find no records, no parts and no owner.
func TestList_aConnectionThatBreaksOffIsNoEnd(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		p := storetest.NewMemory(t, false) // which shows those who confirm the end of a list that the store is there
		s := open(t, kind, p)
		p.Set(func(w http.ResponseWriter, r *http.Request) bool { return lists(r) && storetest.Drop()(w, r) })
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		if kind == storetest.Google { // whose driver tries again for as long as it is let
			ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
		}
		defer cancel()
		var err error
		for _, err = range s.List(ctx, "a/") {
		}
		if err == nil {
			t.Error("a list that nobody answered is taken for an empty one")
		}
	})
}

// TestRead_aConnectionThatBreaksOffIsNoEnd closes the connection in the middle of a stream, and every other after it.
func TestRead_aConnectionThatBreaksOffIsNoEnd(t *testing.T) {
	t.Parallel()
	content := wholeStream(t)
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		p := storetest.NewFake(t)
		var begun atomic.Bool
		p.Set(func(w http.ResponseWriter, r *http.Request) bool {
			if begun.Swap(true) {
				return storetest.Drop()(w, r)
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(content)))
			w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
			w.Header().Set("ETag", `"1"`)
			_, _ = w.Write(content[:len(content)/2])
			panic(http.ErrAbortHandler)
		})
		s := open(t, kind, p)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		n := 0
		var err error
		for _, err = range s.Lines(ctx, "a/b") {
			n++
		}
		if err == nil || errors.Is(err, staging.ErrTorn) || s.Unreadable(err) || n < 2 {
			t.Errorf("%d lines, and %v; want that the connection broke off", n, err)
		}
	})
}

// TestRead_aCallerThatGivesUpIsNoFaultOfTheStore ends the caller's context, with a cause, in the middle of a stream.
func TestRead_aCallerThatGivesUpIsNoFaultOfTheStore(t *testing.T) {
	t.Parallel()
	content := wholeStream(t)
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		p := storetest.NewFake(t)
		p.Set(func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)))
			w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
			w.Header().Set("ETag", `"1"`)
			_, _ = w.Write(content[:len(content)/2])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return true
		})
		s := open(t, kind, p)
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		var err error
		for _, err = range s.Lines(ctx, "a/b") {
			time.AfterFunc(100*time.Millisecond, func() { cancel(errors.New("nothing was heard of the attempt")) })
		}
		if !errors.Is(err, context.Canceled) || fault.From(err) != nil {
			t.Errorf("got %v, want the end of the context", err)
		}
	})
}

// wholeStream returns a stream as a bucket holds it.
func wholeStream(t *testing.T) []byte {
	t.Helper()
	s, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w, err := s.Create(t.Context(), "a/b")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for i := range 4 {
		if err := w.Append(noise(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	content, err := s.Read(t.Context(), "a/b")
	if err != nil {
		t.Fatal(err)
	}
	return content
}
