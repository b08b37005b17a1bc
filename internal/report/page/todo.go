package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/report"
)

// step is what somebody can do, with the command that does it.
type step struct{ Words, Command string }

// Do says what to do after the sync.
func (v *view) Do() []step {
	again := step{"Start it again: what was read is kept, and not asked for again.", "longhaul sync " + v.Source}
	switch {
	case v.End != nil && v.End.Outcome == "discarded":
		again.Words = "The next sync asks again, if the org still looks like that. To start one now:"
		return []step{again}
	case v.End != nil && v.End.Outcome == "failed":
		return []step{{Words: "Change what the reason above names."}, again}
	case v.End != nil:
		return []step{again}
	case v.Record == nil:
		return []step{again}
	case v.Outcome() == "failed":
		return []step{{Words: "Change what the delivery above names. What was read is kept, so the next sync has little to do but deliver."}, again}
	}
	var all []step
	if lost(v.Record) != "" {
		all = append(all, step{Words: "Look at the reports that lost columns, below. " + text.Sentence(change.WhereColumnsAre)})
	}
	if missing(v.Record) > 0 {
		all = append(all, step{Words: "Look at the gaps below: each group says what to do. Later syncs try them again by themselves."})
	}
	if len(all) == 0 {
		all = []step{{Words: "Nothing. Every visible report that can have columns has them."}}
	}
	switch u := v.Record.Unseen; {
	case u != nil && (u.Kind == listing.UnseenExact || u.SeesAll): // no permission shows more
	case v.Placed:
		all = append(all, step{"Which permissions would show the hidden reports, with the flags of the extract:", "longhaul check"})
	default:
		all = append(all, step{"Which permissions would show the hidden reports:", "longhaul check " + v.Source})
	}
	return all
}

// Happened says what happened in a sync that did not come to its end.
func (v *view) Happened() []string {
	if v.End == nil {
		return nil
	}
	var all []string
	switch e := v.End; {
	case e.Message != "":
		all = append(all, text.Sentence(e.Message))
	case e.Class != "":
		all = append(all, text.Sentence(text.Cause(e.Class, e.System)))
	}
	if why := v.End.Why(); why != "" {
		all = append(all, text.Sentence("the reason that was given: "+name(why)))
	}
	if kept := v.kept(); kept != "" {
		all = append(all, text.Sentence(kept))
	}
	if v.End.Outcome == history.OutcomeUnknown {
		all = append(all, "It left no end, and Temporal does not know its run any more.")
	}
	return all
}

// kept says what a sync without a record leaves to the next one: as everywhere where it is known, else by what was found in the bucket.
func (v *view) kept() string {
	if words := v.End.Kept(); words != "" {
		if v.End.Reused > 0 { // the chart shows the others
			words += "; " + humanize.Number(v.End.Reused) + " of them are known from earlier syncs"
		}
		return words
	}
	if n := len(v.Series.Points); n > 0 && v.Series.Points[n-1].Reports > 0 {
		return humanize.Have(v.Series.Points[n-1].Reports, "report") + " been described and kept for the next one"
	}
	return ""
}

// Deliveries say what became of the files of each export.
func (v *view) Deliveries() []string {
	var all []string
	if v.End != nil {
		for _, export := range slices.Sorted(maps.Keys(v.End.Sent)) {
			s := v.End.Sent[export]
			done, files := humanize.Number(int64(s.Done)), humanize.Count(int64(s.Files), "file")
			all = append(all, fmt.Sprintf("%s: %s of %s delivered%s.", export, done, files, to(s.To)))
		}
	}
	if v.Record == nil {
		return all
	}
	for _, export := range slices.Sorted(maps.Keys(v.Record.Exports)) {
		all = append(all, export+": "+delivery(v.Data, export))
	}
	return all
}

func to(target string) string {
	if target == "" {
		return ""
	}
	return " to " + target
}

// delivery says what became of the files of one export.
func delivery(d *report.Data, export string) string {
	r, became := d.Record, d.Record.Exports[export]
	bytes := int64(0)
	for _, file := range r.Files[export] {
		bytes += file.Bytes
	}
	files := humanize.Count(int64(len(r.Files[export])), "file") + " (" + humanize.Bytes(bytes) + ")"
	switch {
	case became.Delivered:
		return files + " delivered" + to(became.To) + "; the catalog shows them after its next ingestion."
	case became.Reason != "":
		return files + " not delivered" + to(became.To) + ": " + text.Cause(became.Reason, became.System) + "."
	case !r.Baseline && d.Placed:
		return files + " in the folder of the extract; nothing was sent to a catalog."
	case !r.Baseline:
		return files + " in the bucket: the sync was started with upload off."
	case became.To == "":
		return files + " in the bucket: the settings of the source name no target."
	}
	return files + " not delivered" + to(became.To) + "."
}

// givenUp is the class of the failure by which a delivery was given up; empty where none was.
func givenUp(r *history.Record) string {
	for _, export := range slices.Sorted(maps.Keys(r.Exports)) {
		if reason := r.Exports[export].Reason; reason != "" {
			return reason
		}
	}
	return ""
}

// spaced is a code as people write it.
func spaced(code string) string { return strings.ReplaceAll(code, "_", " ") }

// told is a message as the page shows it.
type told struct{ At, Receiver, Event, Result string }

// mostTold bounds the messages that the page shows: the last ones.
const mostTold = 100

// Messages are those that people were sent.
func (v *view) Messages() []told {
	var all []told
	for _, one := range v.Told[max(0, len(v.Told)-mostTold):] {
		all = append(all, told{
			moment(one.At), name(one.Receiver), spaced(string(one.Event)), cut(cmp.Or(text.Sentence(one.Failure), "Arrived."), 300),
		})
	}
	return all
}
