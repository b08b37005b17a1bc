package answer

import (
	"context"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/history/chain"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/stream"
)

// publicReports is what Salesforce calls the folder of reports that are in none: their folder is the org.
const publicReports = "Public Reports"

// inFolder keeps the changes in one folder: of reports and dashboards that were in it before or after, and of the folder itself.
type inFolder struct {
	ids    map[string]bool
	places *places
	since  *chain.Changes // from the later sync of the diff to the account; nil: the account is of that sync
}

// inFolder finds a folder by its Id or its name. Several folders of a name, such as one for reports and one for dashboards, count as one.
func (e *Engine) inFolder(ctx context.Context, d *between, folder string) (*inFolder, error) {
	account, path, ok := d.account()
	if !ok {
		return nil, fault.Invalidf("no account of %s or a sync after it is kept, so nobody knows any more which record was in which folder: "+
			"ask without a folder", max(d.from, d.to))
	}
	f := &inFolder{ids: map[string]bool{}}
	if len(path) > 0 {
		since, err := d.chain.Between(ctx, path, false)
		if err != nil {
			return nil, wrap("read what changed since", err)
		}
		f.since = since
	}
	if id, ok := subject.FolderID(folder); ok {
		f.ids[id] = true
	} else if err := e.foldersNamed(ctx, d, f, account, strings.TrimSpace(folder)); err != nil {
		f.close(ctx)
		return nil, err
	}
	f.places = &places{account: newForward(decoded(e.kept().items(ctx, account, "")), func(i item.Item) string { return i.ID })}
	if f.since != nil {
		f.places.since = newForward(f.since.Each(ctx), func(c change.Change) string { return c.ID })
	}
	return f, nil
}

// foldersNamed notes the folders that have a name, or had it in one of the syncs that are compared.
func (e *Engine) foldersNamed(ctx context.Context, d *between, f *inFolder, account, name string) error {
	like := map[string]bool{} // in another case
	note := func(id, is string) {
		switch {
		case is == name:
			f.ids[id] = true
		case strings.EqualFold(is, name):
			like[id] = true
		}
	}
	for one, err := range decoded(e.kept().items(ctx, account, subject.FolderPrefix)) {
		if err != nil {
			return wrap("read the folders", err)
		}
		note(one.ID, one.Name)
	}
	for _, changes := range []*chain.Changes{d.changes, f.since} {
		if changes == nil {
			continue
		}
		for c, err := range changes.Each(ctx) {
			if err != nil {
				return wrap("read the folders", err)
			}
			if c.Kind == item.Folder {
				note(c.ID, c.Was[change.Name])
				note(c.ID, c.Now[change.Name])
			}
		}
	}
	if strings.EqualFold(name, publicReports) || strings.EqualFold(name, "Unfiled "+publicReports) {
		note(d.org, name)
	}
	if len(f.ids) == 0 {
		f.ids = like
	}
	if len(f.ids) == 0 {
		return fault.Invalidf("no folder is called %.80q in the syncs that are compared: give its name as Salesforce shows it, or its Id", name)
	}
	return nil
}

// has says whether a change is of a record in the folder. It needs changes in the order of Ids.
func (f *inFolder) has(c *change.Change) (bool, error) {
	switch {
	case c.Kind == item.Folder:
		return f.ids[c.ID], nil
	case c.Kind != item.Report && c.Kind != item.Dashboard:
		return false, nil
	case c.Added || c.Gone || c.Differs(change.Folder):
		return f.ids[c.Was[change.Folder]] || f.ids[c.Now[change.Folder]], nil
	}
	folder, err := f.places.folder(c.ID)
	return f.ids[folder], err
}

func (f *inFolder) close(ctx context.Context) {
	if f.places != nil {
		f.places.close()
	}
	if f.since != nil {
		f.since.Close(ctx)
	}
}

// names finds the names of folders, in an account and in what changed.
func (e *Engine) names(ctx context.Context, d *between, ids []string) (map[string]string, error) {
	names := map[string]string{}
	var wanted []string
	for _, id := range ids {
		switch {
		case strings.HasPrefix(id, subject.OrgPrefix):
			names[id] = publicReports
		case strings.HasPrefix(id, subject.UserPrefix):
			names[id] = privateFolder
		default:
			wanted = append(wanted, id)
		}
	}
	for _, account := range d.nearest() {
		found, err := e.kept().lookUp(ctx, account, wanted)
		if err != nil && !e.Store.Unreadable(err) {
			return nil, err
		}
		for id, one := range found {
			names[id] = fault.Clip(one.Name, FolderNameBytes)
		}
		wanted = slices.DeleteFunc(wanted, func(id string) bool { return names[id] != "" })
	}
	if len(wanted) == 0 {
		return names, nil
	}
	for c, err := range d.changes.Each(ctx) {
		if err != nil {
			return nil, err
		}
		if c.Kind == item.Folder && c.Name != "" && slices.Contains(wanted, c.ID) {
			names[c.ID] = fault.Clip(c.Name, FolderNameBytes)
		}
	}
	return names, nil
}

// privateFolder is the name of a folder whose Id is that of a user.
const privateFolder = "private folder of this user"

// usualGaps is how many gaps of a folder are listed on a page.
const usualGaps = 50

// fill adds to the folders among the matches what lies in them by an account. The gaps of one are listed after the cursor of the question,
// which is the Id of the last one before.
func (k kept) fill(ctx context.Context, account string, w *Why, q Query) error {
	folders := map[string]*Contents{}
	for i := range w.Matches {
		if m := &w.Matches[i]; m.Kind == item.Folder && !goneState(description.State(m.State)) && account != "" {
			m.Contents = &Contents{Gaps: map[string]int64{}}
			folders[m.ID] = m.Contents
		}
	}
	if q.Cursor != "" && (len(folders) != 1 || subject.Kind(q.Cursor) != item.Report || len(q.Cursor) != stream.IDLen) {
		return badCursor(q.Cursor)
	}
	if len(folders) == 0 {
		return nil
	}
	page := gapPage{after: q.Cursor, left: q.Limit, room: PageBytes - bytesOf(w) - headBytes}
	if page.left <= 0 {
		page.left = usualGaps
	}
	if len(folders) > 1 {
		page.left = 0
	}
	for _, prefix := range []string{subject.ReportPrefix, subject.DashboardPrefix} {
		for line, err := range k.items(ctx, account, prefix) {
			if err != nil {
				return err
			}
			folder, err := stream.TextMember(line, "folder")
			if err != nil {
				return err
			}
			if of := folders[folder]; of != nil {
				if err := page.take(of, line); err != nil {
					return err
				}
			}
		}
	}
	if page.more && len(folders) == 1 {
		w.Cursor = page.last
	}
	w.Matches = slices.DeleteFunc(w.Matches, func(m Match) bool { // what is no folder by itself is one by what lies in it
		return m.Contents != nil && m.Contents.Reports+m.Contents.Dashboards == 0 && subject.Kind(m.ID) != item.Folder
	})
	return nil
}

// holder is what holds reports though it is no folder: a user, by the Id, for the private folder; and the org for the reports in none.
func holder(of subject.Subject, account string, org func() string) []Match {
	id, ok := subject.FolderID(of.Name)
	if strings.EqualFold(of.Name, publicReports) || strings.EqualFold(of.Name, "Unfiled "+publicReports) {
		id, ok = org(), true
	}
	if !ok || account == "" {
		return []Match{}
	}
	m := Match{Kind: item.Folder, ID: id, State: string(description.StateListed), LastSync: account, Name: privateFolder}
	if strings.HasPrefix(id, subject.OrgPrefix) {
		m.Name = publicReports
	}
	return []Match{m}
}

// gapPage lists the gaps of a folder as far as they fit.
type gapPage struct {
	after, last string // Ids
	left, room  int    // gaps, and bytes
	more        bool   // than are listed
}

// take counts a record in a folder.
func (p *gapPage) take(of *Contents, line []byte) error {
	one, err := item.Decode(line)
	switch {
	case err != nil:
		return err
	case !one.Exists():
		return nil
	case one.Kind == item.Dashboard:
		of.Dashboards++
		return nil
	}
	of.Reports++
	if one.State != description.StateDenied && one.State != description.StateFailed {
		return nil
	}
	of.Gaps[one.Reason]++
	if one.ID <= p.after || p.more {
		return nil
	}
	gap := Gap{ID: one.ID, Name: short(one.Name), State: string(one.State), Code: short(one.Reason), Since: began(one.Since)}
	if size := bytesOf(gap) + 1; p.left > 0 && size <= p.room {
		p.left, p.room, p.last = p.left-1, p.room-size, one.ID
		of.Listed = append(of.Listed, gap)
	} else {
		p.more = true
	}
	return nil
}
