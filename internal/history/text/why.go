package text

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/document"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/humanize"
)

// finding is an answer, and where it is shown.
type finding struct {
	Page
	d *document.Document
	w answer.Why
}

// Why shows what is known of the records that were asked about.
func (p Page) Why(w answer.Why) *document.Document {
	d := new(document.Document)
	if len(w.Matches) == 0 {
		d.Title(document.Notable, "%s: no sync that is kept has %s.", w.Source, quoted(w.Of))
	}
	if all := int64(len(w.Matches)) + w.More; all > 1 {
		d.Title(document.Plain, "%s: %s of the name %s, of which %d are shown.", w.Source, humanize.Count(all, "record"), quoted(w.Of), len(w.Matches))
	}
	p.seconds = sharing(moments(w))
	f := finding{p, d, w}
	for _, m := range w.Matches {
		f.match(m)
		f.contents(m)
	}
	if w.Unknown != "" {
		d.Say("%s", sentence(answer.Moments(w.Unknown, p.moment)))
	}
	f.unrecorded()
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

// moments are those that an answer is shown with.
func moments(w answer.Why) (all []time.Time) {
	said := []string{w.Unknown}
	for _, m := range w.Matches {
		all = append(all, momentsOf(m)...)
		said = append(said, m.Reason, m.InOrg)
	}
	for _, u := range w.Unrecorded {
		all = append(all, beginnings(u.Sync)...)
	}
	for _, words := range said {
		answer.Moments(words, func(at time.Time) string {
			all = append(all, at)
			return ""
		})
	}
	return all
}

func momentsOf(m answer.Match) []time.Time {
	all := []time.Time{m.Since, m.FirstSeen}
	syncs := []string{m.LastSync}
	if m.DescribedAt != nil {
		all = append(all, *m.DescribedAt)
	}
	for _, at := range m.DeliveredAt {
		all = append(all, at)
	}
	for _, c := range m.InCatalog {
		all = append(all, c.At)
		syncs = append(syncs, c.Sync)
	}
	if m.Away != nil {
		all = append(all, m.Away.Gone, m.Away.Back)
		syncs = append(syncs, m.Away.LastSync)
	}
	for _, one := range slices.Concat(m.FormerNames, m.FormerFolders) {
		all = append(all, one.Until)
	}
	return append(all, beginnings(syncs...)...)
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
func (f finding) match(m answer.Match) {
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
	kind := humanize.Clause(sentence(nounOf(m.Kind)))
	title := kind + " " + named(m.Name, m.ID)
	if m.Dashboard != "" {
		title += " of dashboard " + m.Dashboard
	}
	if m.Folder != "" {
		title += " in folder " + m.Folder
	}
	if m.Contents != nil {
		if state = held(m.Contents); len(m.Contents.Gaps) > 0 {
			shade = document.Notable
		}
	}
	if words := otherwise(m); words != "" {
		if state += ", " + words; shade == document.Good {
			shade = document.Notable
		}
	}
	f.d.Title(shade, "%s: %s", title, state)
	var says []string
	for _, words := range slices.Concat([]string{m.Reason, after("what to do: ", m.Fix)}, f.inCatalog(m), f.known(m)) {
		if words != "" {
			says = append(says, sentence(answer.Moments(words, f.moment)))
		}
	}
	f.d.List(says...)
}

// known is what the syncs know of a record beside its state; some of it may be empty.
func (f finding) known(m answer.Match) []string {
	all := []string{
		f.since(m.Since, "in this state since "), after("the org says: ", m.InOrg), made(m),
		f.since(m.FirstSeen, "in the org, as the syncs see it, since "),
	}
	if m.Away != nil {
		all = append(all, "it was away before: last in "+f.sync(m.Away.LastSync)+", gone from "+f.moment(m.Away.Gone)+" until "+f.moment(m.Away.Back))
	}
	all = append(all, formerly("it was called %s", m.FormerNames, f.since, true), formerly("it lay in %s", m.FormerFolders, f.since, false))
	if len(m.FormerNames) == 0 && m.FormerName != "" {
		all = append(all, `it was called "`+m.FormerName+`" before`)
	}
	if m.LastSync != "" {
		all = append(all, "last seen by "+f.sync(m.LastSync))
	}
	without := ""
	if m.WithoutColumns {
		without = "; the catalog has the report, but without columns"
	}
	if m.DescribedAt != nil {
		words := "its columns are of "
		if m.Kind == item.Report && !description.State(m.State).HasColumns() {
			words = "its columns were last read on "
		}
		all = append(all, f.since(*m.DescribedAt, words))
	}
	for _, name := range slices.Sorted(maps.Keys(m.DeliveredAt)) {
		all = append(all, "last delivered by "+name+" "+f.moment(m.DeliveredAt[name])+after(", in ", m.File[name])+without)
	}
	return all
}

// formerly lists former names or folders, the newest first.
func formerly(words string, all []answer.Former, until func(time.Time, string) string, quote bool) string {
	var parts []string
	for _, one := range all {
		was := one.Was
		if quote {
			was = quoted(was)
		}
		parts = append(parts, was+until(one.Until, " until "))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf(words, strings.Join(parts, ", before that "))
}

// made says who made a record and who changed it.
func made(m answer.Match) string {
	if m.CreatedBy == "" && m.ModifiedBy == "" {
		return ""
	}
	return "made by " + cmp.Or(m.CreatedBy, "somebody unknown") + after(", changed last by ", m.ModifiedBy)
}

// after puts words before a text; empty where there is no text.
func after(words, text string) string {
	if text == "" {
		return ""
	}
	return words + text
}

// since puts words before a moment; empty where it is not known.
func (p Page) since(t time.Time, words string) string {
	if t.IsZero() {
		return ""
	}
	return words + p.moment(t)
}
