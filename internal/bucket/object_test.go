package bucket

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSON_isReadAsWritten(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, b *Bucket) {
		ctx := t.Context()
		type object struct {
			Key   string `json:"key"`
			Count int    `json:"count"`
		}
		want := object{Key: "k", Count: 3}
		if err := b.WriteJSON(ctx, "a/b.json", want); err != nil {
			t.Fatal(err)
		}
		var got object
		if err := b.ReadJSON(ctx, "a/b.json", &got); err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
		if err := b.ReadJSON(ctx, "a/c.json", &got); !errors.Is(err, ErrNotExist) {
			t.Errorf("of nothing: %v, want ErrNotExist", err)
		}
		if err := b.Write(ctx, "bad.json", []byte("{")); err != nil {
			t.Fatal(err)
		}
		if err := b.ReadJSON(ctx, "bad.json", &got); !errors.Is(err, ErrMalformed) || !Unreadable(err) {
			t.Errorf("of half an object: %v, want ErrMalformed", err)
		}
	})
}

func TestWriteNew_leavesWhatIsThere(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, b *Bucket) {
		ctx := t.Context()
		for i, want := range []bool{true, false} {
			created, err := b.WriteNew(ctx, "once", []byte{byte('a' + i)})
			if err != nil || created != want {
				t.Errorf("write %d: created %v, %v", i, created, err)
			}
		}
		if got, err := b.Read(ctx, "once"); err != nil || string(got) != "a" {
			t.Errorf("got %q, %v", got, err)
		}
		w, err := b.NewWriter(ctx, "once", WriteOptions{IfAbsent: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(); !errors.Is(err, ErrExist) {
			t.Errorf("commit on a taken key: %v, want ErrExist", err)
		}
		if diff := cmp.Diff([]string{"once"}, keys(t, b, "")); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if b.folder != nil {
			if files := filesBelow(t, b.folder.dir); len(files) != 1 {
				t.Errorf("on the disk: %q", files)
			}
		}
	})
}

func TestWriteNew_hasOneWinner(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, b *Bucket) {
		const writers, rounds = 8, 40
		for round := range rounds {
			key := "round/" + string(rune('a'+round%26)) + string(rune('a'+round/26))
			var winners atomic.Int32
			var winner atomic.Int64
			var all sync.WaitGroup
			start := make(chan struct{})
			for i := range writers {
				all.Go(func() {
					<-start
					created, err := b.WriteNew(t.Context(), key, []byte{byte(i)})
					if err != nil {
						t.Errorf("write: %v", err)
					}
					if created {
						winners.Add(1)
						winner.Store(int64(i))
					}
				})
			}
			close(start)
			all.Wait()
			got, err := b.Read(t.Context(), key)
			if winners.Load() != 1 || err != nil || len(got) != 1 || int64(got[0]) != winner.Load() {
				t.Fatalf("round %d: %d winners, the last %d; the bucket holds %v, %v", round, winners.Load(), winner.Load(), got, err)
			}
		}
	})
}

func TestLink_hasOneWinnerWithoutHardLinks(t *testing.T) {
	t.Parallel()
	b := folderBucket(t)
	if err := b.Write(t.Context(), "taken", []byte("a")); err != nil {
		t.Fatal(err)
	}
	// The link of a missing source fails as one on a disk without links does; the fallback must not overwrite.
	if err := b.folder.link("none.tmp", "taken"); !errors.Is(err, ErrExist) {
		t.Errorf("got %v, want ErrExist", err)
	}
	if err := b.folder.link("none.tmp", "free"); err == nil {
		t.Error("a link to nothing succeeded")
	}
}

func TestKeys_stayInTheBucket(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, b *Bucket) {
		for _, key := range []string{"", "/", "a/", "/a", "a//b", "../a", "a/../../b", "a/./b", "a b", "ä", "a\x00", "a\\b", "a.tmp", "a.attrs"} {
			if err := b.Write(t.Context(), key, nil); err == nil {
				t.Errorf("wrote under %q", key)
			}
			if _, err := b.Exists(t.Context(), key); err == nil {
				t.Errorf("looked for %q", key)
			}
		}
		if _, err := b.DeleteAll(t.Context(), "../"); err == nil {
			t.Error("deleted above the bucket")
		}
	})
}

func TestFault_keepsACancelACancel(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, b *Bucket) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := b.Write(ctx, "k", []byte("x"))
		if !errors.Is(err, context.Canceled) || Unreadable(err) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}
