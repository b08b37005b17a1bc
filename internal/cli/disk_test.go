package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/fault"
	"longhaul/workflows"
)

var errDiskFull = fault.Invalidf("Temporal's database /data/temporal.db cannot be used: the disk that holds /data is full; make room on it")

// A disk that stays full ends the process; one on which somebody makes room in time does not.
func TestDisk_isWaitedForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.ErrorLevel)
		d := newDisk(zap.New(core), newLoss())
		full := func(seconds int) {
			for range seconds {
				<-time.After(time.Second)
				d.heard(errDiskFull)
			}
		}
		full(50)
		if d.words() != oneLine(errDiskFull.Message) || len(d.lost) > 0 {
			t.Errorf("after 50 s it says %q, and %d ends", d.words(), len(d.lost))
		}
		<-time.After(diskQuiet + time.Second)
		if d.words() != "" || d.trouble() != nil {
			t.Errorf("with room again it says %q", d.words())
		}
		full(50)
		if len(d.lost) > 0 {
			t.Error("two short troubles count as a long one")
		}
		full(30)
		select {
		case err := <-d.lost:
			if exitCode(err) != exitUnreachable || !strings.Contains(failureOf(err).Message, "the disk that holds /data is full; make room on it. Once that is mended") {
				t.Errorf("it ends with %d, %v", exitCode(err), err)
			}
		default:
			t.Error("after 80 s it goes on")
		}
		if n := logs.FilterMessageSnippet("make room on it").Len(); n != 2 {
			t.Errorf("logged %d times, want once for each trouble", n)
		}
	})
}

func TestDisk_isBlamedForATemporalThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	d := newDisk(zap.NewNop(), newLoss())
	away := &fault.Error{Class: fault.Transient, System: fault.Temporal, Message: "Temporal stopped answering"}
	refused := &fault.Error{Class: fault.LoginRefused, System: fault.Salesforce, Message: "no"}
	w := &watcher{client: &fakeTemporal{open: true, progress: workflows.Progress{Source: "acme", Phase: workflows.PhasePlan}}, id: "sync-acme", disk: d}
	if s, _ := w.snapshot(t.Context()); s.Waiting != "" || !errors.Is(d.blame(away), away) {
		t.Errorf("a disk that is well: %q", s.Waiting)
	}
	d.heard(errDiskFull)
	if s, _ := w.snapshot(t.Context()); s.Waiting != errDiskFull.Message {
		t.Errorf("the watcher shows %q", s.Waiting)
	}
	if err := d.blame(away); !strings.Contains(err.Error(), "that holds /data is full") || exitCode(err) != exitUnreachable {
		t.Errorf("got %v", err)
	}
	if err := d.blame(refused); !errors.Is(err, refused) {
		t.Errorf("the disk is blamed for Salesforce: %v", err)
	}
	if d.blame(nil) != nil || !errors.Is((*disk)(nil).blame(away), away) {
		t.Error("something is blamed for nothing")
	}
}

// troubleAgain is a stderr on which the server's other goroutines meet the same disk while the first of them is told.
type troubleAgain struct {
	io.Writer
	trouble func(error)
	told    bool
}

func (w *troubleAgain) Write(p []byte) (int, error) {
	if !w.told {
		w.told = true
		w.trouble(errDiskFull)
	}
	return w.Writer.Write(p)
}

func TestTemporal_saysOnceThatItsDiskIsFull(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "temporal")
	again := &troubleAgain{Writer: app.Stderr}
	app.Stderr = again
	ctx, cancel := context.WithCancel(t.Context())
	app.StartTemporal = func(_ context.Context, o TemporalOptions) (Temporal, error) {
		again.trouble = o.Trouble
		o.Trouble(errDiskFull)
		cancel()
		return fakeServer{}, nil
	}
	code, said := Main(ctx, app), out.stderr.String()
	if code != 0 || strings.Count(said, errDiskFull.Message) != 1 || !strings.HasPrefix(said, "longhaul: Temporal's database") {
		t.Errorf("code %d, stderr:\n%s", code, said)
	}
}
