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
	waiting string
	at      time.Time
	last    string
}

func (l *lines) show(s snapshot) {
	fresh := s.Phase != l.phase || s.Waiting != l.waiting
	if !fresh && s.At.Sub(l.at) < l.every {
		return
	}
	line := fmt.Sprintf("%-12s  %s", s.Phase, s.sentence())
	if s.Phase == "" || line == l.last {
		return
	}
	l.phase, l.waiting, l.at, l.last = s.Phase, s.Waiting, s.At, line
	l.note(line)
}

func (l *lines) note(line string) { _, _ = fmt.Fprintln(l.out, line) }

func (l *lines) end() {}

// bars shows progress on a terminal: each phase is a line, and the running one moves.
type bars struct {
	pool *mpb.Progress
	bar  *mpb.Bar // of the phase

	mu  sync.Mutex
	now snapshot
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
	b.mu.Lock()
	next := b.bar == nil || s.Phase != b.now.Phase
	b.mu.Unlock()
	if next {
		b.finish()
		b.begin(s)
	}
	b.mu.Lock()
	b.now = s
	b.mu.Unlock()
	if done, total := s.share(); total > 0 {
		b.bar.SetTotal(total, false)
		b.bar.SetCurrent(done)
	}
}

// begin adds the line of a phase. It shows the newest snapshot of its own phase, so a finished line stands still.
func (b *bars) begin(s snapshot) {
	mine := s
	words := func(decor.Statistics) string {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.now.Phase == mine.Phase {
			mine = b.now
		}
		return " " + mine.sentence()
	}
	filler := mpb.NopStyle()
	_, total := s.share()
	if total > 0 {
		filler = mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]")
	}
	b.bar = b.pool.New(total, filler, mpb.BarWidth(barWidth),
		mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-13s", s.Phase))),
		mpb.AppendDecorators(decor.Any(words)))
}

// finish lets the line of the phase stand as it is.
func (b *bars) finish() {
	if b.bar == nil {
		return
	}
	b.bar.Abort(false)
	b.bar.Wait()
}

func (b *bars) note(line string) { _, _ = fmt.Fprintln(b.pool, line) }

func (b *bars) end() {
	b.finish()
	b.bar = nil
	b.pool.Wait()
}
