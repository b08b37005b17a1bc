package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
)

// Away is an absence of a record between two times in which syncs had it.
type Away struct {
	LastSync string    `json:"last_sync"` // that had it before
	Gone     time.Time `json:"gone"`      // when the first sync without it began
	Back     time.Time `json:"back"`      // when the first sync with it again began: first_seen
}

// Former is a name or a folder that a record had.
type Former struct {
	Was   string    `json:"was"`
	Until time.Time `json:"until,omitzero"` // when the first sync with another one began
}

// mostFormer bounds the former names, and the former folders, of one record.
const mostFormer = 5

// trail is what the change logs say of the past of one record, the newest first.
type trail struct {
	back    string // the first sync of its presence: as its account has it, or as a log says. An account may pass over an absence in one sync
	read    bool   // back is of a log
	names   []Former
	folders []Former
	away    *Away
	gone    string // the first sync of the absence
}

// take notes one change, in the order from the newest to the oldest.
func (t *trail) take(one *seen) {
	switch {
	case one.Added:
		if !t.read {
			t.back, t.read = one.at, true
		}
	case one.Gone:
		if t.away == nil && one.at < t.back {
			t.away, t.gone = &Away{Back: began(t.back)}, one.at
		}
	default:
		t.names = former(t.names, one, change.Name)
		t.folders = former(t.folders, one, change.Folder)
	}
}

func former(all []Former, one *seen, field string) []Former {
	if !one.Differs(field) || one.Was[field] == "" || len(all) == mostFormer {
		return all
	}
	return append(all, Former{Was: short(one.Was[field]), Until: began(one.at)})
}

// mostTraced bounds the logs that are searched for what an answer can do without: each is an object of the bucket, and a source that is
// synced once an hour has 9,600 of them.
const mostTraced = 1000

// recent are the newest logs.
func (l logs) recent() logs {
	l.most = mostTraced
	return l
}

// trails reads the past of some records, of each whose Id is a key.
func (l logs) trails(ctx context.Context, all map[string]*trail) error {
	ids := make([]string, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return l.search(ctx, wanted{ids: ids}, func(one seen) bool {
		if t := all[one.ID]; t != nil {
			t.take(&one)
		}
		return true
	})
}

// trace adds the past of the records: their absence, their former names and folders, and whether their folder went with them.
func (n *inquiry) trace(ctx context.Context, matches []Match, sightings []sighting) error {
	all := map[string]*trail{}
	for _, s := range sightings {
		all[s.item.ID] = &trail{back: s.item.FirstSeen}
	}
	if len(all) == 0 {
		return nil
	}
	if err := n.logs().recent().trails(ctx, all); err != nil {
		return err
	}
	for i := range matches {
		m, t := &matches[i], all[matches[i].ID]
		if m.FormerNames, m.FormerFolders = t.names, t.folders; len(t.names) > 0 {
			m.FormerName = t.names[0].Was
		}
		if t.away != nil {
			m.Away = t.away
			m.Away.LastSync, m.Away.Gone = before(n.known, t.gone), began(t.gone)
			if m.Away.Back.After(m.FirstSeen) {
				m.FirstSeen = m.Away.Back
			}
		}
		if folder := sightings[i].item.Folder; sightings[i].gone != "" && strings.HasPrefix(folder, subject.FolderPrefix) {
			went, others, err := n.logs().folderWent(ctx, sightings[i].gone, folder, m.ID)
			if err != nil {
				return err
			}
			if went {
				m.Reason += folderWent + siblings(others) + "."
			}
		}
	}
	return nil
}

const folderWent = " Its folder went in the same sync, with "

func siblings(n int64) string {
	switch n {
	case 0:
		return "nothing else in it"
	case 1:
		return "1 other report or dashboard in it"
	}
	return fmt.Sprintf("%d other reports and dashboards in it", n)
}

// folderWent says whether a folder is gone since a sync, and how many other records in it are.
func (l logs) folderWent(ctx context.Context, sync, folder, but string) (went bool, others int64, err error) {
	for _, link := range l.chain.Back() {
		if sync <= link.From || sync > link.To {
			continue
		}
		for line, err := range l.store.Lines(ctx, l.chain.Key(link)) {
			var one change.Change
			if err == nil {
				one, err = change.Decode(line)
			}
			if err != nil && useless(l.store, err) {
				return false, 0, nil
			} else if err != nil {
				return false, 0, err
			}
			switch {
			case !one.Gone || cmp.Or(one.At, link.To) != sync: // of a folded log, a change that the last of its syncs made does not name it
			case one.ID == folder:
				went = true
			case one.Kind == item.Folder: // its folder is the one that it lies in
			case one.ID != but && one.Was[change.Folder] == folder:
				others++
			}
		}
	}
	return went, others, nil
}

// names finds the newest names of folders in the logs.
func (l logs) names(ctx context.Context, ids []string) (map[string]string, error) {
	found := map[string]string{}
	err := l.search(ctx, wanted{ids: slices.Compact(slices.Sorted(slices.Values(ids)))}, func(one seen) bool {
		if found[one.ID] == "" && one.Name != "" {
			found[one.ID] = one.Name
		}
		return len(found) < len(ids)
	})
	return found, err
}
