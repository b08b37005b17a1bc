// Package gather reads from the bucket what the page of a sync shows.
package gather

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/notify"
	"longhaul/internal/report"
	"longhaul/internal/staging"
)

// Source is where the pages of a source come from.
type Source struct {
	Store   *staging.Store
	Name    string
	Version string // of Longhaul
}

// sheet is a page in the making.
type sheet struct {
	Source
	sync    staging.Sync
	data    *report.Data
	course  *history.Course // of the record or the end
	folders *tree
}

// Gather reads what a sync left that is over. What grows with the org is read again whenever the page asks for it, under ctx.
func (s Source) Gather(ctx context.Context, sync string) (*report.Data, error) {
	p := &sheet{
		Source: s, sync: staging.Sync{Source: s.Name, ID: sync}, folders: newTree(),
		data: &report.Data{Source: s.Name, Sync: sync, Version: s.Version, Made: time.Now().UTC()},
	}
	for _, step := range []func(context.Context) error{p.readEnd, p.readFirst, p.readTold, p.readAccount, p.readLogs} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("gather the page of %s: %w", sync, err)
		}
	}
	return p.data, nil
}

// readEnd reads how the sync went.
func (p *sheet) readEnd(ctx context.Context) error {
	var record history.Record
	var end history.End
	err := p.Store.ReadJSON(ctx, staging.RecordKey(p.Name, p.sync.ID), &record)
	if err == nil {
		record.Sync = p.sync.ID
		p.data.Record, p.course = &record, &record.Course
	} else if errors.Is(err, staging.ErrNotExist) {
		if err = p.Store.ReadJSON(ctx, p.sync.End(), &end); err == nil {
			p.data.End, p.course = &end, &end.Course
		}
	}
	switch {
	case errors.Is(err, staging.ErrNotExist):
		return fault.Invalidf("the sync %s of source %s has left no end: it runs, or is none", p.sync.ID, p.Name)
	case err != nil:
		return err
	}
	p.data.BaseURL, p.data.Series.Waits = p.course.OrgURL, p.course.Spans
	if q := p.course.Quota; q != nil {
		p.data.Quota = report.Quota{Max: q.Max, Org: q.Org, Source: q.Source, Ceiling: q.Ceiling, Share: q.Share}
	}
	return nil
}

// readFirst finds out whether the source was delivered before, and when.
func (p *sheet) readFirst(ctx context.Context) error {
	before, err := history.DeliveredBefore(ctx, p.Store, p.sync)
	if p.data.First = before == ""; err != nil || p.data.First {
		return err
	}
	var record history.Record
	if err := p.Store.ReadJSON(ctx, staging.RecordKey(p.Name, before), &record); err != nil && !p.Store.Unreadable(err) {
		return err
	}
	p.data.Before = &report.Delivered{Sync: before, At: record.Finished}
	return nil
}

// mostTold bounds the messages of one sync that a page names: what stands is told once a day.
const mostTold = 500

// readTold reads who was told of the sync.
func (p *sheet) readTold(ctx context.Context) error {
	n := 0
	for key, err := range p.Store.List(ctx, staging.ToldPrefix(p.Name, p.sync.ID)) {
		if err != nil {
			return err
		}
		var message struct {
			Told []notify.Told `json:"told"`
		}
		err := p.Store.ReadJSON(ctx, key, &message)
		if err != nil && !p.Store.Unreadable(err) {
			return err
		}
		p.data.Told = append(p.data.Told, message.Told...)
		if n++; n == mostTold {
			break
		}
	}
	slices.SortStableFunc(p.data.Told, func(a, b notify.Told) int { return a.At.Compare(b.At) })
	return nil
}

// readAccount reads the account once for what is counted over the whole of it.
func (p *sheet) readAccount(ctx context.Context) error {
	there, err := p.Store.Exists(ctx, staging.AccountKey(p.Name, p.sync.ID))
	if err != nil {
		return err
	}
	p.data.Listed = there
	over, err := p.newClock(ctx)
	if err != nil {
		return err
	}
	err = p.each(ctx, func(one *item.Item) error {
		p.folders.take(one)
		over.take(one)
		return nil
	})
	if err != nil {
		return err
	}
	if over.counted = there; !there && p.data.End != nil {
		if err := p.readParts(ctx, over); err != nil {
			return err
		}
	}
	p.data.Folders, p.data.FolderWords = p.folders.top(), p.folders.words
	p.data.Series = over.series(p.data)
	p.data.Items = func(yield func(item.Item) bool) error {
		return p.stoppable(ctx, func(one *item.Item) bool {
			return one.Kind != item.Report && one.Kind != item.Dashboard || yield(*one)
		})
	}
	p.data.Gaps = func(yield func(report.Gap) bool) error { return p.gaps(ctx, yield) }
	return nil
}

// each reads the lines of the account, none where it is not there.
func (p *sheet) each(ctx context.Context, visit func(*item.Item) error) error {
	if !p.data.Listed {
		return nil
	}
	for line, err := range p.Store.Lines(ctx, staging.AccountKey(p.Name, p.sync.ID)) {
		if err != nil {
			return err
		}
		one, err := item.Decode(line)
		if err != nil {
			return err
		}
		if err := visit(&one); err != nil {
			return err
		}
	}
	return nil
}

// errEnough ends a reading of which no more is wanted.
var errEnough = errors.New("no more is wanted")

// stoppable is each until visit returns false.
func (p *sheet) stoppable(ctx context.Context, visit func(*item.Item) bool) error {
	err := p.each(ctx, func(one *item.Item) error {
		if !visit(one) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
