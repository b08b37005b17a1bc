package answer

import (
	"context"
	"fmt"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
)

// StateUnknown is the state of a record that no kept sync has.
const StateUnknown = "unknown"

// binDays is about how long a record lies in the recycle bin.
const binDays = 15

// theOne is the match of a name that a look-up is about: the only one, or of several the only one that is gone.
func (w *Why) theOne() (at int, ok bool) {
	gone, only := 0, 0
	for i, m := range w.Matches {
		if m.State == string(description.StateGone) {
			gone, only = gone+1, i
		}
	}
	switch {
	case w.More > 0:
		return 0, false
	case len(w.Matches) == 1:
		return 0, true
	}
	return only, gone == 1
}

// ask looks one record up in the org: the one whose Id was given, or the one of a name.
func (n *inquiry) ask(ctx context.Context, w *Why, of subject.Subject) error {
	kind, id, at := of.Kind, of.ID, 0
	if one, ok := w.theOne(); id == "" && ok {
		kind, id, at = w.Matches[one].Kind, w.Matches[one].ID, one
	}
	switch {
	case n.Org == nil:
		return fault.Invalidf("the org cannot be asked here: ask without ask_org (--ask)")
	case id == "" && len(w.Matches) == 0:
		w.Unknown += " The org was not asked: a look-up needs an Id or a link."
		return nil
	case id == "":
		return fault.Invalidf("%d records have this name, and one look-up is made for one Id: ask for one of them by its Id, such as %s",
			int64(len(w.Matches))+w.More, w.Matches[0].ID)
	}
	if subject.Kind(id) != kind { // a user's private folder, or the org's public one
		return fault.Invalidf("%s is no record that the org can be asked for: ask without ask_org (--ask)", id)
	}
	found, err := n.Org.LookUp(ctx, kind, id)
	w.Calls = found.Calls
	if err != nil {
		return wrap("look the record up in the org", err)
	}
	if len(w.Matches) == 0 {
		w.Matches = []Match{{Kind: kind, ID: id, Name: short(found.Name), State: StateUnknown}}
	}
	m := &w.Matches[at]
	if m.State == string(description.StateGone) { // the org's answer stands in place of what could not be told without it
		folder := ""
		if at := strings.Index(m.Reason, folderWent); at >= 0 {
			folder = m.Reason[at:]
		}
		if m.Reason, m.Fix = lastHad(m.Kind, m.LastSync)+folder, ""; m.listed {
			m.Reason = listedWords(m.Kind, m.Since) + "."
		}
	}
	if found.Visible || found.Deleted {
		w.Unknown = ""
	}
	w.Unknown = strings.TrimSuffix(w.Unknown, lookUpHint)
	m.InOrg = inOrg(kind, found, m.State, Full(n.Source))
	if name := short(found.Name); found.Visible && name != "" && m.Name != "" && name != m.Name {
		m.InOrg += fmt.Sprintf(" It is called %q there now: the next sync has that name.", name)
	}
	return nil
}

// inBin says whether a look-up finds records of a kind in the recycle bin. Those of folders and components have no mark of it.
func inBin(kind item.Kind) bool { return kind == item.Report || kind == item.Dashboard }

// inOrg says what the org answered.
func inOrg(kind item.Kind, found Found, state, full string) string {
	switch {
	case found.Visible && kind == item.Report && state == string(description.StateGone):
		return "The report exists, and the run-as user sees it now: the next sync has it, unless it was listed and answered that it is not there. " +
			"Then `" + full + "` asks it again at once."
	case found.Visible && (state == StateUnknown || state == string(description.StateGone)):
		return fmt.Sprintf("The %s exists, and the run-as user sees it now: the next sync has it.", kind)
	case found.Visible:
		return fmt.Sprintf("The %s exists, and the run-as user sees it.", kind)
	case found.Deleted && found.DeletedAt.IsZero():
		return fmt.Sprintf("The %s is deleted: it lies in the recycle bin, from which it can be restored for about %d days.", kind, binDays)
	case found.Deleted:
		return fmt.Sprintf("The %s was deleted on %s: it lies in the recycle bin, from which it can be restored until about %s.",
			kind, day(found.DeletedAt), day(found.DeletedAt.AddDate(0, 0, binDays)))
	case !inBin(kind):
		return fmt.Sprintf("The run-as user finds no such %s: it is deleted, or hidden from the run-as user, and the org's answer does not tell these "+
			"apart. %s", kind, capital(howToFind(kind)))
	default:
		return fmt.Sprintf("The run-as user finds no such %s, and none in the recycle bin: it is deleted since more than about %d days, or hidden from "+
			"the run-as user, and the org's answer does not tell these apart. %s", kind, binDays, capital(howToFind(kind)))
	}
}
