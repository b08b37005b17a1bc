package gather

import (
	"cmp"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/report"
)

const (
	// mostKnown bounds the folders that are held in memory, about 200 bytes each. The largest orgs have some ten thousand.
	mostKnown = 100_000
	// deepest bounds how far a folder is looked for above another one: Salesforce nests four levels.
	deepest = 20
)

// Rows of the tree that are no folder.
const (
	unfiled = ""
	private = subject.UserPrefix
	beyond  = "beyond" // what lies in folders of which there are too many
)

// tree are the folders of an account with what lies in them. In an account reports come before folders, and those before dashboards.
type tree struct {
	folders map[string]place
	counts  map[string]*report.Folder // of what lies in each, by its Id
}

type place struct{ name, parent string }

func newTree() *tree { return &tree{folders: map[string]place{}, counts: map[string]*report.Folder{}} }

// take counts a line of the account.
func (t *tree) take(one *item.Item) {
	switch {
	case !one.Exists():
	case one.Kind == item.Folder && len(t.folders) < mostKnown:
		t.folders[one.ID] = place{name: one.Name, parent: one.Folder}
	case one.Kind == item.Report:
		in := t.row(one.Folder)
		in.Reports++
		if one.State.HasColumns() {
			in.Columns++
		}
		if isGap(one) {
			in.Gaps++
		}
	case one.Kind == item.Dashboard:
		t.row(one.Folder).Dashboards++
	}
}

// isGap says whether a report lacks its columns for a reason that somebody could fix.
func isGap(one *item.Item) bool {
	return one.Kind == item.Report && (one.State == description.StateDenied || one.State == description.StateFailed)
}

// row is where what lies in a folder is counted.
func (t *tree) row(folder string) *report.Folder {
	folder = rowOf(folder)
	of := t.counts[folder]
	if of == nil && len(t.counts) >= mostKnown {
		folder = beyond
		of = t.counts[folder]
	}
	if of == nil {
		of = new(report.Folder)
		t.counts[folder] = of
	}
	return of
}

// rowOf is the row in which a folder counts that may be none.
func rowOf(folder string) string {
	switch {
	case strings.HasPrefix(folder, subject.UserPrefix):
		return private
	case strings.HasPrefix(folder, subject.OrgPrefix):
		return unfiled
	}
	return folder
}

// above is the top folder over a folder, as far as the run-as user sees it.
func (t *tree) above(id string) string {
	for range deepest {
		parent := t.folders[id].parent
		if _, known := t.folders[parent]; !known {
			break
		}
		id = parent
	}
	return id
}

// words are what people read of the folder of a report or a dashboard: its name or, where it has none that the run-as user sees, why.
func (t *tree) words(id string) string {
	switch words := answer.FolderWords(id, t.folders[id].name); {
	case words == "":
		return "not known: Salesforce hides it from the run-as user"
	case words == id:
		return "folder " + id + ", which the run-as user does not see"
	default:
		return words
	}
}

// top folds the tree into its top folders.
func (t *tree) top() []report.Folder {
	rows := map[string]*report.Folder{}
	var rest report.Folder
	for id, counted := range t.counts {
		if id == beyond {
			rest = *counted
			rest.Rest = 1
			continue
		}
		id = t.above(id)
		if rows[id] == nil {
			rows[id] = &report.Folder{ID: id, Name: t.folders[id].name, Private: id == private}
			if id == private {
				rows[id].ID = ""
			}
		}
		add(rows[id], counted)
	}
	all := make([]report.Folder, 0, len(rows))
	for _, row := range rows {
		all = append(all, *row)
	}
	slices.SortFunc(all, func(a, b report.Folder) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(b.Dashboards, a.Dashboards), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	if room := report.MostFolders - min(rest.Rest, 1); len(all) > room {
		for i := range all[report.MostFolders-1:] {
			add(&rest, &all[report.MostFolders-1+i])
			rest.Rest++
		}
		all = all[:report.MostFolders-1]
	}
	if rest.Rest > 0 {
		all = append(all, rest)
	}
	return all
}

func add(into, from *report.Folder) {
	into.Reports += from.Reports
	into.Columns += from.Columns
	into.Gaps += from.Gaps
	into.Dashboards += from.Dashboards
}
