package text

import (
	"maps"
	"slices"

	"longhaul/internal/description"
	"longhaul/internal/document"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/subject"
	"longhaul/internal/humanize"
)

// Why shows what is known of the records that were asked about.
func (p Page) Why(w answer.Why) *document.Document {
	d := new(document.Document)
	if len(w.Matches) == 0 {
		d.Title(document.Notable, "%s: no sync that is kept has %s.", w.Source, quoted(w.Of))
	}
	if all := int64(len(w.Matches)) + w.More; all > 1 {
		d.Title(document.Plain, "%s: %s of the name %s, of which %d are shown.", w.Source, humanize.Count(all, "record"), quoted(w.Of), len(w.Matches))
	}
	for _, m := range w.Matches {
		p.match(d, m)
	}
	if w.Unknown != "" {
		d.Say("%s", sentence(w.Unknown))
	}
	if w.Calls > 0 {
		d.Say("The look-up in the org took %s.", humanize.Count(w.Calls, "API call"))
	}
	if w.More > 0 {
		d.Say("Name the others by their Ids or links.")
	}
	if id := missing(w); id != "" && w.Calls == 0 {
		d.Command("Ask the org itself, by one API call", p.Ask(answer.Query{Question: answer.AskWhy, Of: id, AskOrg: true}))
	}
	return d
}

// missing is the Id of a record that is gone, or that no sync has; empty where there is none to look up.
func missing(w answer.Why) string {
	for _, m := range w.Matches {
		if m.State == string(description.StateGone) {
			return m.ID
		}
	}
	if of, err := subject.Parse(w.Of); err == nil && len(w.Matches) == 0 {
		return of.ID
	}
	return ""
}

func quoted(of string) string { return `"` + of + `"` }

// match shows one record in plain sentences.
func (p Page) match(d *document.Document, m answer.Match) {
	state, shade := m.State, document.Good
	switch description.State(m.State) {
	case description.StateListed:
		state = "in its file as Salesforce gave it"
	case description.StateDenied, description.StateFailed, description.StateGone:
		shade = document.Bad
	case description.StateObsolete, description.StateUnsupported, description.StateFiltered:
		shade = document.Notable
	case description.StateDescribed, description.StateReused, description.StateDeferred:
	}
	if m.State == answer.StateUnknown {
		state, shade = "no sync that is kept has it", document.Bad
	}
	title := sentence(nounOf(m.Kind))
	title = title[:len(title)-1] + " " + named(m.Name, m.ID)
	if m.Dashboard != "" {
		title += " of dashboard " + m.Dashboard
	}
	if m.Folder != "" {
		title += " in folder " + m.Folder
	}
	d.Title(shade, "%s: %s", title, state)
	var says []string
	add := func(words string) {
		if words != "" {
			says = append(says, sentence(words))
		}
	}
	add(m.Reason)
	if m.Fix != "" {
		add("what to do: " + m.Fix)
	}
	if !m.Since.IsZero() {
		add("in this state since " + p.moment(m.Since))
	}
	if m.FormerName != "" {
		add(`it was called "` + m.FormerName + `" before`)
	}
	if m.InOrg != "" {
		add("the org says: " + m.InOrg)
	}
	if m.CreatedBy != "" || m.ModifiedBy != "" {
		words := "made by " + orNobody(m.CreatedBy)
		if m.ModifiedBy != "" {
			words += ", changed last by " + m.ModifiedBy
		}
		add(words)
	}
	if !m.FirstSeen.IsZero() {
		add("first seen " + p.moment(m.FirstSeen))
	}
	if m.LastSync != "" {
		add("last seen by " + p.sync(m.LastSync))
	}
	if m.DescribedAt != nil {
		add("its columns are of " + p.moment(*m.DescribedAt))
	}
	for _, name := range slices.Sorted(maps.Keys(m.DeliveredAt)) {
		words := "last delivered by " + name + " " + p.moment(m.DeliveredAt[name])
		if file := m.File[name]; file != "" {
			words += ", in " + file
		}
		add(words)
	}
	d.List(says...)
}

func orNobody(id string) string {
	if id == "" {
		return "somebody unknown"
	}
	return id
}
