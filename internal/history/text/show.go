package text

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/document"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
)

// Show shows one sync whole.
func (p Page) Show(s answer.Show) *document.Document {
	d := new(document.Document)
	one := s.Sync
	p.seconds = sharing(beginnings(one.Sync, one.Compared))
	d.Title(tone(one.Outcome), "%s, sync %s: %s", s.Source, one.Sync, outcome(one.Outcome))
	began := "Began " + p.moment(one.Started)
	switch {
	case one.Seconds > 0 && one.Outcome == history.OutcomeRunning:
		began += ", has run for " + took(one.Seconds)
	case one.Seconds > 0:
		began += ", took " + took(one.Seconds)
	}
	if by := trigger(one.Trigger); by != "" {
		began += ", " + by
	}
	if calls(one) != "" {
		began += ". " + spent(one)
	}
	d.Say("%s.", began)
	for _, words := range []string{
		failure(one), covered(one), p.changed(one), waits(one), history.SkipWords(one.Skips, p.moment), missedBefore(one.Missed, p.Place),
	} {
		if words != "" {
			d.Say("%s", sentence(words))
		}
	}
	course := new(history.Course)
	switch {
	case s.Record != nil:
		course = &s.Record.Course
	case s.End != nil:
		course = &s.End.Course
	}
	p.phases(d, course.Phases)
	if r := s.Record; r != nil {
		account(d, r)
		p.gaps(d, r.GapFolders)
		p.files(d, r)
	}
	if s.End != nil {
		if kept := s.End.Kept(); kept != "" {
			d.Say("%s", sentence(kept))
		}
		sent(d, s.End.Sent)
	}
	p.orders(d, course.Orders)
	if len(course.Warnings) > 0 {
		d.Title(document.Notable, "Warnings")
		var says []string
		for _, w := range course.Warnings {
			says = append(says, sentence(w.Sentence()))
		}
		d.List(says...)
	}
	for _, list := range slices.Sorted(maps.Keys(s.LeftOut)) {
		d.Say("%s of %s are left out here.", humanize.Number(int64(s.LeftOut[list])), strings.ReplaceAll(list, "_", " "))
	}
	if one.Compared != "" && len(one.Changes) > 0 {
		d.Command("What changed", p.Ask(answer.Query{Question: answer.AskDiff, From: short(one.Compared), To: short(one.Sync)}))
	}
	return d
}

// spent says how many calls a sync made, or has made so far.
func spent(s answer.Sync) string {
	words := humanize.Count(s.APICalls, "API call")
	if atLeast[s.Outcome] {
		words = "At least " + words
	}
	if s.Outcome == history.OutcomeRunning {
		words += " so far"
	}
	return words
}

// covered says how many reports have columns, and what is known of those that no listing has.
func covered(s answer.Sync) string {
	if s.Coverage == nil {
		return ""
	}
	words := percent(*s.Coverage) + " of the reports have columns"
	if s.Unseen != nil && s.Unseen.Words() != "" {
		words += "; " + s.Unseen.Words()
	}
	return words
}

func (p Page) phases(d *document.Document, phases []history.PhaseTime) {
	table := document.Table{Header: []string{"Phase", "Began", "Took"}}
	for _, one := range phases {
		table.Rows = append(table.Rows, document.Row{Cells: []document.Cell{
			{Text: one.Phase}, {Text: p.row(one.Began)}, document.Number(took(one.Seconds)),
		}})
	}
	d.Table(table)
}

// stateWords are those of the states of reports.
var stateWords = map[description.State]string{
	description.StateDescribed:   "described",
	description.StateReused:      "reused: columns known and unchanged",
	description.StateObsolete:    "obsolete: by its definition",
	description.StateUnsupported: "unsupported: it has no columns",
	description.StateDenied:      "denied: what it reports on is closed",
	description.StateFailed:      "failed: no try brought its columns",
	description.StateFiltered:    "filtered: outside of the scope",
	description.StateGone:        "gone: deleted meanwhile, or hidden",
}

// account counts the reports by state, the gaps by reason, and the records of the other kinds.
func account(d *document.Document, r *history.Record) {
	table := document.Table{Header: []string{"State of a report", "Reports"}}
	for _, state := range description.States {
		n := r.States[state]
		if n == 0 {
			continue
		}
		row := document.Row{Cells: []document.Cell{{Text: stateWords[state]}, document.Number(humanize.Number(n))}}
		if state == description.StateDenied || state == description.StateFailed {
			row.Cells[0].Tone = document.Notable
		}
		table.Rows = append(table.Rows, row)
	}
	d.Table(table)
	if why := reasons(r.Reasons); why != "" {
		d.Say("%s", sentence("gaps: "+why))
	}
	var others []string
	for _, kind := range []listing.Kind{listing.Folders, listing.Dashboards, listing.Components, listing.Users} {
		if n, known := r.Kinds[kind]; known {
			others = append(others, humanize.Number(n)+" "+string(kind))
		}
	}
	if len(others) > 0 {
		d.Say("Beside them: %s.", strings.Join(others, ", "))
	}
}

// gaps shows the folders with most gaps.
func (p Page) gaps(d *document.Document, folders []history.FolderGaps) {
	table := document.Table{Header: []string{"Folder with gaps", "Gaps"}}
	for _, f := range folders {
		row := document.Row{Cells: []document.Cell{{Text: answer.FolderWords(f.Folder, f.Name)}, document.Number(humanize.Number(f.Gaps))}}
		if why := reasons(f.Reasons); why != "" {
			row.Below = []string{sentence(why)}
		}
		table.Rows = append(table.Rows, row)
	}
	d.Table(table)
	if i := slices.IndexFunc(folders, func(f history.FolderGaps) bool { return f.Folder != "" }); i >= 0 {
		d.Command("Which reports these are in the first of them, by the newest sync", p.Ask(answer.Query{Question: answer.AskWhy, Of: folders[i].Folder}))
	}
}

// reasons counts gaps by reason.
func reasons(counts map[string]int64) string {
	var all []string
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, humanize.Number(counts[code])+" "+cmp.Or(description.Reason(code).Words(), code))
	}
	return strings.Join(all, "; ")
}

// files shows the files of each export, with the receipts of its target.
func (p Page) files(d *document.Document, r *history.Record) {
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		table := document.Table{Header: []string{"File of " + name, "Records", "Size", "Delivered"}}
		became := r.Exports[name]
		for _, f := range r.Files[name] {
			table.Rows = append(table.Rows, document.Row{Cells: []document.Cell{
				{Text: path.Base(f.Key)},
				document.Number(humanize.Number(f.Count)), document.Number(humanize.Bytes(f.Bytes)),
				{Text: p.receipt(became, path.Base(f.Key))},
			}})
		}
		d.Table(table)
		switch {
		case became.To == "" && !r.Baseline:
			d.Say("The files of %s stay in the bucket: the sync was started with upload off.", name)
		case became.To == "":
			d.Say("The files of %s stay in the bucket: the settings of the source name no target.", name)
		case became.Delivered:
			d.Say("The files of %s are at %s.", name, became.To)
		case became.Reason != "":
			d.Say("The files of %s did not get to %s: %s.", name, became.To, cause(became.Reason, became.System))
		}
	}
}

// sent says how far deliveries came of a sync that has no record.
func sent(d *document.Document, by map[string]history.Sent) {
	for _, name := range slices.Sorted(maps.Keys(by)) {
		one := by[name]
		to := ""
		if one.To != "" {
			to = " to " + one.To
		}
		switch {
		case one.Done == 0:
			d.Say("No file of %s was delivered%s; the catalog keeps what the last delivery brought.", name, to)
		case one.Done < one.Files:
			d.Say("%s of %s of %s were delivered%s; the catalog keeps what the last whole delivery brought.",
				humanize.Number(int64(one.Done)), humanize.Count(int64(one.Files), "file"), name, to)
		default:
			d.Say("All %s of %s were delivered%s.", humanize.Count(int64(one.Files), "file"), name, to)
		}
	}
}

func (p Page) receipt(d history.Delivery, file string) string {
	for _, r := range d.Receipts {
		if r.Name != file {
			continue
		}
		words := p.row(r.At)
		if r.Status != 0 {
			words += fmt.Sprintf(", HTTP %d", r.Status)
		}
		return words
	}
	return ""
}

func (p Page) orders(d *document.Document, orders []history.Order) {
	table := document.Table{Header: []string{"Order", "At", "Reason"}}
	for _, o := range orders {
		table.Rows = append(table.Rows, document.Row{Cells: document.Of(o.Name, p.row(o.At), why(o))})
	}
	d.Table(table)
}

// why is the reason of an order. Temporal's own orders have none that a sync hears of, so nothing is said there.
func why(o history.Order) string {
	if o.Name == "cancel" || o.Name == history.OrderTerminate {
		return o.Reason
	}
	return cmp.Or(o.Reason, "none given")
}
