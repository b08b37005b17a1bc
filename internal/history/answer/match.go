package answer

import (
	"cmp"
	"context"
	"path"
	"regexp"
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
		m.Reason, m.Fix = goneWords(i.Kind, s)
	} else {
		reason := description.Reason(i.Reason)
		m.Reason, m.Fix = short(reason.Sentence(i.Answer)), fix(i.State, reason)
		if i.Kind == item.Component {
			m.Reason = item.ComponentMessages[i.Reason]
		}
		if m.Reason == "" && i.Reason != "" {
			m.Reason = "This version of Longhaul does not know the reason " + m.Code + ", which a newer one stored."
		}
	}
	return m, n.deliveries(ctx, &m, s)
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

// nameFolders puts names in place of the Ids of folders and dashboards, as far as the newest account has them.
func (n *inquiry) nameFolders(ctx context.Context, matches []Match) error {
	account := n.account
	if account == "" && len(n.accounts) > 0 {
		account = n.accounts[0]
	}
	find := func(ids []string) (map[string]item.Item, error) {
		if account == "" || len(ids) == 0 {
			return nil, nil
		}
		found, err := n.kept().lookUp(ctx, account, ids)
		if err != nil && useless(n.Store, err) {
			err = nil
		}
		return found, err
	}
	var ids []string
	for _, m := range matches {
		if m.Dashboard != "" {
			ids = append(ids, m.Dashboard)
		}
	}
	dashboards, err := find(ids)
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
	}
	folders, err := find(ids)
	for i := range matches {
		m := &matches[i]
		switch folder := m.Folder; {
		case strings.HasPrefix(folder, subject.OrgPrefix):
			m.Folder = publicReports
		case strings.HasPrefix(folder, subject.UserPrefix):
			m.Folder = "private folder of " + folder
		default:
			m.Folder = cmp.Or(short(folders[folder].Name), folder)
		}
	}
	return err
}
