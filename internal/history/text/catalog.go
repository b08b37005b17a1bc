package text

import (
	"maps"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/humanize"
)

// otherwise says that a catalog has a record otherwise than it is known now; empty where none does.
func otherwise(m answer.Match) string {
	words := ""
	for _, export := range slices.Sorted(maps.Keys(m.InCatalog)) {
		c := m.InCatalog[export]
		switch {
		case c.Sync == "" || c.Unknown:
		case isGone(m) && c.Has:
			words = "but still in the catalog"
		case isGone(m):
		case !c.Has && m.State != string(description.StateFiltered):
			words = "but not in the catalog"
		case c.Old() && words == "":
			words = "but the catalog has an older version"
		}
	}
	return words
}

func isGone(m answer.Match) bool { return m.State == string(description.StateGone) }

const nextDelivery = ". The next sync that is delivered brings the catalog up to date"

// inCatalog says what the catalogs have of a record, where that is not what is known now.
func (f finding) inCatalog(m answer.Match) (all []string) {
	for _, export := range slices.Sorted(maps.Keys(m.InCatalog)) {
		c := m.InCatalog[export]
		catalog := "the catalog"
		if len(m.InCatalog) > 1 {
			catalog += " of " + export
		}
		last := f.sync(c.Sync) + ", the last one that reached it"
		has := ""
		if c.Old() {
			has = ", " + asItWas(c)
		}
		switch {
		case c.Sync == "":
			if !isGone(m) {
				all = append(all, "it is not in "+catalog+": no sync that is known has reached it")
			}
		case c.Unknown:
			all = append(all, "what "+catalog+" has of it is not known: what "+last+", read is kept no more")
		case isGone(m) && c.Has:
			all = append(all, catalog+" still has it"+has+": "+last+", had it"+nextDelivery)
		case isGone(m):
			all = append(all, "it is not in "+catalog+": "+last+", did not have it")
		case !c.Has && m.State != string(description.StateFiltered):
			all = append(all, "it is not in "+catalog+": "+last+", did not have it"+nextDelivery)
		case c.Old():
			all = append(all, catalog+" still has it as it was in "+last+has+nextDelivery)
		}
	}
	return all
}

// asItWas says what a catalog has otherwise.
func asItWas(c *answer.InCatalog) string {
	var all []string
	if c.Name != "" {
		all = append(all, "called "+quoted(c.Name))
	}
	if c.Folder != "" {
		all = append(all, "in folder "+c.Folder)
	}
	switch c.Columns {
	case answer.ColumnsThere:
		all = append(all, "with columns")
	case answer.ColumnsNone:
		all = append(all, "without columns")
	case answer.ColumnsOthers:
		all = append(all, "with other columns")
	}
	return strings.Join(all, ", ")
}

// held counts what lies in a folder.
func held(c *answer.Contents) string {
	words := humanize.Count(c.Reports, "report")
	if c.Dashboards > 0 {
		words += " and " + humanize.Count(c.Dashboards, "dashboard")
	}
	var gaps int64
	for _, n := range c.Gaps {
		gaps += n
	}
	switch gaps {
	case 0:
		return words + ", no gap"
	case 1:
		return words + ", 1 gap"
	}
	return words + ", " + humanize.Number(gaps) + " gaps"
}

// contents lists the gaps of a folder.
func (f finding) contents(m answer.Match) {
	c := m.Contents
	if c == nil || len(c.Gaps) == 0 {
		return
	}
	f.d.Say("%s", sentence("gaps: "+reasons(c.Gaps)))
	about := answer.Query{Question: answer.AskWhy, Of: m.ID}
	if folders := slices.DeleteFunc(slices.Clone(f.w.Matches), func(m answer.Match) bool { return m.Contents == nil }); len(folders) > 1 {
		f.d.Command("Which reports these are", f.Ask(about))
		return
	}
	var says []string
	for _, gap := range c.Listed {
		words := description.Reason(gap.Code).Words()
		if words == "" {
			words = gap.Code
		}
		says = append(says, sentence(named(gap.Name, gap.ID)+": "+words+f.since(gap.Since, ", since ")))
	}
	f.d.List(says...)
	if f.w.Cursor != "" {
		about.Cursor = f.w.Cursor
		f.d.Command("There are more", f.more(about))
	}
	if len(c.Listed) > 0 {
		f.d.Command("About one of them", f.Ask(answer.Query{Question: answer.AskWhy, Of: c.Listed[0].ID}))
	}
}

// ends are the words of how a sync without a record ended, after "which".
var ends = map[string]string{
	"failed":                  "failed",
	"cancelled":               "was cancelled",
	"discarded":               "was discarded",
	history.OutcomeTerminated: "was terminated",
	history.OutcomeTimedOut:   "ran out of time",
	history.OutcomeRunning:    "still runs",
}

// unrecorded says what is known of the syncs since the newest that has a record.
func (f finding) unrecorded() {
	ended := ""
	for _, u := range f.w.Unrecorded {
		how := ends[u.Outcome]
		if how == "" {
			how = "ended, nobody knows how"
		}
		words := f.sync(u.Sync) + ", which " + how + ", left no "
		if u.Outcome == history.OutcomeRunning {
			words = f.sync(u.Sync) + ", which " + how + ", has left no "
		}
		switch {
		case u.Account:
			words += "record: what it read is known all the same, and told here"
		case u.Listed == answer.ListedYes:
			words += "account of what it read, but has listed it: " + quoted(u.Name)
		case u.Listed == answer.ListedNo:
			words += "account of what it read, and has not listed it"
		default:
			words += "account of what it read: what it found is not told here"
		}
		f.d.Say("%s", sentence(words))
		if u.Outcome != history.OutcomeRunning && ended == "" {
			ended = u.Sync
		}
	}
	if ended != "" {
		f.d.Command("How that sync ended", f.Ask(answer.Query{Question: answer.AskShow, Sync: short(ended)}))
	}
}
