package answer

import (
	"context"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

// InCatalog is what the catalog has of a record by one export: what the last sync wrote of it of which that was delivered.
type InCatalog struct {
	Sync    string    `json:"sync,omitempty"`    // the last sync of which the export was delivered; absent: none that is known
	At      time.Time `json:"at,omitzero"`       // when
	Has     bool      `json:"has"`               // the record was in its files
	Unknown bool      `json:"unknown,omitempty"` // whether it was is kept no longer

	// The rest is what the catalog has otherwise than it is known now.
	Name    string `json:"name,omitempty"`
	Folder  string `json:"folder,omitempty"`
	Columns string `json:"columns,omitempty"` // ColumnsThere, ColumnsNone or ColumnsOthers
}

// What the catalog has of the columns of a report, where that differs from what is known now.
const (
	ColumnsThere  = "there"  // it has columns, and the report lacks them now
	ColumnsNone   = "none"   // it has none
	ColumnsOthers = "others" // it has columns that have changed since
)

// Old says whether the catalog has the record otherwise than it is known now.
func (c *InCatalog) Old() bool { return c.Has && (c.Name != "" || c.Folder != "" || c.Columns != "") }

// catalogs compare what the catalogs have of records with what is known of them.
type catalogs struct {
	store   *staging.Store
	source  string
	account string   // by which the records are known
	kept    []string // the syncs whose accounts are kept
	logs    logs
	records map[string]*history.Record
}

// fill adds to matches what the catalogs have of them. recorded are the syncs that have a record, the newest first.
func (c *catalogs) fill(ctx context.Context, recorded []string, matches []Match, sightings []sighting) error {
	last, err := c.last(ctx, recorded)
	if err != nil {
		return err
	}
	for i := range matches {
		matches[i].InCatalog = map[string]*InCatalog{}
	}
	done := map[string][]*InCatalog{} // by sync, as several exports may have been delivered of one
	for _, export := range slices.Sorted(maps.Keys(last)) {
		sync := last[export]
		if done[sync] == nil {
			if done[sync], err = c.compare(ctx, sync, sightings); err != nil {
				return err
			}
		}
		for i, one := range done[sync] {
			own := *one
			if sync != "" {
				own.At = deliveredAt(c.records[sync], export, sync)
			}
			matches[i].InCatalog[export] = &own
		}
	}
	return nil
}

// mostRecords bounds how many records are read in search of the last delivery.
const mostRecords = 200

// last finds by export the last sync of which it was delivered; empty where none of the newest was. The exports are those of the newest record.
func (c *catalogs) last(ctx context.Context, recorded []string) (map[string]string, error) {
	last, size := map[string]string{}, 1 // mostly the newest was delivered
	for recorded = recorded[:min(len(recorded), mostRecords)]; len(recorded) > 0; size = atOnce {
		group := recorded[:min(size, len(recorded))]
		recorded = recorded[len(group):]
		if err := c.read(ctx, group); err != nil {
			return nil, err
		}
		open := false
		for _, sync := range group {
			r := c.records[sync]
			if r == nil {
				continue
			}
			if len(last) == 0 {
				for export := range r.Exports {
					last[export] = ""
				}
			}
			open = false
			for export, found := range last {
				if found == "" && r.Exports[export].Delivered {
					last[export] = sync
				}
				open = open || last[export] == ""
			}
		}
		if len(last) > 0 && !open {
			break
		}
	}
	return last, nil
}

// read reads records at once.
func (c *catalogs) read(ctx context.Context, syncs []string) error {
	found := make([]*history.Record, len(syncs))
	work, workCtx := errgroup.WithContext(ctx)
	for i, sync := range syncs {
		if r, known := c.records[sync]; known {
			found[i] = r
			continue
		}
		work.Go(func() error {
			return fault.Caught(func() (err error) {
				found[i], err = read[history.Record](workCtx, c.store, staging.RecordKey(c.source, sync))
				return err
			})
		})
	}
	if err := work.Wait(); err != nil {
		return wrap("look for the last delivery", err)
	}
	for i, sync := range syncs {
		c.records[sync] = found[i]
	}
	return nil
}

// compare says of each record what a sync wrote of it.
func (c *catalogs) compare(ctx context.Context, sync string, sightings []sighting) ([]*InCatalog, error) {
	all := make([]*InCatalog, len(sightings))
	var ids []string
	for i, s := range sightings {
		all[i] = &InCatalog{Sync: sync, Has: sync != "" && s.gone == "" && s.item.Exists()}
		ids = append(ids, s.item.ID)
	}
	if sync == "" || sync == c.account {
		return all, nil
	}
	since, reach, err := c.logs.since(ctx, sync, c.account, ids)
	if err != nil {
		return nil, err
	}
	var had map[string]item.Item
	known := slices.Contains(c.kept, sync)
	if known {
		had, err = kept{c.store, c.source}.lookUp(ctx, sync, ids)
		if err != nil && !useless(c.store, err) {
			return nil, err
		}
		known = err == nil
	}
	if !known && reach {
		had, known = undone(sightings, since), true
	}
	for i := range sightings {
		was, there := had[sightings[i].item.ID]
		all[i].compare(&sightings[i], was, there, known)
	}
	for _, one := range since {
		for i := range sightings {
			if sightings[i].item.ID == one.ID && one.ColumnsDiffer() && all[i].Has && all[i].Columns == "" {
				all[i].Columns = ColumnsOthers
			}
		}
	}
	return all, nil
}

// compare takes what a sync had of a record.
func (c *InCatalog) compare(s *sighting, was item.Item, there, known bool) {
	c.Has, c.Unknown = there && was.Exists(), !known
	if !c.Has {
		return
	}
	if was.Name != "" && s.item.Name != "" && was.Name != s.item.Name {
		c.Name = short(was.Name)
	}
	if was.Folder != "" && s.item.Folder != "" && was.Folder != s.item.Folder {
		c.Folder = short(was.Folder)
	}
	if s.gone == "" && s.item.Kind == item.Report && was.State.HasColumns() != s.item.State.HasColumns() {
		if c.Columns = ColumnsNone; was.State.HasColumns() {
			c.Columns = ColumnsThere
		}
	}
}

// since gives what changed of some records after a sync, the newest first. reach is false where the logs that are kept do not tell.
func (l logs) since(ctx context.Context, from, to string, ids []string) (all []seen, reach bool, err error) {
	path, ok := l.chain.Path(from, to)
	if !ok {
		return nil, false, nil
	}
	what := wanted{ids: slices.Sorted(slices.Values(ids))}
	for _, link := range slices.Backward(path) {
		found, err := l.searchLog(ctx, link, what)
		switch {
		case err != nil && useless(l.store, err):
			return nil, false, nil
		case err != nil:
			return nil, false, err
		}
		all = append(all, found...)
	}
	return all, true, nil
}

// undone takes back what changed of records, the newest first: it is what an earlier sync had of them.
func undone(now []sighting, since []seen) map[string]item.Item {
	had := map[string]item.Item{}
	for _, s := range now {
		if s.gone != "" {
			s.item.State = description.StateGone
		}
		had[s.item.ID] = s.item
	}
	for _, one := range since {
		was, there := had[one.ID]
		switch {
		case one.Added:
			delete(had, one.ID)
			continue
		case one.Gone:
			was = item.Item{ID: one.ID, Kind: one.Kind, State: description.StateListed}
		case !there:
			continue
		}
		for field, into := range map[string]*string{change.Name: &was.Name, change.Folder: &was.Folder, change.Reason: &was.Reason} {
			if value, differs := one.Was[field]; differs {
				*into = value
			}
		}
		if state := stateIn(one.Was); state != "" {
			was.State = state
		}
		had[one.ID] = was
	}
	return had
}
