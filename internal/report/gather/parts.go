package gather

import (
	"context"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/staging"
)

// What is read of a sync that left no account, to count what it had described: descriptions are large.
const (
	mostParts   = 4000
	partsWithin = 30 * time.Second
)

// readParts counts what a sync without an account described, as long as its objects are there. Where there is too much to read, it counts
// nothing.
func (p *sheet) readParts(ctx context.Context, over *clock) error {
	reading, cancel := context.WithTimeout(ctx, partsWithin)
	defer cancel()
	found := *over
	read, err := p.count(reading, &found)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case reading.Err() != nil:
		return nil // it takes too long
	case err != nil:
		return err
	case read:
		*over = found
		over.counted = true
	}
	return nil
}

// count reads the shards, and the parts of those that are not whole; done is false where
// there are too many, or a later sync has removed them. Parts of one shard may overlap.
// A report that was described in both rounds counts twice here.
func (p *sheet) count(ctx context.Context, over *clock) (done bool, err error) {
	for _, err := range p.Store.List(ctx, p.sync.Prefix()) {
		done = err == nil
		break
	}
	n, whole, shard, last := 0, -1, -1, ""
	for key, err := range p.Store.List(ctx, p.sync.DescribePrefix()) { // a whole shard comes before its parts
		if err != nil {
			return false, err
		}
		part, isPart := staging.ParsePart(key)
		number := part.Shard
		if !isPart {
			name := strings.TrimSuffix(strings.TrimPrefix(key, p.sync.DescribePrefix()), staging.StreamSuffix)
			if number, err = strconv.Atoi(name); err != nil {
				continue
			}
			whole = number
		} else if number == whole {
			continue
		}
		if number != shard {
			shard, last = number, ""
		}
		if n++; n > mostParts {
			return false, nil
		}
		if last, err = p.countLines(ctx, key, last, over); err != nil {
			return false, err
		}
	}
	return done, nil
}

// countLines counts the descriptions of a stream whose Ids come after one. A torn one counts as far as it goes.
func (p *sheet) countLines(ctx context.Context, key, after string, over *clock) (last string, err error) {
	last = after
	for line, err := range p.Store.Lines(ctx, key) {
		if err != nil && p.Store.Unreadable(err) {
			break
		}
		if err != nil {
			return last, err
		}
		head, err := description.DecodeHead(line)
		if err != nil {
			return last, err
		}
		if head.ID <= last {
			continue
		}
		if last = head.ID; head.State != description.StateDeferred {
			over.reports[over.part(head.At)]++
		}
	}
	return last, nil
}
