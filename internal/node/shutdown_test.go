package node

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestShutdown_stopsInTheReverseOrder(t *testing.T) {
	t.Parallel()
	logged, logs := observer.New(zapcore.DebugLevel)
	s := shutdown{logger: zap.New(logged)}
	var order []string
	s.add("bucket", stopWithin, func() error { order = append(order, "bucket"); return nil })
	s.add("server", stopWithin, func() error { order = append(order, "server"); return errors.New("no") })
	s.add("worker", stopWithin, func() error { order = append(order, "worker"); return nil })
	s.close()
	s.close()
	if diff := cmp.Diff([]string{"worker", "server", "bucket"}, order); diff != "" {
		t.Error(diff)
	}
	if n := logs.Len(); n != 1 || logs.All()[0].ContextMap()["part"] != "server" {
		t.Errorf("%d entries in the log: %v", n, logs.All())
	}
}

func TestShutdown_isBoundedWhateverThePartsDo(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name                   string
		worker, server, bucket time.Duration // how long each needs
		want                   time.Duration
	}{
		{"all at once", 0, 0, 0, 0},
		{"shards flush", 4 * time.Second, time.Second, 0, 5 * time.Second},
		{"a worker that hangs leaves time to the rest", time.Hour, 2 * time.Second, time.Second, drainWithin + 3*time.Second},
		{"everything hangs", time.Hour, time.Hour, time.Hour, stopWithin},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := shutdown{logger: zap.NewNop()}
			gone := make(chan struct{}) // the end of the process
			needs := func(d time.Duration) func() error {
				return func() error {
					select {
					case <-time.After(d):
					case <-gone:
					}
					return nil
				}
			}
			s.add("bucket", stopWithin, needs(row.bucket))
			s.add("server", stopWithin, needs(row.server))
			s.add("worker", drainWithin, needs(row.worker))
			begin := time.Now()
			s.close()
			if took := time.Since(begin); took != row.want {
				t.Errorf("%s: took %s, want %s", row.name, took, row.want)
			}
			close(gone)
		})
	}
}
