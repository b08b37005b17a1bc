package monitor

import (
	"fmt"
	"io"
	"time"

	"longhaul/workflows"
)

// View shows progress.
type View interface {
	Show(s Snapshot)
	Note(line string) // something beside the progress
	End()             // leaves the screen to whatever is written next
}

// NewView shows progress on out: as bars where bars is true, as lines elsewhere.
func NewView(out io.Writer, bars bool) View {
	if bars {
		return newBars(out)
	}
	return &lines{out: out, every: linesEvery}
}

// linesEvery is how often a line repeats how far a phase is, where there is no terminal.
const linesEvery = 5 * time.Second

// lines shows progress in logs and pipes: a line for each phase, and one now and then within a long phase.
type lines struct {
	out   io.Writer
	every time.Duration

	phase   workflows.Phase
	second  bool
	waiting string
	at      time.Time
	last    string
}

func (l *lines) Show(s Snapshot) {
	fresh := s.Phase != l.phase || s.SecondRound != l.second || s.Waiting != l.waiting
	if !fresh && s.At.Sub(l.at) < l.every {
		return
	}
	line := fmt.Sprintf("%-12s  %s", s.Phase, s.sentence())
	if s.Phase == "" || line == l.last {
		return
	}
	l.phase, l.second, l.waiting, l.at, l.last = s.Phase, s.SecondRound, s.Waiting, s.At, line
	l.Note(line)
}

func (l *lines) Note(line string) { _, _ = fmt.Fprintln(l.out, line) }

func (l *lines) End() {}
