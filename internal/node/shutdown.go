package node

import (
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
)

const (
	// stopWithin bounds how long a process takes to stop, whatever its parts do. Supervisors kill after ten seconds.
	stopWithin = 9 * time.Second
	// drainWithin bounds the worker. It waits four seconds for shards to flush, and longer for a Temporal that is gone.
	drainWithin = 6 * time.Second
)

// At SIGTERM (cli/signals.go) a worker stops in three steps: its context ends, so it polls for no more tasks; its running shards hear of
// that (activities.untilWorkerStops), store what was answered and hand themselves back; then bucket, metrics and connection close.

// shutdown stops what a process has started in the reverse order: each part while the parts that it needs are still there. A
// part that does not stop in good order is only logged: it ends with the process, and nothing is lost.
type shutdown struct {
	logger *zap.Logger
	parts  []part
}

// part is one thing that was started.
type part struct {
	name string
	most time.Duration // that it may take to stop
	stop func() error
}

// add notes a part that was started.
func (s *shutdown) add(name string, most time.Duration, stop func() error) {
	s.parts = append(s.parts, part{name, most, stop})
}

// close stops all parts. A second call does nothing.
func (s *shutdown) close() {
	end := time.Now().Add(stopWithin)
	for _, p := range slices.Backward(s.parts) {
		if err := p.halt(min(p.most, time.Until(end))); err != nil {
			s.logger.Warn("a part did not stop in good order", zap.String("part", p.name), zap.Error(err))
		}
	}
	s.parts = nil
}

// halt stops the part and waits no longer than within.
func (p part) halt(within time.Duration) error {
	stopped := make(chan error, 1)
	go func() { stopped <- fault.Caught(p.stop) }() // where it hangs, it ends with the process
	patience := time.NewTimer(within)
	defer patience.Stop()
	select {
	case err := <-stopped:
		return err
	case <-patience.C:
		return fmt.Errorf("it was given up after %s", max(within, 0))
	}
}
