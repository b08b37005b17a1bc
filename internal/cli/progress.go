package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"longhaul/workflows"
)

// view shows progress: a bar on a terminal, lines elsewhere.
type view interface {
	show(s snapshot)
	note(line string) // something beside the progress
	end()             // leaves the screen to whoever writes next
}

func (c *console) view() view {
	if c.fancy {
		return newBars(c.err)
	}
	return &lines{out: c.err, every: linesEvery}
}

// linesEvery is how often an unchanged phase says how far it is where there is no terminal.
const linesEvery = 5 * time.Second

// lines shows progress in logs and pipes: a line for each phase, and one now and then within a long phase.
type lines struct {
	out   io.Writer
	every time.Duration

	phase   workflows.Phase
	again   bool
	waiting string
	at      time.Time
	last    string
}

func (l *lines) show(s snapshot) {
	fresh := s.Phase != l.phase || s.Again != l.again || s.Waiting != l.waiting
	if !fresh && s.At.Sub(l.at) < l.every {
		return
	}
	line := fmt.Sprintf("%-12s  %s", s.Phase, s.sentence())
	if s.Phase == "" || line == l.last {
		return
	}
	l.phase, l.again, l.waiting, l.at, l.last = s.Phase, s.Again, s.Waiting, s.At, line
	l.note(line)
}

func (l *lines) note(line string) { _, _ = fmt.Fprintln(l.out, line) }

func (l *lines) end() {}

// bars shows progress on a terminal: each phase is a line, the second round of describes one of its own, and the running one
// moves.
type bars struct {
	pool *mpb.Progress
	line *phaseLine // of the running phase; nil before the first
}

// barWidth is what a bar takes of the line; the words beside it take the rest.
const barWidth = 30

func newBars(out io.Writer) *bars {
	return &bars{pool: mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh())}
}

func (b *bars) show(s snapshot) {
	if s.Phase == "" {
		return
	}
	if b.line == nil || b.line.phase != s.Phase || b.line.again != s.Again {
		b.leave(s, true)
		b.line = newPhaseLine(b.pool, s)
	}
	b.line.update(s, false)
}

// leave lets the line of the phase stand, with its last numbers if the sync went on to the next.
func (b *bars) leave(s snapshot, passed bool) {
	if b.line == nil {
		return
	}
	if passed {
		b.line.update(s, true)
	}
	b.line.bar.Abort(false)
	b.line.bar.Wait()
}

func (b *bars) note(line string) { _, _ = fmt.Fprintln(b.pool, line) }

func (b *bars) end() {
	b.leave(snapshot{}, false)
	b.line = nil
	b.pool.Wait()
}

// phaseLine is the line of one phase.
type phaseLine struct {
	phase workflows.Phase
	again bool // of its describes
	bar   *mpb.Bar

	mu     sync.Mutex
	now    snapshot
	passed bool
}

func newPhaseLine(pool *mpb.Progress, s snapshot) *phaseLine {
	l := &phaseLine{phase: s.Phase, again: s.Again, now: s}
	filler := mpb.NopStyle()
	_, total := s.share()
	if total > 0 {
		filler = mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]")
	}
	l.bar = pool.New(total, filler, mpb.BarWidth(barWidth),
		mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-13s", s.Phase))),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + l.words() })))
	return l
}

// update takes the numbers of a snapshot, which is of the next phase once this one has passed.
func (l *phaseLine) update(s snapshot, passed bool) {
	s.Phase, s.Again = l.phase, l.again
	l.mu.Lock()
	l.now, l.passed = s, passed
	l.mu.Unlock()
	if done, total := s.share(); total > 0 {
		l.bar.SetTotal(total, false)
		l.bar.SetCurrent(done)
	}
}

func (l *phaseLine) words() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.passed {
		return l.now.passedWords()
	}
	return l.now.sentence()
}
