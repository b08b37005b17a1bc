package page

import (
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/report"
)

// came is what came in, and the calls that it took.
type came struct{ *report.Data }

// count is a line of a table: a noun with a number.
type count struct {
	Words string
	N     int64
}

// Kinds count what came in.
func (c came) Kinds() []count {
	var all []count
	for _, kind := range []listing.Kind{listing.Reports, listing.Dashboards, listing.Components, listing.Folders, listing.Users} {
		if n, known := c.Record.Kinds[kind]; known {
			words := string(kind)
			switch {
			case kind == listing.Components:
				words = "dashboard components"
			case kind == listing.Reports: // so that the row can be compared with the first sentence
				words += among(c.Record.States[description.StateGone], "gone") +
					among(c.Record.States[description.StateFiltered], "outside of the scope")
			}
			all = append(all, count{words, n})
		}
	}
	return all
}

// among says how many of those that were counted are otherwise; empty where none is.
func among(n int64, words string) string {
	if n == 0 {
		return ""
	}
	return ", " + humanize.Number(n) + " of them " + words
}

// States count the reports by state.
func (c came) States() []count {
	var all []count
	for _, state := range description.States {
		if n := c.Record.States[state]; n > 0 {
			all = append(all, count{text.State(state), n})
		}
	}
	return all
}

// folder is a row of the table of folders.
type folder struct {
	Words                              string
	Reports, Columns, Gaps, Dashboards int64
}

// mostFolders bounds the rows of folders, in bytes.
const mostFolders = 100_000

// Top are the rows of the top folders.
func (c came) Top() []folder {
	var all []folder
	left := room(mostFolders)
	for _, f := range c.Folders {
		words := name(f.Name)
		switch {
		case f.Private:
			words = "Private folders"
		case f.Rest > 0:
			words = humanize.Count(int64(f.Rest), "other top folder")
		case f.Name == "" && f.ID == "":
			words = "Public Reports, which is no folder"
		case f.Name == "":
			words = "Folder " + f.ID + ", which the run-as user does not see"
		}
		if !left.take(words) {
			break
		}
		all = append(all, folder{words, f.Reports, f.Columns, f.Gaps, f.Dashboards})
	}
	return all
}

// Short is how many top folders have no row, for want of room.
func (c came) Short() int { return len(c.Folders) - len(c.Top()) }

// bar is a share of the calls of the org.
type bar struct {
	Label string
	Used  string
	Fill  int // percent of the org's calls, at most 100
	Bound int // percent
}

// Bars are the calls that were used against the ceiling and the share.
func (c came) Bars() []bar {
	q := c.Quota
	if q.Max <= 0 {
		return nil
	}
	one := func(label string, used int64, bound int, of string) bar {
		words := fmt.Sprintf("%s calls, %s of the org's; %s is %d %% (%s)", humanize.Number(used), percent(used, q.Max), of, bound,
			humanize.Number(q.Max*int64(bound)/100))
		return bar{label, words, int(min(100, used*100/q.Max)), min(100, bound)}
	}
	return []bar{
		one("All users of the org, in 24 hours", q.Org, q.Ceiling, "the ceiling"),
		one("This source, in the 24 hours before the end", q.Source, q.Share, "the share"),
	}
}

// percent is a part of a whole.
func percent(part, whole int64) string {
	if part > 0 && part < whole/1000 {
		return "less than 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
