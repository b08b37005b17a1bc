package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/report"
)

// lead is the first sentence of the page.
func lead(d *report.Data) string {
	switch {
	case d.Record != nil:
		return covered(d.Record)
	case d.End != nil:
		return ended(d.End, d.First)
	}
	return "Nothing is known of this sync."
}

// covered says how many of the visible reports have columns, and what is known of the others.
func covered(r *history.Record) string {
	var visible int64
	for state, n := range r.States {
		if state.Wanted() {
			visible += n
		}
	}
	with := description.WithColumns(r.States)
	first := "No report is visible to the run-as user"
	if visible > 0 {
		verb := "have"
		if visible == 1 {
			verb = "has"
		}
		first = fmt.Sprintf("%s of %s %s columns", humanize.Number(with), humanize.Count(visible, "visible report"), verb)
	}
	if filtered := r.States[description.StateFiltered]; filtered > 0 {
		first += "; " + humanize.Number(filtered) + " outside of the scope"
	}
	return strings.Join([]string{first, private(r), hidden(r.Unseen, r.Private)}, "; ") + "."
}

// Others say why visible reports have no columns; empty where all have them.
func (v *view) Others() string {
	if v.Record == nil {
		return ""
	}
	states := v.Record.States
	bare := states[description.StateObsolete] + states[description.StateUnsupported]
	switch gaps := missing(v.Record); {
	case gaps == 0 && bare == 0:
		return ""
	case gaps == 0:
		return humanize.Have(bare, "other one") + " none by nature: obsolete, or of a format without columns."
	case bare == 0:
		return humanize.Count(gaps, "report") + " without columns: see the gaps below."
	default:
		return fmt.Sprintf("%s without columns: %s in the gaps below, and %s none by nature: obsolete, or of a format without columns.",
			humanize.Count(gaps+bare, "report"), humanize.Number(gaps), humanize.Have(bare, "other one"))
	}
}

// missing counts the reports that lack their columns though somebody could give them.
func missing(r *history.Record) int64 {
	return r.States[description.StateDenied] + r.States[description.StateFailed]
}

// private says what became of the reports in others' private folders.
func private(r *history.Record) string {
	switch {
	case r.Private:
		return "others' private ones are read too"
	case r.LeftOut == nil:
		return "others' private ones are left out by setting and not counted"
	case *r.LeftOut == 0:
		return "no private one of others is left out"
	}
	return humanize.Count(*r.LeftOut, "private one") + " left out by setting"
}

// hidden says what is known of the reports that no listing has.
func hidden(u *listing.Unseen, private bool) string {
	switch {
	case u == nil || u.Kind == listing.UnseenUnknown || u.Kind == listing.UnseenAtLeast && u.Count == 0:
		return "hidden ones cannot be counted"
	case u.Kind == listing.UnseenExact && u.Count == 0 && private:
		return "none is hidden"
	case u.Kind == listing.UnseenExact && u.Count == 0:
		return "no other one is hidden"
	case u.Kind == listing.UnseenExact:
		return humanize.Number(u.Count) + " hidden"
	}
	verb := map[bool]string{true: "is", false: "are"}[u.Count == 1]
	if u.SeesAll {
		return fmt.Sprintf("%s that dashboards use %s deleted or in a private folder", humanize.Number(u.Count), verb)
	}
	return fmt.Sprintf("at least %s that dashboards use %s hidden", humanize.Number(u.Count), verb)
}

// ends are the words of outcomes after which there is no record.
var ends = map[string]string{
	"failed":                  "This sync failed",
	"cancelled":               "This sync was cancelled",
	"discarded":               "What this sync read was discarded",
	history.OutcomeTerminated: "This sync was terminated",
	history.OutcomeTimedOut:   "This sync ran out of time",
	history.OutcomeUnknown:    "This sync ended, and nobody knows any more how",
}

// ended says how a sync without a record ended, and what the catalog has of it.
func ended(e *history.End, first bool) string {
	words := cmp.Or(ends[e.Outcome], "This sync ended as "+e.Outcome)
	if e.Phase != "" {
		words += " in phase " + e.Phase
	}
	return words + "; " + arrived(e.Sent, first) + "."
}

// arrived says how much of a sync without a record reached its targets.
func arrived(sent map[string]history.Sent, first bool) string {
	var all []string
	for _, export := range slices.Sorted(maps.Keys(sent)) {
		if s := sent[export]; s.Done > 0 {
			all = append(all, fmt.Sprintf("%s of %s of %s had been delivered", humanize.Number(int64(s.Done)), humanize.Count(int64(s.Files), "file"), export))
		}
	}
	switch {
	case len(all) > 0:
		return strings.Join(all, ", ")
	case first:
		return "nothing of it was delivered, and nothing was before"
	}
	return "nothing of it was delivered, so the catalog has what an earlier sync brought"
}
