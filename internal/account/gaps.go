package account

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"

	"longhaul/internal/history"
	"longhaul/internal/salesforce"
	"longhaul/internal/stream"
)

// gaps are the reports that lack columns for a reason that somebody could fix, by folder.
type gaps struct {
	byFolder *stream.Sorter // {"Id":<the folder>,"reason":<why>}
	line     []byte
}

// add counts a report. One whose folder cannot be seen is left out.
func (g *gaps) add(ctx context.Context, folder, reason string) error {
	folder, err := salesforce.ID18(folder)
	if err != nil {
		return nil //nolint:nilerr // the field is hidden
	}
	l := stream.BeginLine(g.line[:0])
	l.ID([]byte(folder))
	l.Text("reason", reason)
	if g.line, err = l.End(); err != nil {
		return err
	}
	return g.byFolder.Add(ctx, g.line)
}

// largest gives the folders with most gaps, those with most first. folders are the records that have their names: a user's private
// folder, and that of what is unfiled, have none.
func (g *gaps) largest(ctx context.Context, folders iter.Seq2[[]byte, error]) ([]history.FolderGaps, error) {
	const gap = 0 // of one folder the reports come first
	var most []history.FolderGaps
	one, id := history.FolderGaps{}, []byte(nil)
	end := func() {
		if one.Gaps == 0 {
			return
		}
		most = append(most, one)
		slices.SortStableFunc(most, func(a, b history.FolderGaps) int { return cmp.Compare(b.Gaps, a.Gaps) })
		most = most[:min(len(most), history.MostGapFolders)]
	}
	for line, err := range stream.Merge(stream.Stream{Lines: g.byFolder.Lines(ctx)}, stream.Stream{Lines: folders}) {
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(line.ID, id) {
			end()
			id = append(id[:0], line.ID...)
			one = history.FolderGaps{Folder: string(id), Reasons: map[string]int64{}}
		}
		if line.Stream != gap {
			one.Name, err = stream.TextMember(line.Line, "Name")
		} else if reason, problem := stream.TextMember(line.Line, "reason"); problem == nil {
			one.Gaps++
			one.Reasons[reason]++
		}
		if err != nil {
			return nil, err
		}
	}
	end()
	return most, nil
}
