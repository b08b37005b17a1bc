package overview

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"longhaul/internal/humanize"
	"longhaul/internal/schedule"
)

// origins are the words of where a source comes from.
var origins = map[string]string{
	FromSettings: "from the settings", FromSaved: "connected", FromBoth: "in the settings and connected",
	Gone:    "no worker that runs knows it: it was disconnected or taken out of the settings, its workers are stopped, or its name is misspelt",
	Unknown: "where it comes from could not be found out",
}

// origin says where a source comes from.
func (r Row) origin() string {
	if r.Origin == Gone && r.Workers != nil && *r.Workers > 0 { // a worker names no more sources than its identity has room for
		return "disconnected a moment ago, or served by workers that do not name it"
	}
	return cmp.Or(origins[r.Origin], r.Origin)
}

// usual is the name by which workers and syncs name the program in their commands: they know no other.
const usual = "longhaul"

// spoken names the program of a person in the commands of a text.
func (p Page) spoken(words string) string {
	return strings.ReplaceAll(words, "`"+usual+" ", "`"+cmp.Or(p.Program, usual)+" ")
}

// unserved says that no sync of a source can run, and what lets one run; empty where a worker serves it, and where that is not known.
func (p Page) unserved(r Row) string {
	none := r.Workers != nil && *r.Workers == 0 || r.Workers == nil && r.Waits != nil && r.Waits.For == ForWorker
	if !none || r.Origin == Gone {
		return ""
	}
	words := "no worker serves it"
	if !r.LastPolled.IsZero() {
		words = "no worker has served it since " + p.moment(r.LastPolled)
	}
	words += ", so no sync of it can run until one does"
	switch {
	case r.Problem != "":
		return words
	case r.Origin == FromSaved:
		return words + ": workers with secrets.keeper and its key serve it within a minute; one that leaves it out says why in its log"
	}
	return words + ": start one (longhaul serve or longhaul-worker) that has it in its settings; one that leaves it out says why in its log"
}

// below are the sentences about a source.
func (p Page) below(r Row) (lines []string) {
	says := func(words string) {
		if words != "" {
			lines = append(lines, sentence(p.spoken(words)))
		}
	}
	says(strings.TrimPrefix(r.Org+", "+r.origin(), ", "))
	says(r.Problem)
	says(p.unserved(r))
	if len(r.Silent) > 0 {
		says("not counted, as they did not poll for over a minute, so may have stopped: " + strings.Join(r.Silent, ", "))
	}
	says(p.waits(r))
	says(r.Last.words())
	for _, words := range p.schedule(r) {
		says(words)
	}
	for _, words := range r.Disagree {
		says(words)
	}
	if len(r.Unread) > 0 {
		says("not found out in time: " + strings.Join(r.Unread, ", "))
	}
	return lines
}

// actors are the words of who has to act.
var actors = map[string]string{
	ForOperator: "waits for an operator", ForOrg: "waits for an administrator of the org", ForCatalog: "waits for the catalog's team",
	ForWorker: "waits for a worker", ForNobody: "waits, and continues by itself",
	ForUnknown: "did not say in time how it gets on: its worker is busy, or has stopped, and then another one that runs goes on with it by itself",
}

// waits say what a running sync waits for.
func (p Page) waits(r Row) string {
	w := r.Waits
	if w == nil {
		switch {
		case r.Running && p.unserved(r) != "":
			return "a sync has begun"
		case r.Running:
			return "a sync runs"
		}
		return ""
	}
	words := "the sync " + actors[w.For]
	if w.Phase != "" {
		words += " (" + strings.ReplaceAll(w.Phase, "_", " ") + ")"
	}
	if w.Why != "" {
		words += ": " + humanize.Clause(w.Why)
	}
	if !w.Looks.IsZero() {
		words += "; looks again at " + p.moment(w.Looks)
	}
	if !w.Until.IsZero() {
		words += "; until " + p.moment(w.Until)
		if w.For != ForNobody && w.For != ForWorker {
			words += " at the latest"
		}
	}
	if w.Do != "" && w.For != ForNobody {
		words += ". What to do: " + humanize.Clause(w.Do)
	}
	return words
}

// schedule says what is to be known of a schedule.
func (p Page) schedule(r Row) (all []string) {
	s := r.Schedule
	if s.Words != s.brief() {
		all = append(all, "schedule: "+s.Words)
	}
	if s.State == Paused {
		all = append(all, "the schedule is paused"+because(s.Note))
	}
	if s.ByHand {
		all = append(all, schedule.Changed(r.Source, s.By, s.Wanted))
	}
	if s.State == Missing {
		all = append(all, "Temporal does not have the schedule: a worker that serves the source makes it within a minute")
	}
	missed := r.Missed.Words(p.day)
	if missed != "" {
		missed += ", since the last sync"
	} else if missed = r.Before.Words(p.day); missed != "" {
		missed += ", before the last sync"
	}
	if missed != "" {
		all = append(all, missed)
	}
	if c := r.Counts; c != nil {
		if c.Missed > 0 {
			words := "Temporal was away at " + humanize.Count(c.Missed, "run") + " since " + p.day(c.Since)
			if missed != "" {
				words += ", those among them"
			}
			all = append(all, words)
		}
		if c.Skipped > 0 {
			all = append(all, "since "+p.day(c.Since)+" the schedule left out "+humanize.Count(c.Skipped, "run")+", for the one before still ran")
		}
	}
	return all
}

func because(note string) string {
	if note == "" {
		return ""
	}
	return ": " + note
}

// sentence begins with a capital and ends with a full stop.
func sentence(words string) string {
	words = humanize.Clause(words)
	if words == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(words)
	if strings.Contains(strings.SplitN(words, " ", 2)[0], ".") { // the name of a host
		return words + "."
	}
	return string(unicode.ToUpper(first)) + words[size:] + "."
}

// ends say how a sync ended that did not fail by itself.
var ends = map[string]string{
	"cancelled": "was cancelled", "discarded": "was discarded", "terminated": "was terminated", "timed_out": "timed out",
}

// words say why the last sync ended as it did, and what to do.
func (l *Last) words() string {
	if l == nil || l.Why == "" && l.Class == "" && l.Do == "" {
		return ""
	}
	words := "the last sync " + cmp.Or(ends[l.Outcome], "failed")
	if by := strings.Trim(l.System+", "+l.Class, ", "); by != "" {
		words += " (" + by + ")"
	}
	if l.Why != "" {
		words += ": " + humanize.Clause(l.Why)
	}
	if l.Do != "" {
		words += ". What to do: " + l.Do
	}
	return words
}
