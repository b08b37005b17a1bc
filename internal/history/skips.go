package history

import (
	"fmt"
	"strings"
	"time"

	"longhaul/internal/humanize"
)

// Skip counts the starts by one trigger that were skipped because the sync ran already.
type Skip struct {
	By    string    `json:"by"` // see Trigger*
	Count int64     `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// MostSkips bounds the triggers whose skipped starts a sync tells apart; those of further ones count as TriggerOther.
const MostSkips = 5

// SkipWords say in a clause which starts were skipped while a sync ran; empty where none was. moment shows a time.
func SkipWords(skips []Skip, moment func(time.Time) string) string {
	var all []string
	sum := int64(0)
	for _, s := range skips {
		sum += s.Count
		words := skippedBy(s.By) + " " + moment(s.First)
		if s.Count > 1 {
			words += fmt.Sprintf(" to %s (%s)", moment(s.Last), humanize.Count(s.Count, "start"))
		}
		all = append(all, words)
	}
	switch sum {
	case 0:
		return ""
	case 1:
		return "1 start was skipped while it ran: " + all[0]
	}
	return humanize.Count(sum, "start") + " were skipped while it ran: " + strings.Join(all, ", ")
}

// skippedBy names a trigger.
func skippedBy(trigger string) string {
	switch id, scheduled := strings.CutPrefix(trigger, TriggerSchedule); {
	case scheduled:
		return "schedule " + id
	case trigger == TriggerCLI:
		return "the command line"
	}
	return "a start in Temporal"
}

// Missed counts the runs of a schedule at which no sync of the source was started, or one came late, after the sync before.
type Missed struct {
	Count int64     `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Words say in a clause how many runs were missed and when; empty where none was. day shows a date.
func (m *Missed) Words(day func(time.Time) string) string {
	if m == nil || m.Count == 0 {
		return ""
	}
	first, last := day(m.First), day(m.Last)
	switch {
	case m.Count == 1:
		return "1 scheduled run was missed on " + first
	case first == last:
		return humanize.Count(m.Count, "scheduled run") + " were missed on " + first
	}
	return fmt.Sprintf("%s were missed between %s and %s", humanize.Count(m.Count, "scheduled run"), first, last)
}
