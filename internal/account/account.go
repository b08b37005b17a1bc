// Package account says what became of every report, dashboard and component of a sync: it merges the descriptions of a sync
// into one stream, and writes the account and the manifest from it. Their totals equal the inventory, or nothing is written.
//
// Every step is a merge join over streams sorted by Id and writes as it reads, so that a million reports need no more
// memory than a thousand.
package account

import (
	"context"
	"fmt"
	"iter"

	"longhaul/internal/description"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// The outcomes of a sync that came to its end.
const (
	Complete = "complete" // every report has its state, and none lacks columns that somebody could provide
	Gaps     = "gaps"
)

// Outcome returns whether reports lack columns for a reason that somebody could fix.
func Outcome(states map[description.State]int64) string {
	if states[description.StateDenied]+states[description.StateFailed] > 0 {
		return Gaps
	}
	return Complete
}

// Input names the sync.
type Input struct {
	Store    *staging.Store
	Sync     staging.Sync
	Version  string      // of Longhaul, for the manifest
	Progress func(int64) // receives the number of records read so far; may be nil
}

// inventory gives the records of a kind as they stand.
func (in Input) inventory(ctx context.Context, kind listing.Kind) iter.Seq2[[]byte, error] {
	return listing.Read(ctx, in.Store, in.Sync, kind)
}

func (in Input) counter() *stream.Counter { return stream.NewCounter(in.Progress) }

// doesNotAddUp is the error for a bucket that does not hold what a sync needs. It has no class: no setting is at fault, and
// trying again would not change it.
func doesNotAddUp(format string, args ...any) error {
	return fmt.Errorf("the account does not add up: "+format, args...)
}

// Report is a report of the inventory and the head of its description. The line is valid until the next report.
type Report struct {
	Line []byte
	Head description.Description

	described []byte // the line of the description
}

// Description reads the whole description. Its bodies are valid until the next report.
func (r Report) Description() (description.Description, error) {
	return description.Decode(r.described)
}

// Reports joins the inventory of reports with the merged descriptions; a report without one is an error.
func Reports(ctx context.Context, store *staging.Store, sync staging.Sync) iter.Seq2[Report, error] {
	const described = 0 // of one Id the description comes first
	descriptions := stream.Stream{Lines: description.Read(ctx, store, sync)}
	reports := stream.Stream{Lines: listing.Read(ctx, store, sync, listing.Reports)}
	return func(yield func(Report, error) bool) {
		var head description.Description
		var kept []byte
		for item, err := range stream.Merge(descriptions, reports) {
			if err == nil && item.Stream == described {
				kept = append(kept[:0], item.Line...)
				if head, err = description.DecodeHead(kept); err == nil {
					continue
				}
			}
			if err == nil && head.ID != string(item.ID) {
				err = doesNotAddUp("report %s has no state", item.ID)
			}
			if !yield(Report{Line: item.Line, Head: head, described: kept}, err) || err != nil {
				return
			}
		}
	}
}
