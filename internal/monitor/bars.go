package monitor

import (
	"fmt"
	"io"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// bars shows progress on a terminal: a line for each phase, and one more for the second round of describes. The line of the
// running phase moves.
type bars struct {
	pool *mpb.Progress
	line *phaseLine // of the running phase; nil before the first

	waiting string // the newest reason that was noted
}

// barWidth is what a bar takes of the line; the words beside it take the rest, of 80 columns 53.
const barWidth = 12

func newBars(out io.Writer) *bars {
	return &bars{pool: mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh())}
}

func (b *bars) Show(s Snapshot) {
	if s.Phase == "" {
		return
	}
	if b.line == nil || b.line.phase != s.Phase || b.line.second != s.SecondRound {
		b.leave(s, true)
		b.line = newPhaseLine(b.pool, s)
	}
	b.line.update(s, false)
	if s.Waiting != b.waiting && s.Waiting != "" && !standsStill(s.Phase) { // a line would cut the reason
		note := "Waiting" + s.untilWords() + ": " + humanize.Clause(s.Why()) + "."
		if s.waitsForCalls() {
			note += " The sync has " + s.Forecast.LeftWords() + "."
		}
		b.Note(note)
	}
	b.waiting = s.Waiting
}

// leave lets the line of the phase stand. finished says that the sync went on to the next phase: the line shows its last
// numbers then.
func (b *bars) leave(s Snapshot, finished bool) {
	if b.line == nil {
		return
	}
	if finished {
		b.line.update(s, true)
	}
	b.line.bar.Abort(false)
	b.line.bar.Wait()
}

func (b *bars) Note(line string) { _, _ = fmt.Fprintln(b.pool, line) }

func (b *bars) End() {
	b.leave(Snapshot{}, false)
	b.line = nil
	b.pool.Wait()
}

// phaseLine is the line of one phase.
type phaseLine struct {
	phase  workflows.Phase
	second bool // the phase's second round of describes
	bar    *mpb.Bar

	mu       sync.Mutex
	now      Snapshot
	finished bool
}

func newPhaseLine(pool *mpb.Progress, s Snapshot) *phaseLine {
	l := &phaseLine{phase: s.Phase, second: s.SecondRound, now: s}
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

// update sets the numbers of the line. The snapshot of a finished phase is already about the next one.
func (l *phaseLine) update(s Snapshot, finished bool) {
	s.Phase, s.SecondRound = l.phase, l.second
	l.mu.Lock()
	l.now, l.finished = s, finished
	l.mu.Unlock()
	if done, total := s.share(); total > 0 {
		l.bar.SetTotal(total, false)
		l.bar.SetCurrent(done)
	}
}

func (l *phaseLine) words() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.finished {
		return l.now.finishedWords()
	}
	return l.now.short()
}
