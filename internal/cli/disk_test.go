package cli

import (
	"errors"
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

var errDiskFull = fault.Invalidf("Temporal's database /data/temporal.db cannot be used: the disk is full that the folder /data lies on; make room on it")

// A disk that stays full ends the process; one on which somebody makes room in time does not.
func TestDisk_isWaitedForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.ErrorLevel)
		d := &disk{logger: zap.New(core), lost: newLoss()}
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
			if exitCode(err) != exitUnreachable || !strings.Contains(failureOf(err).Message, "the folder /data lies on; make room on it. Once that is mended") {
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
	d := &disk{logger: zap.NewNop(), lost: newLoss()}
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
	if err := d.blame(away); !strings.Contains(err.Error(), "/data lies on") || exitCode(err) != exitUnreachable {
		t.Errorf("got %v", err)
	}
	if err := d.blame(refused); !errors.Is(err, refused) {
		t.Errorf("the disk is blamed for Salesforce: %v", err)
	}
	if d.blame(nil) != nil || !errors.Is((*disk)(nil).blame(away), away) {
		t.Error("something is blamed for nothing")
	}
}
