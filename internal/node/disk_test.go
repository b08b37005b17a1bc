package node

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
	"longhaul/internal/humanize"
)

var errDiskFull = fault.Invalidf("Temporal's database /data/temporal.db cannot be used: the disk that holds /data is full; make room on it")

// unreachable says whether an error is about a Temporal that does not answer.
func unreachable(err error) bool {
	f := fault.From(err)
	return f != nil && f.Class == fault.Transient && f.System == fault.Temporal
}

// A disk that stays full ends the process. A disk on which somebody makes room in time does not.
func TestDisk_isWaitedForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.ErrorLevel)
		d := newDisk(zap.New(core), NewFatal())
		full := func(seconds int) {
			for range seconds {
				<-time.After(time.Second)
				d.Report(errDiskFull)
			}
		}
		full(50)
		if d.words() != humanize.Clause(errDiskFull.Message) || len(d.fatal) > 0 {
			t.Errorf("after 50 s it says %q, and %d ends", d.words(), len(d.fatal))
		}
		<-time.After(diskQuiet + time.Second)
		if d.words() != "" || d.trouble() != nil {
			t.Errorf("with room again it says %q", d.words())
		}
		full(50)
		if len(d.fatal) > 0 {
			t.Error("two short troubles count as a long one")
		}
		full(30)
		select {
		case err := <-d.fatal:
			if !unreachable(err) || !strings.Contains(fault.Sentence(err), "the disk that holds /data is full; make room on it. Once that is fixed") {
				t.Errorf("it ends with %v", err)
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
	d := newDisk(zap.NewNop(), NewFatal())
	away := &fault.Error{Class: fault.Transient, System: fault.Temporal, Message: "Temporal stopped answering"}
	refused := &fault.Error{Class: fault.LoginRefused, System: fault.Salesforce, Message: "no"}
	if d.words() != "" || !errors.Is(d.blame(away), away) {
		t.Errorf("a disk that is well: %q", d.words())
	}
	d.Report(errDiskFull)
	if d.words() != errDiskFull.Message {
		t.Errorf("it says %q", d.words())
	}
	if err := d.blame(away); !strings.Contains(err.Error(), "that holds /data is full") || !unreachable(err) {
		t.Errorf("got %v", err)
	}
	if err := d.blame(refused); !errors.Is(err, refused) {
		t.Errorf("the disk is blamed for Salesforce: %v", err)
	}
	if d.blame(nil) != nil || !errors.Is((*Disk)(nil).blame(away), away) {
		t.Error("something is blamed for nothing")
	}
}
