package e2e_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// demoLine is a demo that is still at work when it is stopped; atWork is what it says then.
const (
	demoLine = "longhaul demo --exit --reports 2000 --latency 300ms"
	atWork   = "\ndescribe "
)

// hearsHangUps makes programs begin with SIGHUP as it usually is, where these tests were started with it ignored: what this
// process listens to is not ignored by those that it starts.
func hearsHangUps(t *testing.T) {
	t.Helper()
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
}

// TestHangUp_endsAsATerminationDoes closes the terminal of a demo: it must flush and clear up as it does at Ctrl-C. A terminal
// that closes sends the signal twice, and systemd sends it beside its own.
func TestHangUp_endsAsATerminationDoes(t *testing.T) {
	hearsHangUps(t)
	t.Parallel()
	for name, signals := range map[string][]os.Signal{
		"a terminal that closes": {syscall.SIGHUP, syscall.SIGHUP},
		"a session that ends":    {syscall.SIGHUP, syscall.SIGTERM, syscall.SIGHUP},
		"systemd":                {syscall.SIGTERM, syscall.SIGHUP},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStranger(t, longhaul)
			demo := s.leaves(t, demoLine, atWork, "TMPDIR="+s.dir)
			if code := demo.ends(t, signals...); code != 130 {
				t.Errorf("it ended with %d, want 130:\n%s", code, demo.said)
			}
			if left, err := filepath.Glob(filepath.Join(s.dir, "*")); err != nil || len(left) > 0 {
				t.Errorf("it left %v, %v", left, err)
			}
		})
	}
}

// TestHangUp_isIgnoredUnderNohup starts a demo as nohup does. Ctrl-C ends it all the same, and a second one at once.
func TestHangUp_isIgnoredUnderNohup(t *testing.T) {
	t.Parallel()
	s := newStranger(t, longhaul)
	demo := s.leaves(t, "sh -c 'trap \"\" HUP; exec "+demoLine+" --latency 50ms'", atWork, "TMPDIR="+s.dir)
	if code := demo.endsWithin(t, longest, syscall.SIGHUP); code != 0 { // it syncs a whole org first
		t.Errorf("it ended with %d, want that it went on to its end:\n%s", code, demo.said)
	}
}

// TestTermination_theSecondEndsAtOnce sends the signal again while the first is being heeded.
func TestTermination_theSecondEndsAtOnce(t *testing.T) {
	t.Parallel()
	s := newStranger(t, longhaul)
	demo := s.leaves(t, demoLine, atWork, "TMPDIR="+s.dir)
	if err := demo.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, longestStop, func() bool {
		_ = demo.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-demo.over:
			return true
		default:
			return false
		}
	})
	if code := demo.cmd.ProcessState.ExitCode(); code != -1 {
		t.Errorf("it ended with %d, want that the signal ended it:\n%s", code, demo.said)
	}
	left, err := os.ReadDir(s.dir)
	if err != nil || len(left) != 1 || !strings.HasPrefix(left[0].Name(), "longhaul-demo-") {
		t.Errorf("it left %v, %v; want the one folder that the next demo removes", left, err)
	}
}
