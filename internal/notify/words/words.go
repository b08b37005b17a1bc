// Package words puts what happened into words: the title, the text, the command and the links of a message.
package words

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/humanize"
	"longhaul/internal/notify"
	"longhaul/internal/sourcename"
)

// Facts are what the bucket knows about what happened. The zero value knows nothing, and the message says less then.
type Facts struct {
	Record *history.Record // of a sync that came to its end, and of Digest the newest one
	End    *history.End    // of a sync that has no record
	Lost   Lost            // columns, since the delivery before
	Week   *Week           // of Digest
	Next   time.Time       // when the schedule starts the next sync; zero: not known, or never
}

// MostNamed bounds the reports and the folders that a message names.
const MostNamed = 5

// Lost counts the columns that are gone from reports that are still there.
type Lost struct {
	Columns int64
	Of      int64    // that all reports had before
	Reports int64    // that lost some
	Named   []Report // those that lost most first, at most MostNamed, and none that lies in somebody's private folder
}

// Percent is the share of the columns that are gone.
func (l Lost) Percent() float64 {
	if l.Of == 0 {
		return 0
	}
	return 100 * float64(l.Columns) / float64(l.Of)
}

// Report is a report that lost columns.
type Report struct {
	Name    string
	Columns int64 // that it lost
}

// Week is what happened in the week before a digest.
type Week struct {
	From, To  time.Time
	Delivered int                // syncs
	Failed    int                // syncs
	APICalls  int64              // of all syncs
	Changes   change.Counts      // from the delivery before the week to the last one in it
	Drifted   int64              // reports whose columns changed though their date did not
	Waits     map[string]float64 // seconds by reason, over all syncs
}

// Links say where people find more.
type Links struct {
	UI        string // address of Temporal's UI, without a slash at its end; empty: not known
	Namespace string // that the syncs run in
	Page      string // address of the pages of syncs, as UI
}

// program is how commands in messages begin.
const program = "longhaul "

// Of puts a fact into words.
func Of(fact notify.Fact, known Facts, links Links) notify.Message {
	fact.Do = orders.ReplaceAllString(fact.Do, "")
	t := telling{fact: fact, known: known}
	said, there := sayings[fact.Event]
	if !there { // of a newer version
		said = saying{title: strings.ReplaceAll(string(fact.Event), "_", " "), what: func(t telling) []string { return []string{t.why()} }}
	}
	message := notify.Message{Fact: fact}
	if said.command != "" {
		message.Command = program + t.fill(said.command)
	}
	if first := advised.FindString(fact.Do); fact.Event == notify.Blocked && first != "" { // what lets it go on depends on what blocks it
		message.Command = strings.Trim(first, "`")
	}
	if first := needed.FindStringSubmatch(fact.Why); fact.Event == notify.Failed && first != nil { // no sync can succeed without it
		message.Command = first[1]
	}
	message.Title = fact.Source + ": " + t.title(said.title)
	if fact.Sync != "" || workflowOf(known) != "" {
		message.UI = links.run(fact, known)
	}
	if fact.Outcome != "" && links.Page != "" {
		message.Page = links.Page + "/" + fact.Source + "/" + fact.Sync
	}
	lines := said.what(t)
	if strings.Join(lines, "") == "" {
		lines = []string{"What the bucket knows of it could not be read."}
	}
	do := cmp.Or(fact.Do, t.fill(said.do))
	message.Text = paragraphs(append(lines, sentence(do)))
	message.Title, message.Why, message.Do = masked(message.Title), masked(fact.Why), masked(fact.Do)
	message.Text += commands(message)
	if notify.RowOf(fact.Event).Opens {
		message.Open = []string{Key(fact.Source, fact.Event)}
	}
	for _, event := range fact.Closes {
		message.Closed = append(message.Closed, Key(fact.Source, event))
	}
	return message
}

// orders are the names of signals and updates, which Temporal's own tools need and readers of messages do not.
var orders = regexp.MustCompile(" \\((?:signal|update) `[^)]*\\)")

// needed is the command in why a sync failed that another one needs first.
var needed = regexp.MustCompile(`\((` + program + `connect [^)]+)\)`)

// advised is a command in what somebody can do.
var advised = regexp.MustCompile("`" + program + "[^`]+`")

// Key is by which receivers know what stands: the same from the first message of it to the one that closes it.
func Key(source string, event notify.Event) string { return "longhaul/" + source + "/" + string(event) }

// commands show a sync where no link does.
func commands(m notify.Message) string {
	var text strings.Builder
	show := func(what, command string) {
		if command != m.Command {
			text.WriteString("\n" + what + ": " + command)
		}
	}
	if m.UI == "" && m.Sync != "" && m.Outcome == "" {
		show("How it stands", program+"status "+m.Source)
	}
	if m.Page == "" && m.Outcome != "" {
		show("Its page", program+"report "+m.Source+" "+m.Sync)
	}
	return text.String()
}

func (l Links) run(fact notify.Fact, known Facts) string {
	if l.UI == "" || l.Namespace == "" {
		return ""
	}
	id := workflowOf(known)
	if id == "" {
		id = sourcename.SyncPrefix + fact.Source
	}
	return l.UI + "/namespaces/" + l.Namespace + "/workflows/" + id
}

func workflowOf(known Facts) string {
	switch {
	case known.Record != nil:
		return known.Record.Workflow
	case known.End != nil:
		return known.End.Workflow
	}
	return ""
}

// address is a mail address. Sentences of Salesforce and names of reports may hold one, and a message goes to people who may not see it.
var address = regexp.MustCompile(`[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`)

func masked(text string) string { return address.ReplaceAllString(text, "(address)") }

// mostText bounds the text of a message, so that every receiver takes it: Discord has the least room.
const mostText = 1500

// paragraphs puts sentences under each other.
func paragraphs(lines []string) string {
	var kept []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	return fault.Clip(masked(strings.Join(kept, "\n")), mostText)
}

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string {
	text = humanize.Clause(strings.TrimSpace(text))
	if text == "" {
		return ""
	}
	if end := text[len(text)-1]; end != '?' && end != '!' && end != ':' {
		text += "."
	}
	if first := text[0]; first >= 'a' && first <= 'z' {
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return text
}
