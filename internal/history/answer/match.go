package answer

import (
	"cmp"
	"context"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/staging"
)

// matches say of each record what is known.
func (n *inquiry) matches(ctx context.Context, all []sighting) ([]Match, error) {
	matches := make([]Match, 0, len(all))
	for _, one := range all {
		m, err := n.match(ctx, one)
		if err != nil {
			return nil, err
		}
		matches = append(matches, m)
	}
	if err := n.trace(ctx, matches, all); err != nil {
		return nil, err
	}
	if len(matches) == 0 {
		return matches, nil
	}
	in := &catalogs{store: n.Store, source: n.Source, account: n.account, kept: n.accounts, logs: n.logs(), records: n.records}
	if err := in.fill(ctx, n.recorded, matches, all); err != nil {
		return nil, err
	}
	return matches, n.nameFolders(ctx, matches)
}

func (n *inquiry) match(ctx context.Context, s sighting) (Match, error) {
	i := s.item
	m := Match{
		Kind: i.Kind, ID: i.ID, Name: short(i.Name), FormerName: short(s.former), Folder: short(i.Folder), Dashboard: short(i.Dashboard),
		CreatedBy: short(i.CreatedBy), ModifiedBy: short(i.ModifiedBy), State: string(i.State), Code: short(i.Reason),
		Since: began(i.Since), FirstSeen: began(i.FirstSeen), LastSync: s.sync,
	}
	if at, err := time.Parse(time.RFC3339, i.Described); err == nil {
		m.DescribedAt = &at
	}
	if s.gone != "" {
		m.State, m.Code, m.Since = string(description.StateGone), string(description.ReasonGone), began(s.gone)
		m.Reason, m.Fix = goneWords(i.Kind, s, Full(n.Source))
		m.listed = s.listed
	} else {
		reason := description.Reason(i.Reason)
		m.Reason, m.Fix = short(reason.Sentence(i.Answer)), Fix(i.State, reason, Full(n.Source))
		if i.Kind == item.Component {
			m.Reason = item.ComponentMessages[i.Reason]
		}
		if m.Reason == "" && i.Reason != "" {
			m.Reason = "This version of Longhaul does not know the reason " + m.Code + ", which a newer one stored."
		}
	}
	err := n.deliveries(ctx, &m, s)
	if s.gone == "" && i.Kind == item.Report && i.State.Wanted() && !i.State.HasColumns() {
		for _, at := range m.DeliveredAt {
			m.WithoutColumns = m.WithoutColumns || !at.Before(m.Since)
		}
	}
	return m, err
}

// deliveries say by export when a record was delivered last, and in which file.
func (n *inquiry) deliveries(ctx context.Context, m *Match, s sighting) error {
	last := map[string]string{} // the sync, by export
	for export, sync := range s.item.Delivered {
		last[export] = sync
	}
	own, err := n.record(ctx, s.sync)
	if err != nil {
		return err
	}
	if own != nil && (s.item.Kind != item.Report || s.item.State.Wanted()) {
		for export, delivery := range own.Exports {
			if delivery.Delivered {
				last[export] = s.sync
			}
		}
	}
	for export, sync := range last {
		record, err := n.record(ctx, sync)
		if err != nil {
			return err
		}
		if m.DeliveredAt == nil {
			m.DeliveredAt, m.File = map[string]time.Time{}, map[string]string{}
		}
		m.DeliveredAt[export] = deliveredAt(record, export, sync)
		if record == nil {
			continue
		}
		if name := fileOf(record.Files[export], s.item.Kind); name != "" {
			m.File[export] = name
		}
	}
	return nil
}

// deliveredAt is when a sync delivered an export: at its last receipt, or, where that is not known, when its account was made or it began.
func deliveredAt(record *history.Record, export, sync string) time.Time {
	if record == nil {
		return began(sync)
	}
	var last time.Time
	for _, receipt := range record.Exports[export].Receipts {
		if receipt.At.After(last) {
			last = receipt.At
		}
	}
	if last.IsZero() {
		last = record.Finished
	}
	return last
}

var timestamped = regexp.MustCompile(`^\d+-`)

// fileOf is the file of an export that holds the records of a kind: the one that is named for it, as dashboard_components is for components.
func fileOf(files []staging.Object, kind item.Kind) string {
	plural := string(kind) + "s"
	for _, file := range files {
		name := path.Base(file.Key)
		plain, _, _ := strings.Cut(timestamped.ReplaceAllString(name, ""), ".")
		if plain == plural || strings.HasSuffix(plain, "_"+plural) {
			return name
		}
	}
	return ""
}

// nameFolders puts names in place of the Ids of folders and dashboards: of the newest account that has them, or of the change logs.
func (n *inquiry) nameFolders(ctx context.Context, matches []Match) error {
	accounts := nearest(matches, n.account, n.accounts)
	var ids []string
	for _, m := range matches {
		if m.Dashboard != "" {
			ids = append(ids, m.Dashboard)
		}
	}
	dashboards, err := n.kept().find(ctx, ids, accounts)
	if err != nil {
		return err
	}
	ids = nil
	for i := range matches {
		m := &matches[i]
		if one, there := dashboards[m.Dashboard]; there {
			m.Dashboard, m.Folder = cmp.Or(short(one.Name), m.Dashboard), cmp.Or(m.Folder, one.Folder)
		}
		ids = append(ids, m.Folder)
		for _, was := range m.FormerFolders {
			ids = append(ids, was.Was)
		}
		for _, c := range m.InCatalog {
			ids = append(ids, c.Folder)
		}
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !strings.HasPrefix(id, subject.FolderPrefix) })
	folders, err := n.kept().find(ctx, ids, accounts)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for id, one := range folders {
		names[id] = one.Name
	}
	if rest := slices.DeleteFunc(ids, func(id string) bool { return names[id] != "" }); len(rest) > 0 {
		older, err := n.logs().recent().names(ctx, rest)
		if err != nil {
			return err
		}
		maps.Copy(names, older)
	}
	for i := range matches {
		m := &matches[i]
		m.Folder = FolderWords(m.Folder, short(names[m.Folder]))
		for j := range m.FormerFolders {
			was := &m.FormerFolders[j].Was
			*was = FolderWords(*was, short(names[*was]))
		}
		for _, c := range m.InCatalog {
			c.Folder = FolderWords(c.Folder, short(names[c.Folder]))
		}
	}
	return nil
}

// nearest lists the accounts that know the names of folders and dashboards best: the newest, and those of the last syncs that had a match.
func nearest(matches []Match, newest string, kept []string) []string {
	if newest == "" && len(kept) > 0 {
		newest = kept[0]
	}
	accounts := []string{newest}
	for _, m := range matches {
		if slices.Contains(kept, m.LastSync) && !slices.Contains(accounts, m.LastSync) && len(accounts) <= accountsTried {
			accounts = append(accounts, m.LastSync)
		}
	}
	return accounts
}

// find looks records up in some accounts, of each in the first that has it.
func (k kept) find(ctx context.Context, ids, accounts []string) (map[string]item.Item, error) {
	found := map[string]item.Item{}
	for _, account := range accounts {
		rest := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, there := found[id]; return there })
		if account == "" || len(rest) == 0 {
			continue
		}
		more, err := k.lookUp(ctx, account, rest)
		if err != nil && !useless(k.store, err) {
			return nil, err
		}
		maps.Copy(found, more)
	}
	return found, nil
}

// FolderWords are what people read of a folder: its name or, without one, what its Id tells, as of a user's private folder and of the one
// that reports are in which are in none.
func FolderWords(id, name string) string {
	switch {
	case name != "":
		return name
	case strings.HasPrefix(id, subject.OrgPrefix):
		return publicReports
	case strings.HasPrefix(id, subject.UserPrefix):
		return "private folder of " + id
	}
	return id
}
