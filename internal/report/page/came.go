package page

import (
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
)

// count is a line of a table: a noun with a number.
type count struct {
	Words string
	N     int64
}

// Kinds count what came in.
func (v *view) Kinds() []count {
	var all []count
	for _, kind := range []listing.Kind{listing.Reports, listing.Dashboards, listing.Components, listing.Folders, listing.Users} {
		if n, known := v.Record.Kinds[kind]; known {
			words := string(kind)
			if kind == listing.Components {
				words = "dashboard components"
			}
			all = append(all, count{words, n})
		}
	}
	return all
}

// States count the reports by state.
func (v *view) States() []count {
	var all []count
	for _, state := range description.States {
		if n := v.Record.States[state]; n > 0 {
			all = append(all, count{text.State(state), n})
		}
	}
	return all
}

// folder is a row of the table of folders.
type folder struct {
	Words, Link string
	Columns     int64
	Reports     int64
	Gaps        int64
	Dashboards  int64
}

// mostFolders bounds the rows of folders, in bytes.
const mostFolders = 100_000

// Top are the rows of the top folders.
func (v *view) Top() []folder {
	var all []folder
	left := room(mostFolders)
	for _, f := range v.Folders {
		words := name(f.Name)
		switch {
		case f.Private:
			words = "Private folders"
		case f.Rest > 0:
			words = humanize.Count(int64(f.Rest), "other top folder")
		case f.Name == "" && f.ID == "":
			words = "In no folder"
		case f.Name == "":
			words = "Folder " + f.ID + ", which the run-as user does not see"
		}
		if !left.take(words) {
			break
		}
		all = append(all, folder{words, "", f.Columns, f.Reports, f.Gaps, f.Dashboards})
	}
	return all
}

// Short is how many top folders have no row, for want of room.
func (v *view) Short() int { return len(v.Folders) - len(v.Top()) }

// bar is a share of the calls of the org.
type bar struct {
	Label string
	Used  string
	Fill  int // percent of the org's calls, at most 100
	Bound int // percent
}

// Bars are the calls that were used against the ceiling and the share.
func (v *view) Bars() []bar {
	q := v.Quota
	if q.Max <= 0 {
		return nil
	}
	one := func(label string, used int64, bound int, of string) bar {
		words := fmt.Sprintf("%s of %s, %s of all", humanize.Number(used), humanize.Number(q.Max*int64(bound)/100), percent(used, q.Max))
		return bar{label, words + "; " + of + " is " + fmt.Sprint(bound) + " %", int(min(100, used*100/q.Max)), min(100, bound)}
	}
	return []bar{
		one("All users of the org, in 24 hours", q.Org, q.Ceiling, "the ceiling"),
		one("This source, in the 24 hours before the end", q.Source, q.Share, "the share"),
	}
}

// percent is a part of a whole.
func percent(part, whole int64) string { return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole)) }
