package node

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/staging"
)

// TestBucketWatch_saysWhenItIsBack takes the folder of a bucket away, and brings it back.
func TestBucketWatch_saysWhenItIsBack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bucket")
	store, err := staging.Open(t.Context(), "file://"+dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	core, said := observer.New(zap.InfoLevel)
	synctest.Test(t, func(t *testing.T) {
		back := make(chan struct{})
		go func() {
			defer close(back)
			watchBucket(store, zap.New(core)).wait(t.Context())
		}()
		<-time.After(5 * lookAgain) // on a virtual clock
		if n := said.FilterMessageSnippet("cannot be used").Len(); n != 1 {
			t.Errorf("it was said %d times: %v", n, said.All())
		}
		if err := os.Rename(dir+".away", dir); err != nil {
			t.Error(err)
		}
		<-back
		if said.FilterMessageSnippet("can be used now").Len() != 1 {
			t.Errorf("it is not said that it is back: %v", said.All())
		}
	})
}
