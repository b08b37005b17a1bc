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
}

// Reports joins the inventory of reports with the merged descriptions; a report without one is an error.
func Reports(ctx context.Context, store *staging.Store, sync staging.Sync) iter.Seq2[Report, error] {
	const described = 0 // of one Id the description comes first
	descriptions := stream.Stream{Lines: description.Read(ctx, store, sync)}
	reports := stream.Stream{Lines: listing.Read(ctx, store, sync, listing.Reports)}
	return func(yield func(Report, error) bool) {
		var head description.Description
		for item, err := range stream.Merge(descriptions, reports) {
			if err == nil && item.Stream == described {
				if head, err = description.DecodeHead(item.Line); err == nil {
					continue
				}
			}
			if err == nil && head.ID != string(item.ID) {
				err = doesNotAddUp("report %s has no state", item.ID)
			}
			if !yield(Report{Line: item.Line, Head: head}, err) || err != nil {
				return
			}
		}
	}
}

// tally counts the lines of the account.
type tally struct {
	items    Items
	vanished map[listing.Kind]int64
	gaps     map[string]int64 // reports that lack columns for a reason that somebody could fix, by its code
	unlisted int64            // reports that components show and no listing has
	hidden   int64            // components whose report cannot be read
}

// accounting is an account in progress.
type accounting struct {
	Input
	tally
	w        *staging.FileWriter
	line     []byte
	progress *stream.Counter
}

// writeAccount writes the line of each item and counts them: the reports, then the dashboards, then the components.
func writeAccount(ctx context.Context, in Input) (tally, error) {
	w, err := in.Store.CreateFile(ctx, in.Sync.Account())
	if err != nil {
		return tally{}, err
	}
	defer w.Abort()
	a := &accounting{Input: in, w: w, progress: in.counter(), tally: tally{
		items: Items{listing.Reports: {}, listing.Dashboards: {}, listing.Components: {}}, vanished: map[listing.Kind]int64{},
		gaps: map[string]int64{},
	}}
	parts := newComponents(in)
	defer parts.close(ctx)
	steps := []func(context.Context, *components) error{
		a.sortComponents, a.reports, a.vanishedReports, a.dashboards, a.vanishedDashboards, a.components,
	}
	for _, step := range steps {
		if err := step(ctx, parts); err != nil {
			return tally{}, err
		}
	}
	a.hidden = parts.hidden
	_, err = w.Commit()
	return a.tally, err
}

// write adds one line.
func (a *accounting) write(i *item) (err error) {
	if a.line, err = i.append(a.line[:0]); err != nil {
		return err
	}
	a.progress.Add()
	_, err = a.w.Write(a.line)
	return err
}

// reports writes the line of each report, and finds the components whose report is not in the files.
func (a *accounting) reports(ctx context.Context, parts *components) error {
	links := parts.beside(ctx, parts.byReport, ReasonReportNotListed)
	defer links.stop()
	for report, err := range Reports(ctx, a.Store, a.Sync) {
		if err != nil {
			return err
		}
		head := &report.Head
		a.items[listing.Reports][head.State]++
		if head.State == description.StateDenied || head.State == description.StateFailed {
			a.gaps[string(head.Reason)]++
		}
		name, err := stream.Member(report.Line, "Name")
		if err != nil {
			return err
		}
		err = a.write(&item{kind: "report", id: head.ID, name: name, state: head.State, reason: string(head.Reason), message: head.Reason.Sentence(head.Answer)})
		if err != nil {
			return err
		}
		if err := links.reach(head.ID, head.State.Wanted()); err != nil {
			return err
		}
	}
	err := links.end()
	a.unlisted = links.unlisted
	return err
}

// dashboards writes the line of each dashboard, and finds the components whose dashboard is not in the files.
func (a *accounting) dashboards(ctx context.Context, parts *components) error {
	links := parts.beside(ctx, parts.byDashboard, ReasonDashboardNotListed)
	defer links.stop()
	for line, err := range a.inventory(ctx, listing.Dashboards) {
		if err != nil {
			return err
		}
		i, err := itemOf("dashboard", line, "Title")
		if err != nil {
			return err
		}
		i.state = description.StateListed
		a.items[listing.Dashboards][i.state]++
		if err := a.write(i); err != nil {
			return err
		}
		if err := links.reach(i.id, true); err != nil {
			return err
		}
	}
	return links.end()
}

func (a *accounting) vanishedReports(ctx context.Context, _ *components) error {
	return a.gone(ctx, listing.Reports, "report")
}

func (a *accounting) vanishedDashboards(ctx context.Context, _ *components) error {
	return a.gone(ctx, listing.Dashboards, "dashboard")
}

// gone writes the lines of the records of a kind that the last sync knew and that are not there any more.
func (a *accounting) gone(ctx context.Context, kind listing.Kind, singular string) error {
	a.vanished[kind] = 0
	for line, err := range listing.Gone(ctx, a.Store, a.Sync, kind) {
		if err != nil {
			return err
		}
		i, err := itemOf(singular, line, "Name")
		if err != nil {
			return err
		}
		a.vanished[kind]++
		i.state, i.reason = description.StateGone, ReasonVanished
		i.message = "The last sync listed this " + singular + ", and no listing has it any more: " +
			"it was deleted, or the run-as user no longer sees it."
		if err := a.write(i); err != nil {
			return err
		}
	}
	return nil
}
