package page

import (
	"cmp"
	"fmt"
	"html/template"
	"io"
	"time"

	"longhaul/internal/history"
)

// Source is a source in the list of sources.
type Source struct {
	Name    string
	Outcome string    // of the sync that its newest page is of; empty: there is no page
	At      time.Time // when that sync began
}

// list is what the layout of the list shows.
type list struct {
	Policy  string
	Style   template.CSS
	Title   string
	Words   string
	Sources []listed
}

// listed is a row of the list.
type listed struct{ Name, Outcome, Tone, At string }

// WriteList writes the list of sources, each with a link to its newest page.
func WriteList(w io.Writer, sources []Source) error {
	l := list{Policy: Policy(), Style: style, Title: "Longhaul: sources"}
	for _, s := range sources {
		l.Sources = append(l.Sources, listed{s.Name, spaced(s.Outcome), toneOf(s.Outcome), moment(s.At)})
	}
	if len(sources) == 0 {
		l.Words = "There is no source yet. longhaul connect NAME adds one."
	}
	return l.write(w)
}

// WriteWords writes a page that says one sentence, such as why there is nothing at an address.
func WriteWords(w io.Writer, words string) error {
	l := list{Policy: Policy(), Style: style, Title: "Longhaul", Words: words}
	return l.write(w)
}

func (l list) write(w io.Writer) error {
	if err := page.ExecuteTemplate(w, "list", l); err != nil {
		return fmt.Errorf("write the list of sources: %w", err)
	}
	return nil
}

// OutcomeOf is how a sync ended, by its record or its end; either may be nil. One that gave up a delivery failed, though it has a record.
func OutcomeOf(record *history.Record, end *history.End) string {
	switch {
	case record != nil && givenUp(record) != "":
		return "failed"
	case record != nil:
		return record.Outcome
	case end != nil:
		return cmp.Or(end.Outcome, history.OutcomeUnknown)
	}
	return history.OutcomeUnknown
}

// toneOf is the class of an outcome in the style.
func toneOf(outcome string) string {
	switch outcome {
	case "complete":
		return "good"
	case "failed", history.OutcomeTerminated, history.OutcomeTimedOut:
		return "bad"
	}
	return "notable"
}
