package planning

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// unfinishedSyncs bounds how many syncs without a record are read. Each plan copies forward what it reuses, so the newest of
// them hold nearly everything.
const unfinishedSyncs = 8

// earlierStream is a stream of an earlier sync.
type earlierStream struct{ sync, key string }

// known opens what earlier syncs know of the reports: the stream of the newest recorded sync and whatever unfinished syncs
// left, all of the same identity. A stream that cannot be read costs describes, not the sync: it is left out with a warning.
func (p *planner) known(ctx context.Context) ([]stream.Stream, error) {
	sources, err := p.recorded(ctx)
	if err != nil {
		return nil, err
	}
	unfinished, err := p.unfinished(ctx)
	if err != nil {
		return nil, err
	}
	var streams []stream.Stream
	unread := map[string]int{}
	for _, from := range append(sources, unfinished...) {
		first, err := p.survey(ctx, from.key)
		switch {
		case err == nil && first != "":
			p.last = p.last || len(sources) > 0 && from == sources[0]
			streams = append(streams, stream.Stream{First: first, Lines: p.Store.Lines(ctx, from.key)})
		case err == nil:
		case p.Store.Unreadable(err) || errors.Is(err, stream.ErrMalformed):
			unread[from.sync]++
		default:
			return nil, err
		}
		p.Progress(0)
	}
	for _, id := range slices.Sorted(maps.Keys(unread)) {
		p.warn(warning.New(warning.StreamsUnreadable, warning.Params{"count": strconv.Itoa(unread[id]), "sync": shown(id)}))
	}
	return streams, nil
}

// survey reads a stream to its end, so that nothing of one that is torn or out of order is ever used, and returns its first
// Id.
func (p *planner) survey(ctx context.Context, key string) (first string, err error) {
	n, last := 0, ""
	for line, err := range p.Store.Lines(ctx, key) {
		if err != nil {
			return "", err
		}
		head, err := description.DecodeHead(line)
		if err != nil {
			return "", err
		}
		if head.ID < last {
			return "", stream.ErrMalformed
		}
		if last = head.ID; n == 0 {
			first = head.ID
		}
		p.audits.any = p.audits.any || p.overdue(&head) >= 0
		if n++; n%stream.Beat == 0 {
			p.Progress(0)
		}
	}
	return first, nil
}

// recorded returns the stream of the newest recorded sync.
func (p *planner) recorded(ctx context.Context) ([]earlierStream, error) {
	record, err := history.LastRecord(ctx, p.Store, p.Sync.Source)
	switch {
	case errors.Is(err, staging.ErrNotExist):
		return nil, nil
	case errors.Is(err, history.ErrRecordUnreadable):
		p.warn(warning.New(warning.RecordUnreadable, nil))
		return nil, nil
	case err != nil:
		return nil, err
	}
	if field := record.Identity.Differs(p.Identity); field != "" {
		p.warn(warning.New(warning.IdentityChanged, warning.Params{"changed": field}))
		return nil, nil
	}
	p.Renewed = record.Renewed()
	p.Rights = p.Rights || differ(record.Permissions, p.Permissions)
	return []earlierStream{{record.Sync, record.Descriptions()}}, nil
}

// unfinished returns the streams of syncs that have no record, newest sync first.
func (p *planner) unfinished(ctx context.Context) ([]earlierStream, error) {
	ids, _, err := history.Unrecorded(ctx, p.Store, p.Sync.Source)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == p.Sync.ID })
	var sources []earlierStream
	begun := 0
	for _, id := range ids {
		found, err := p.left(ctx, staging.Sync{Source: p.Sync.Source, ID: id})
		switch {
		case errors.Is(err, staging.ErrNotExist): // it ended before it knew as whom it reads
			continue
		case err != nil:
			return nil, err
		}
		sources = append(sources, found...)
		if begun++; begun == unfinishedSyncs {
			break
		}
	}
	return sources, nil
}

// left returns the streams of one unfinished sync: its reused ones, its shards and its parts, or all of them in one. The error is
// staging.ErrNotExist if it has no start.
func (p *planner) left(ctx context.Context, sync staging.Sync) ([]earlierStream, error) {
	var opened history.Start
	err := p.Store.ReadJSON(ctx, sync.Start(), &opened)
	switch {
	case errors.Is(err, staging.ErrNotExist):
		return nil, err
	case err != nil && p.Store.Unreadable(err):
		p.warn(warning.New(warning.UnfinishedUnreadable, warning.Params{"sync": shown(sync.ID)}))
		return nil, nil
	case err != nil:
		return nil, err
	}
	if opened.Identity.Differs(p.Identity) != "" {
		return nil, nil
	}
	var sources []earlierStream
	for _, key := range []string{sync.Described(), sync.Reused()} {
		exists, err := p.Store.Exists(ctx, key)
		if err != nil {
			return nil, err
		}
		if exists {
			sources = append(sources, earlierStream{sync.ID, key})
		}
	}
	for key, err := range p.Store.List(ctx, sync.DescribePrefix()) {
		if err != nil {
			return nil, err
		}
		sources = append(sources, earlierStream{sync.ID, key})
	}
	return sources, nil
}

// mostOfID is more than Longhaul's own ids of syncs have; a folder of another name may lie beside them.
const mostOfID = 64

// shown is the id of a sync in a warning.
func shown(id string) string { return id[:min(len(id), mostOfID)] }

// maxWarnings bounds the warnings of a plan, which travel in payloads, whatever the bucket holds.
const maxWarnings = 8

// warn adds a warning; the last one that there is room for says only that there are more.
func (p *planner) warn(of warning.Warning) {
	switch n := len(p.Warnings); {
	case n >= maxWarnings:
		return
	case n == maxWarnings-1:
		of = warning.New(warning.MoreWarnings, nil)
	}
	p.Warnings = append(p.Warnings, of)
}
