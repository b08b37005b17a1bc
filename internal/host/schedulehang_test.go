//go:build unix

package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// TestReconcile_endsWhereTheBucketHangs has a schedule whose reading does not return, as on a mount that is dead: the workers stop all the
// same, and an order ends with a sentence.
func TestReconcile_endsWhereTheBucketHangs(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	store, err := staging.Open(t.Context(), "file://"+filepath.ToSlash(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	pipe := filepath.Join(folder, filepath.FromSlash(staging.ScheduleKey("acme")))
	err = os.MkdirAll(filepath.Dir(pipe), 0o700)
	if err == nil {
		err = syscall.Mkfifo(pipe, 0o600)
	}
	registry, invalid := source.NewRegistry(source.Source{Name: "acme"})
	if err = errors.Join(err, invalid); err != nil {
		t.Fatal(err)
	}
	kept := &schedules{registry: registry, store: store, ledger: ledger.New(store, kindOfRuns(), nil)}
	life, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- kept.reconcile(life, ledger.Server{}, map[string]source.Schedule{"acme": {}}) }()
	var writer *os.File
	for writer == nil { // until it is read
		if writer, err = os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err != nil && !errors.Is(err, syscall.ENXIO) {
			t.Fatal(err)
		}
	}
	defer func() { // who hangs goes on, and whoever reads once more finds nothing in place of a pipe that nobody writes
		_ = os.Remove(pipe)
		_ = writer.Close()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 1100*time.Millisecond)
	defer cancel()
	_, err = kept.apply(ctx, ledger.Server{}, "acme", schedule.Order{Every: "24h"})
	if f := fault.From(err); f == nil || f.Class != fault.Transient || f.System != fault.Bucket {
		t.Errorf("an order ends with %v", err)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the look ends with %v", err)
	}
}
