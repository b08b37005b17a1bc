package answer

import (
	"context"
	"slices"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/history/chain"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
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
