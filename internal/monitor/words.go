package monitor

import (
	"fmt"
	"strings"

	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// sentence says in words how far the phase is.
func (s Snapshot) sentence() string {
	words := s.phaseWords()
	switch {
	case s.Advised:
		return words
	case s.Stalled != nil && (s.Waiting == "" || s.Waiting == s.Trouble):
		return words + "; " + s.stalledWords()
	case s.Waiting == "":
		return words
	case s.Stalled != nil: // and no worker serves the source, or none takes the next step
		words += "; nothing has moved since " + humanize.Moment(*s.Stalled)
	}
	return words + "; waiting" + s.untilWords() + ": " + s.Why()
}

// stalledWords say that nothing moves, and what to do.
func (s Snapshot) stalledWords() string {
	what, do := s.StallWords()
	if do == "" {
		return what
	}
	return what + ": " + do
}

// besideBar is how many characters a line of 80 has for words beside the bar.
const besideBar = 53

// short is the sentence on a line of a terminal. The reason of a wait stands above it.
func (s Snapshot) short() string {
	switch {
	case s.Waiting != "":
		return s.shortWait()
	case s.describing() && s.ToDescribe > 0:
		return s.soFar() + s.leftWords()
	default:
		return s.phaseWords()
	}
}

// shortWait is the longest that fits of how far the sync is and until when it waits.
func (s Snapshot) shortWait() string {
	until := s.untilWords()
	if s.ToDescribe > 0 {
		count := humanize.Number(s.Done) + " of "
		for _, words := range []string{
			count + humanize.Count(s.ToDescribe, "report") + ", waiting" + until,
			count + humanize.Number(s.ToDescribe) + ", waiting" + until,
			count + humanize.Number(s.ToDescribe) + ", " + strings.TrimLeft(until, ", "),
		} {
			if len(words) <= besideBar {
				return words
			}
		}
	}
	return "waiting" + until
}

// untilWords stand before the reason: a narrow terminal shows only the beginning of the line.
func (s Snapshot) untilWords() string {
	switch {
	case !s.looks().IsZero():
		return ", looks again at " + humanize.Moment(s.looks())
	case s.Until.IsZero():
		return ""
	case standsStill(s.Phase):
		return " until " + humanize.Moment(s.Until) + " at most"
	default:
		return " until " + humanize.Moment(s.Until)
	}
}

func (s Snapshot) phaseWords() string {
	if s.Unasked {
		return "begun at " + humanize.Moment(s.Started)
	}
	if s.describing() {
		return s.describeWords()
	}
	switch s.Phase {
	case workflows.PhaseAuthenticate:
		return "logging in"
	case workflows.PhaseEnumerate:
		return humanize.Number(s.Listed) + " records listed"
	case workflows.PhaseGuard:
		return "comparing with the last sync"
	case workflows.PhasePlan:
		return "comparing " + humanize.Count(s.Kinds.Reports, "report") + " with what is known"
	case workflows.PhaseCatchUp:
		return "looking for what changed since the start"
	case workflows.PhaseHeld, workflows.PhaseBlocked, workflows.PhasePaused:
		return s.soFar()
	case workflows.PhaseAssemble:
		return countWords(s.Files, "files written")
	case workflows.PhaseUpload:
		return countWords(s.Uploads, "files delivered") + s.undeliveredWords()
	case workflows.PhaseRecord:
		return "recording the sync"
	case workflows.PhaseDone:
		return humanize.Count(s.APICalls, "API call") + " in all"
	default:
		return "not begun"
	}
}

// finishedWords say what a finished phase has brought.
func (s Snapshot) finishedWords() string {
	s.Forecast = nil
	switch s.Phase {
	case workflows.PhaseAuthenticate:
		return "logged in"
	case workflows.PhasePlan:
		return humanize.Count(s.ToDescribe, "report") + " to describe" + s.auditWords() + ", " + humanize.Number(s.Reused) + " unchanged"
	case workflows.PhaseRecord:
		return "recorded"
	default:
		return s.phaseWords()
	}
}

// auditWords say how many of the reports to describe did not change.
func (s Snapshot) auditWords() string {
	if s.Audits == 0 {
		return ""
	}
	return " (" + humanize.Count(s.Audits, "audit") + ")"
}

func (s Snapshot) describeWords() string {
	if s.ToDescribe == 0 {
		return "nothing to describe: " + humanize.Count(s.Reused, "report") + " did not change"
	}
	words := s.soFar() + s.leftWords()
	if s.Waiting != "" {
		return words // the reason needs the room
	}
	return words + ", " + humanize.Count(s.APICalls, "API call")
}

// leftWords say in short how long the rest takes, where that is known.
func (s Snapshot) leftWords() string {
	if s.Forecast == nil {
		return ""
	}
	return ", about " + humanize.About(s.Forecast.Takes()) + " left"
}

// waitsForCalls says that the forecast has more to say than a time: a part of it is waiting for API calls.
func (s Snapshot) waitsForCalls() bool { return s.Forecast != nil && s.Forecast.Waits > 0 }

// soFar says how many reports are described.
func (s Snapshot) soFar() string {
	if s.ToDescribe == 0 {
		return "no report described yet"
	}
	return fmt.Sprintf("%s of %s (%d%%)",
		humanize.Number(s.Done), humanize.Count(s.ToDescribe, "report"), 100*s.Done/s.ToDescribe)
}
