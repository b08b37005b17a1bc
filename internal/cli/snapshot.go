package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"longhaul/workflows"
)

// snapshot is how far a sync is: what the workflow tells, and on top of it what its running activities do.
type snapshot struct {
	workflows.Progress

	At     time.Time
	Listed int64         // records found so far by enumerate
	Again  bool          // catch_up is past its listing and describes
	Left   time.Duration // until describe is done, by the pace so far; 0: not known
	Until  time.Time     // when what it waits for is over, as the workflow tells; zero: not known
}

// describesAgain says that the second round of describes runs: its shards are planned, and not all of them are finished.
func describesAgain(p workflows.Progress) bool {
	return p.Phase == workflows.PhaseCatchUp && p.Shards.Done < p.Shards.Total
}

// describing says that reports are being described, in the first round or in the second.
func (s snapshot) describing() bool { return s.Phase == workflows.PhaseDescribe || s.Again }

// share is done of total in the unit of the phase; total is 0 where nobody can know it.
func (s snapshot) share() (done, total int64) {
	if s.describing() {
		return s.Described, s.ToDescribe
	}
	switch s.Phase {
	case workflows.PhaseAssemble:
		return int64(s.Files.Done), int64(s.Files.Total)
	case workflows.PhaseUpload:
		return int64(s.Uploads.Done), int64(s.Uploads.Total)
	default:
		return 0, 0
	}
}

// sentence says in words how far the phase is.
func (s snapshot) sentence() string {
	words := s.phaseWords()
	if s.Waiting == "" {
		return words
	}
	return words + "; waiting" + s.untilWords() + ": " + s.Waiting
}

// untilWords come before the reason, of which a narrow terminal shows the beginning only.
func (s snapshot) untilWords() string {
	switch {
	case s.Until.IsZero():
		return ""
	case standsStill(s.Phase):
		return " until " + moment(s.Until) + " at most"
	default:
		return " until " + moment(s.Until)
	}
}

func (s snapshot) phaseWords() string {
	if s.describing() {
		return s.describeWords()
	}
	switch s.Phase {
	case workflows.PhaseAuthenticate:
		return "logging in"
	case workflows.PhaseEnumerate:
		return grouped(s.Listed) + " records listed"
	case workflows.PhaseGuard:
		return "comparing with the last sync"
	case workflows.PhasePlan:
		return "comparing " + counted(s.Kinds.Reports, "report") + " with what is known"
	case workflows.PhaseCatchUp:
		return "looking for what changed since the start"
	case workflows.PhaseHeld, workflows.PhaseBlocked, workflows.PhasePaused:
		return s.soFar()
	case workflows.PhaseAssemble:
		return fmt.Sprintf("%d of %d files written", s.Files.Done, s.Files.Total)
	case workflows.PhaseUpload:
		return fmt.Sprintf("%d of %d files delivered", s.Uploads.Done, s.Uploads.Total)
	case workflows.PhaseRecord:
		return "recording the sync"
	case workflows.PhaseDone:
		return counted(s.APICalls, "API call") + " in all"
	default:
		return "not begun"
	}
}

// passedWords says what the phase has brought.
func (s snapshot) passedWords() string {
	s.Left = 0
	switch s.Phase {
	case workflows.PhaseAuthenticate:
		return "logged in"
	case workflows.PhasePlan:
		return counted(s.ToDescribe, "report") + " to describe, " + grouped(s.Reused) + " unchanged"
	case workflows.PhaseRecord:
		return "recorded"
	default:
		return s.phaseWords()
	}
}

func (s snapshot) describeWords() string {
	if s.ToDescribe == 0 {
		return "nothing to describe: " + counted(s.Reused, "report") + " did not change"
	}
	words := s.soFar()
	if s.Waiting != "" {
		return words // the reason needs the room
	}
	if s.Left > 0 {
		words += ", about " + rounded(s.Left) + " left"
	}
	return words + ", " + counted(s.APICalls, "API call")
}

// soFar says how many reports are described.
func (s snapshot) soFar() string {
	if s.ToDescribe == 0 {
		return "no report described yet"
	}
	return fmt.Sprintf("%s of %s (%d%%)", grouped(s.Described), counted(s.ToDescribe, "report"), 100*s.Described/s.ToDescribe)
}

// pace tells how long describe will still take from how fast it went since it was first seen.
type pace struct {
	began time.Time
	first int64
}

func (p *pace) left(s snapshot) time.Duration {
	switch {
	case !s.describing(), s.Waiting != "": // what comes after a wait has a pace of its own
		*p = pace{}
		return 0
	case p.began.IsZero() || s.Described < p.first:
		*p = pace{began: s.At, first: s.Described}
		return 0
	}
	done, took := s.Described-p.first, s.At.Sub(p.began)
	if done <= 0 || took < 2*time.Second {
		return 0
	}
	left := float64(took) * float64(s.ToDescribe-s.Described) / float64(done)
	return time.Duration(min(left, math.MaxInt64/2))
}

// grouped writes a number with a comma before each three digits.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// counted writes a number with its noun.
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// rounded writes a duration as people say it: tenths of seconds, seconds, minutes, hours.
func rounded(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	default:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
}

// sized writes a number of bytes.
func sized(n int64) string {
	const step = 1000
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/step, 0
	for value >= step && unit < len("kMGT")-1 {
		value /= step
		unit++
	}
	return fmt.Sprintf("%.1f %cB", value, "kMGT"[unit])
}
