package storetest_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/storetest"
)

// TestWrite_thatAStoreRefusesIsAnError lets each kind of store refuse a write, early and late, with and without a body.
func TestWrite_thatAStoreRefusesIsAnError(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		for name, f := range map[string]storetest.Fault{
			"forbidden": storetest.Refusal(kind, http.StatusForbidden, "AccessDenied", storetest.Writes...),
			"full":      storetest.Refusal(kind, http.StatusInsufficientStorage, "InsufficientStorage", storetest.Writes...),
			"unknown":   storetest.Refusal(kind, http.StatusNotImplemented, "NotImplemented", storetest.Writes...),
			"a page":    storetest.Page(http.StatusBadRequest, storetest.Writes...),
			"dropped":   storetest.Drop(storetest.Writes...),
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				p := storetest.NewFake(t)
				p.Set(f)
				s, ctx := open(t, kind, p), t.Context()
				sizes := []int{0, 1, 100_000, 12 << 20}
				if name == "dropped" { // the drivers try again, with pauses
					sizes = sizes[1:2]
				}
				for _, size := range sizes {
					w, err := s.CreateFile(ctx, "a/b")
					if err != nil {
						t.Fatal(err)
					}
					_, err = w.Write(bytes.Repeat([]byte("x"), size))
					if err == nil {
						_, err = w.Commit()
					}
					w.Abort()
					if f := fault.From(err); f == nil || f.System != fault.Bucket || len(err.Error()) > 3000 {
						t.Errorf("%d bytes: %v, want a short fault of the bucket", size, err)
					}
				}
			})
		}
	})
}

// TestID_endsWhenAStoreNeverAnswers starts on a store that accepts requests and never answers.
func TestID_endsWhenAStoreNeverAnswers(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for _, kind := range storetest.Kinds {
		p := storetest.NewFake(t)
		p.Set(storetest.Hang())
		s := open(t, kind, p)
		all.Go(func() {
			began := time.Now()
			_, err := s.ID(t.Context())
			if f := fault.From(err); f == nil || !strings.Contains(f.Message, "no answer came within 20s") || time.Since(began) > 40*time.Second {
				t.Errorf("%s, after %s: %v", kind, time.Since(began), err)
			}
			if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v reads as if the caller had ended it", kind, err)
			}
		})
	}
	all.Wait()
}

// TestAbort_leavesNoGoroutine aborts objects that are half written.
func TestAbort_leavesNoGoroutine(t *testing.T) {
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		p := storetest.NewFake(t)
		p.Set(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPut && r.Method != http.MethodPost {
				return false
			}
			t.Errorf("%s %s: a part of an object that was given up", r.Method, r.URL.Path)
			return storetest.Answer(http.StatusOK, nil, "")(w, r)
		})
		s := open(t, kind, p)
		before := runtime.NumGoroutine()
		for range 50 {
			w, err := s.CreateFile(t.Context(), "a/b")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(bytes.Repeat([]byte("x"), 200_000)); err != nil {
				t.Fatal(err)
			}
			w.Abort()
		}
		deadline := time.Now().Add(10 * time.Second)
		for runtime.NumGoroutine() > before+20 && time.Now().Before(deadline) {
			runtime.Gosched()
		}
		if after := runtime.NumGoroutine(); after > before+20 {
			t.Errorf("%d goroutines became %d", before, after)
		}
	})
}

// TestWrite_aPageIsNoReceipt puts a portal before a store of S3, which answers a write with a page and status 200.
func TestWrite_aPageIsNoReceipt(t *testing.T) {
	t.Parallel()
	p := storetest.NewMemory(t, false)
	s, ctx := open(t, storetest.S3, p), t.Context()
	if err := s.WriteJSON(ctx, "a/b", 1); err != nil {
		t.Fatal(err)
	}
	p.Set(storetest.Page(http.StatusOK, http.MethodPut))
	for what, err := range map[string]error{
		"a write": s.WriteJSON(ctx, "a/c", 1), "another size": s.WriteJSON(ctx, "a/b", 1234), "a copy": s.Copy(ctx, "a/b", "a/c"),
	} {
		if f := fault.From(err); f == nil || f.Class != fault.Transient {
			t.Errorf("%s: %v, want that the bucket has not got it", what, err)
		}
	}
	p.Set(storetest.Page(http.StatusOK, http.MethodHead))
	if there, err := s.Exists(ctx, "a/none"); there {
		t.Errorf("a page is taken for an object: %v, %v", there, err)
	}
}
