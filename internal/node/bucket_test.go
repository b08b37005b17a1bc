package node

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"longhaul/internal/staging"
)

// lockedBuffer is written by the watch and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

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
	said := &lockedBuffer{}
	synctest.Test(t, func(t *testing.T) {
		logger := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "said"}), zapcore.AddSync(said), zap.InfoLevel))
		back := make(chan struct{})
		go func() {
			defer close(back)
			watchBucket(store, logger).wait(t.Context())
		}()
		<-time.After(5 * lookAgain) // on a virtual clock
		if n := strings.Count(said.String(), "cannot be used"); n != 1 {
			t.Errorf("it was said %d times: %s", n, said)
		}
		if err := os.Rename(dir+".away", dir); err != nil {
			t.Error(err)
		}
		<-back
		if !strings.Contains(said.String(), "can be used now") {
			t.Errorf("it is not said that it is back: %s", said)
		}
	})
}
