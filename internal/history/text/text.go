// Package text puts the answers about the past of a source into documents for people.
package text

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"longhaul/internal/document"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/humanize"
)

// Page says for whom a document is made.
type Page struct {
	Place *time.Location            // whose days and hours are shown
	Asked answer.Query              // the question that was asked
	Ask   func(answer.Query) string // how the next question is asked: a command, or the input of a form

	seconds bool // moments are shown to the second, as two syncs share a minute
}

// more is how the page after a cursor is asked for. It is one of the same question, so it has the bounds of that.
func (p Page) more(q answer.Query) string {
	q.Limit, q.Kind, q.Folder = p.Asked.Limit, p.Asked.Kind, p.Asked.Folder
	return p.Ask(q)
}

// Of makes the document of an answer to a question, as JSON.
func (p Page) Of(question string, raw json.RawMessage) (*document.Document, error) {
	switch question {
	case answer.AskHistory:
		return shown(raw, p.History)
	case answer.AskShow:
		return shown(raw, p.Show)
	case answer.AskDiff:
		return shown(raw, p.Diff)
	case answer.AskWhy:
		return shown(raw, p.Why)
	}
	return nil, fmt.Errorf("there is no question %.20q", question)
}

func shown[A any](raw json.RawMessage, show func(A) *document.Document) (*document.Document, error) {
	var found A
	if err := json.Unmarshal(raw, &found); err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	return show(found), nil
}

// calls are the API calls of a sync; empty of one that left no count.
func calls(s answer.Sync) string {
	if s.APICalls == 0 && atLeast[s.Outcome] {
		return ""
	}
	return humanize.Number(s.APICalls)
}

// atLeast are the outcomes of syncs that left their starts alone, or nothing that can be read: of their calls those are known that their
// steps noted.
var atLeast = map[string]bool{
	history.OutcomeRunning: true, history.OutcomeTerminated: true, history.OutcomeTimedOut: true, history.OutcomeUnknown: true, "unreadable": true,
	"cancelled": true, // nobody waited for the answers of its last requests
}

// took is a duration.
func took(seconds float64) string {
	return humanize.Duration(time.Duration(seconds * float64(time.Second)))
}

// tone colours an outcome.
func tone(outcome string) document.Tone {
	switch outcome {
	case "complete":
		return document.Good
	case "gaps", "running", "skipped", "discarded", "cancelled", "unknown":
		return document.Notable
	case "failed", "terminated", "timed_out":
		return document.Bad
	}
	return document.Plain
}

// outcome is the outcome in words.
func outcome(code string) string { return strings.ReplaceAll(code, "_", " ") }

// trigger says what started a sync.
func trigger(code string) string {
	switch id, scheduled := strings.CutPrefix(code, history.TriggerSchedule); {
	case scheduled:
		return "started by schedule " + id
	case code == history.TriggerCLI:
		return "started from the command line"
	case code == history.TriggerOther:
		return "started in Temporal"
	}
	return ""
}

// percent is a coverage, rounded down, so that 99.99 % does not look like all.
func percent(coverage float64) string {
	return fmt.Sprintf("%.1f %%", float64(int64(coverage*1000+1e-9))/10)
}

// kinds are those of changes, the most important first, with their words.
var kinds = []struct {
	kind item.Kind
	noun string
}{
	{item.Report, "report"},
	{item.Dashboard, "dashboard"},
	{item.Component, "dashboard component"},
	{item.Folder, "folder"},
	{item.User, "user"},
}

// nounOf is the word for a kind.
func nounOf(kind item.Kind) string {
	for _, k := range kinds {
		if k.kind == kind {
			return k.noun
		}
	}
	return string(kind)
}

// changes counts what changed, a clause a kind; nil where nothing did.
func changes(counts change.Counts) (clauses []string) {
	for _, k := range kinds {
		if words := tally(counts[k.kind]); words != "" {
			clauses = append(clauses, k.noun+"s: "+words)
		}
	}
	return clauses
}

// tally counts what changed of one kind.
func tally(t change.Tally) string {
	var all []string
	for _, one := range []struct {
		n    int64
		what string
	}{
		{t.Added, "added"},
		{t.Gone, "gone"},
		{t.Lost, "lost " + humanize.Count(t.LostColumns, "column")},
		{t.Columns, "with other columns"},
		{t.State, "with another state"},
		{t.Renamed, "renamed"},
		{t.Moved, "moved"},
		{t.Format, "with another format"},
		{t.RunningUser, "run as another user"},
	} {
		if one.n > 0 {
			all = append(all, humanize.Number(one.n)+" "+one.what)
		}
	}
	return strings.Join(all, ", ")
}

// reasonsOfWaits are the words of waits, in the order in which they are shown.
var reasonsOfWaits = []struct{ reason, words string }{
	{"quota", "for API calls"},
	{"throttled", "because Salesforce was busy"},
	{"retry", "before trying again"},
	{"paused", "because it was paused"},
	{"blocked", "until somebody fixed something"},
	{"owner", "for another Temporal, which was syncing the source"},
	{"worker", "for a worker that serves the source"},
}

const approved = "until somebody approved"

// endsOfHeld are the words of what became of a sync that was held, if it was until its end.
var endsOfHeld = map[string]string{
	"complete":                approved,
	"gaps":                    approved,
	"discarded":               "before it was discarded",
	"cancelled":               "before it was cancelled",
	"failed":                  "before it failed",
	history.OutcomeTerminated: "before it was terminated",
	history.OutcomeTimedOut:   "before it ran out of time",
}

// afterHold are the phases that a sync which is held does not come to without approval.
var afterHold = map[string]bool{"plan": true, "describe": true, "catch_up": true, "assemble": true, "upload": true, "record": true}

// waits say how long a sync stood still and why; empty where it did not.
func waits(sync answer.Sync) string {
	var all []string
	for _, w := range reasonsOfWaits {
		if s := sync.Waits[w.reason]; s >= 1 {
			all = append(all, took(s)+" "+w.words)
		}
	}
	var words []string
	if len(all) > 0 {
		words = append(words, "waited "+strings.Join(all, ", "))
	}
	if s := sync.Waits[history.WaitHeld]; s >= 1 {
		end := endsOfHeld[sync.Outcome]
		if sync.Coverage != nil || afterHold[sync.Phase] { // it has a record, or went on
			end = approved
		}
		words = append(words, strings.TrimSpace("held for "+took(s)+" "+end))
	}
	return strings.Join(words, "; ")
}

// sentence begins with a capital and ends with a full stop.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	words = humanize.Clause(words) + "."
	if name, _, _ := strings.Cut(words, " "); strings.ContainsAny(strings.TrimRight(name, ".,:;"), "/.") { // a file's name is what it is
		return words
	}
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

// named is a record in a sentence: its name, or its Id where it has none.
func named(name, id string) string {
	if name == "" {
		return id
	}
	return `"` + name + `" (` + id + ")"
}

// causes are the classes of failures in a few words, for syncs whose record has no sentence.
var causes = map[string]string{
	string(fault.LoginRefused): "the login was refused", string(fault.SessionPolicy): "a policy of the session forbids it",
	string(fault.PermissionMissing): "a permission is missing", string(fault.QuotaExhausted): "the API calls of the day were used up",
	string(fault.Throttled): "it was asked to send less", string(fault.Transient): "it did not answer",
	string(fault.Invalid): "it refused what was sent, or a setting is wrong", "internal": "it is a fault of Longhaul",
}

// cause says a class of failures in words, with the system that gave it and the class, by which the documentation names it.
func cause(class, system string) string {
	words := causes[class]
	if words == "" {
		return class + " of " + cmp.Or(system, "longhaul")
	}
	return words + " (" + cmp.Or(system, "longhaul") + ", " + class + ")"
}

// failure says by what a sync ended, or, of one that has a record, by what it gave up a delivery.
func failure(s answer.Sync) string {
	if s.Class == "" && s.Phase == "" {
		return ""
	}
	words := "a delivery was given up"
	if s.Phase != "" {
		words = "it ended in phase " + s.Phase
	}
	switch {
	case s.Message != "":
		words += ": " + s.Message
	case s.Class != "":
		words += ": " + cause(s.Class, s.System)
	}
	return words
}
