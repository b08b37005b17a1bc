// Package chain reads the change logs of a source as a chain: which syncs can be compared, and what differs between two of them.
package chain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"longhaul/internal/staging"
)

// Link is a change log: what changed from one sync to a later one.
type Link struct{ From, To string }

// Chain is what a source keeps of its changes. It breaks where a sync could not be compared with the one before it.
type Chain struct {
	store  *staging.Store
	source string
	from   map[string][]string // by the sync that a log leads to, the syncs that logs begin at, oldest first
	to     []string            // the syncs that logs lead to, oldest first
}

// Read lists the change logs of a source. Those of a sync without a record do not count: the next sync is compared with the one before.
func Read(ctx context.Context, store *staging.Store, source string, recorded func(sync string) bool) (*Chain, error) {
	c := &Chain{store: store, source: source, from: map[string][]string{}}
	for key, err := range store.List(ctx, staging.ChangesPrefix(source)) {
		if err != nil {
			return nil, fmt.Errorf("list the change logs: %w", err)
		}
		to, from, ok := staging.ParseChanges(key)
		if !ok || from >= to || !recorded(to) {
			continue
		}
		if len(c.from[to]) == 0 {
			c.to = append(c.to, to)
		}
		c.from[to] = append(c.from[to], from)
	}
	slices.Sort(c.to)
	for _, from := range c.from {
		slices.Sort(from)
	}
	return c, nil
}

// Links lists every log, those that were folded into another one too. Of the logs that lead to one sync the one that begins earliest
// comes first.
func (c *Chain) Links() (links []Link) {
	for _, to := range c.to {
		for _, from := range c.from[to] {
			links = append(links, Link{From: from, To: to})
		}
	}
	return links
}

// Path lists the logs between two syncs, the oldest first; ok is false where they do not reach from one to the other. A log that was
// folded into a later one may still lie beside it: the way with the fewest logs counts.
func (c *Chain) Path(from, to string) (path []Link, ok bool) {
	for at := to; at > from; {
		before := c.from[at]
		i, _ := slices.BinarySearch(before, from)
		if i == len(before) {
			return nil, false
		}
		path = append(path, Link{From: before[i], To: at})
		at = before[i]
	}
	slices.Reverse(path)
	return path, from <= to
}

// Back lists the logs that count, the newest first, those beyond a break too.
func (c *Chain) Back() (links []Link) {
	for _, to := range slices.Backward(c.to) {
		if last := len(links) - 1; last >= 0 && to > links[last].From {
			continue // folded into the log before
		}
		links = append(links, Link{From: c.from[to][0], To: to})
	}
	return links
}

// Span is an unbroken part of the chain: any two of its syncs can be compared.
type Span struct {
	First, Last string
	Syncs       int
}

// Spans lists the unbroken parts, the newest first.
func (c *Chain) Spans() (spans []Span) {
	for _, link := range c.Back() {
		if last := len(spans) - 1; last >= 0 && spans[last].First == link.To {
			spans[last].First = link.From
			spans[last].Syncs++
			continue
		}
		spans = append(spans, Span{First: link.From, Last: link.To, Syncs: 2})
	}
	return spans
}

// mostSpans bounds the parts that a sentence names.
const mostSpans = 3

// Words say which pairs of syncs can be compared.
func (c *Chain) Words() string {
	spans := c.Spans()
	if len(spans) == 0 {
		return "no change log is kept yet: the second sync that gets a record leaves the first one"
	}
	var parts []string
	for _, span := range spans[:min(len(spans), mostSpans)] {
		if span.Syncs == 2 {
			parts = append(parts, fmt.Sprintf("%s with %s", span.First, span.Last))
			continue
		}
		parts = append(parts, fmt.Sprintf("any two of the %d syncs from %s to %s", span.Syncs, span.First, span.Last))
	}
	words := "what can be compared: " + strings.Join(parts, "; ")
	if more := len(spans) - mostSpans; more > 0 {
		words += fmt.Sprintf("; and %d older parts", more)
	}
	return words
}

// Key is the key of a log.
func (c *Chain) Key(link Link) string { return staging.ChangesKey(c.source, link.To, link.From) }
