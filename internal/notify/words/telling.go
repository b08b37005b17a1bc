package words

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/notify"
)

// telling makes the sentences of one message. A sentence about what is not known is empty.
type telling struct {
	fact  notify.Fact
	known Facts
}

func (t telling) fill(text string) string {
	if text == "" {
		return ""
	}
	return strings.ReplaceAll(text, "{source}", t.fact.Source)
}

func (t telling) why() string { return sentence(t.fact.Why) }

// title is the title of a message. What is told again says for how long it has stood.
func (t telling) title(text string) string {
	unwanted := t.fact.Sync == "" && t.fact.Why != "" // what is over for another reason than that it is well again
	if t.fact.Event == notify.Recovered && !unwanted && len(t.fact.Closes) > 0 && over[t.fact.Closes[0]].now != "" {
		text = over[t.fact.Closes[0]].now
	}
	text = t.fill(text)
	if t.fact.Repeat > 0 && !t.fact.Since.IsZero() {
		text += " (for " + humanize.About(t.fact.At.Sub(t.fact.Since)) + " now)"
	}
	return text
}

// since says since when something has been so.
func (t telling) since(text string) string { return at(text, t.fact.Since) }

// until says what comes at a moment.
func (t telling) until(text string) string { return at(text, t.fact.Until) }

// next says when the schedule starts the next sync.
func (t telling) next() string { return at("The next run is planned for %s.", t.known.Next) }

// at puts a moment into a text; empty where the moment is not known.
func at(text string, moment time.Time) string {
	if moment.IsZero() {
		return ""
	}
	return fmt.Sprintf(text, humanize.Date(moment))
}

// coverage says how many reports have their columns.
func (t telling) coverage() string {
	r := t.known.Record
	if r == nil {
		return ""
	}
	var wanted int64
	for state, n := range r.States {
		if state.Wanted() {
			wanted += n
		}
	}
	if wanted == 0 {
		return "No report is left that could have columns."
	}
	text := fmt.Sprintf("%s of %s have their columns", humanize.Number(description.WithColumns(r.States)), humanize.Count(wanted, "report"))
	if percent := math.Floor(1000*r.Coverage) / 10; percent < 100 {
		text += fmt.Sprintf(" (%.1f%%)", percent)
	}
	dashboards, folders := humanize.Count(r.Kinds[listing.Dashboards], "dashboard"), humanize.Count(r.Kinds[listing.Folders], "folder")
	return fmt.Sprintf("%s; there are %s in %s.", text, dashboards, folders)
}

// delivered says where the files are. A sync delivers them to the catalog, which shows them when it has taken them in.
func (t telling) delivered() string {
	r := t.known.Record
	switch {
	case r == nil:
		return ""
	case r.Uploaded:
		return "Delivered; the catalog shows it after its next ingestion."
	}
	return "The files stay in the bucket: nothing was delivered."
}

// effort says what a sync took, and for what it waited longest.
func (t telling) effort() string {
	var course history.Course
	var calls int64
	switch {
	case t.known.Record != nil:
		course, calls = t.known.Record.Course, t.known.Record.APICalls
	case t.known.End != nil:
		course, calls = t.known.End.Course, t.known.End.APICalls
	}
	if course.Seconds == 0 {
		return ""
	}
	text := fmt.Sprintf("It took %s and %s", humanize.Duration(time.Duration(course.Seconds*float64(time.Second))), humanize.Count(calls, "API call"))
	if waits := waitWords(course.Waits); waits != "" {
		text += ", with waits: " + waits
	}
	return text + "."
}

func about(seconds float64) string {
	return humanize.About(time.Duration(seconds * float64(time.Second)))
}

// waited are the reasons of waits in words.
var waited = map[string]string{
	history.WaitQuota:     "for API calls",
	history.WaitThrottled: "as Salesforce asked",
	history.WaitPaused:    "paused",
	history.WaitBlocked:   "blocked",
	history.WaitHeld:      "held",
	history.WaitRetry:     "before another try",
	history.WaitOwner:     "for another Temporal",
	history.WaitWorker:    "for a worker",
}

// shortestWait is what a message says of waits at least.
const shortestWait = time.Minute

// waitWords lists waits, the longest first.
func waitWords(waits map[string]float64) string {
	reasons := slices.SortedFunc(maps.Keys(waits), func(a, b string) int {
		return cmp.Or(cmp.Compare(waits[b], waits[a]), cmp.Compare(a, b))
	})
	var words []string
	for _, reason := range reasons {
		if waited[reason] != "" && waits[reason] >= shortestWait.Seconds() {
			words = append(words, about(waits[reason])+" "+waited[reason])
		}
	}
	return strings.Join(words, ", ")
}

// gaps counts the reports that lack their columns by reason, those of most reports first.
func (t telling) gaps() string {
	r := t.known.Record
	if r == nil {
		return ""
	}
	reasons := slices.SortedFunc(maps.Keys(r.Reasons), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Reasons[b], r.Reasons[a]), cmp.Compare(a, b))
	})
	var words []string
	for _, reason := range reasons {
		if said := description.Reason(reason).Words(); said != "" {
			words = append(words, humanize.Number(r.Reasons[reason])+" "+said)
		}
	}
	if gaps := r.States[description.StateDenied] + r.States[description.StateFailed]; gaps > 0 && len(words) > 0 {
		return fmt.Sprintf("%s: %s.", humanize.Count(gaps, "gap"), strings.Join(words, "; "))
	}
	return ""
}

// gapFolders names the folders that have most gaps. A folder without a name is a private one.
func (t telling) gapFolders() string {
	r := t.known.Record
	if r == nil {
		return ""
	}
	var words []string
	for _, folder := range r.GapFolders {
		if folder.Name != "" && len(words) < MostNamed {
			words = append(words, fmt.Sprintf("%s (%s)", quoted(folder.Name), humanize.Number(folder.Gaps)))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "Most of them are in " + strings.Join(words, ", ") + "."
}

// longestName bounds a name in a message, in bytes.
const longestName = 80

// quoted is a name as a message shows it.
func quoted(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if len(name) > longestName {
		name = strings.ToValidUTF8(name[:longestName], "") + "..."
	}
	return `"` + name + `"`
}

// kept says what a failed sync leaves.
func (t telling) kept() string {
	if t.known.Record != nil { // all was read, and an export could not be delivered
		return "Everything was read; what could not be delivered is delivered by the next sync."
	}
	return "The catalog keeps what it has, and the bucket what was read."
}

// over are the events that can be over: what was said of them, and what holds now.
var over = map[notify.Event]struct{ said, now string }{
	notify.Failed:         {"that the last sync failed", "the sync succeeded again"},
	notify.Blocked:        {"that the sync was blocked", "the sync is not blocked any more"},
	notify.Held:           {"that the sync was held", "the sync is not held any more"},
	notify.Waiting:        {"that the sync waited", "the sync does not wait any more"},
	notify.Stalled:        {"that the sync did not move", "the sync moves again"},
	notify.ScheduleMissed: {"that a run of the schedule did not come", "no run of the schedule is overdue any more"},
	notify.WorkerGone:     {"that no worker served the source", "a worker serves the source again"},
}

// closed says what is over.
func (t telling) closed() string {
	var words []string
	for _, event := range t.fact.Closes {
		if said := over[event].said; said != "" {
			words = append(words, said)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "Earlier messages said " + strings.Join(words, " and ") + ": that is over."
}
