// Package shelf keeps the pages of syncs in the bucket, each with the list of its gaps beside it.
package shelf

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/paths"
	"longhaul/internal/report"
	"longhaul/internal/report/gather"
	"longhaul/internal/report/page"
	"longhaul/internal/staging"
)

// Shelf is the pages of all sources in a bucket.
type Shelf struct {
	Store   *staging.Store
	Version string // of Longhaul

	Next func(source string) time.Time // when the schedule starts the next sync; zero: not known, or never. May be nil
}

// Write writes the page of a sync that is over, and the list of its gaps beside it, over what was written before.
func (s *Shelf) Write(ctx context.Context, source, sync string) error {
	d, err := gather.Source{Store: s.Store, Name: source, Version: s.Version}.Gather(ctx, sync)
	if err != nil {
		return err
	}
	if s.Next != nil {
		d.Next = s.Next(source)
	}
	if err := s.put(ctx, staging.GapsKey(source, sync), d, report.WriteGaps); err != nil {
		return err
	}
	return s.put(ctx, staging.PageKey(source, sync), d, page.Write) // last: who finds the page finds both
}

func (s *Shelf) put(ctx context.Context, key string, d *report.Data, write func(io.Writer, *report.Data) error) error {
	w, err := s.Store.CreateFile(ctx, key)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := write(w, d); err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	_, err = w.Commit()
	return err
}

// Content writes a page, or a list of gaps.
type Content func(io.Writer) error

// Find gives the page of a sync and the list of its gaps as the bucket has them. Where it has none, both are made anew, and not kept.
func (s *Shelf) Find(ctx context.Context, source, sync string) (html, gaps Content, made bool, err error) {
	keys := [...]string{staging.PageKey(source, sync), staging.GapsKey(source, sync)}
	for _, key := range keys {
		there, err := s.Store.Exists(ctx, key)
		if err != nil {
			return nil, nil, false, err
		}
		made = made || !there
	}
	if !made {
		return s.copyOf(ctx, keys[0]), s.copyOf(ctx, keys[1]), false, nil
	}
	html, gaps, err = s.make(ctx, source, sync, func(*report.Data) {})
	return html, gaps, true, err
}

// make makes both anew.
func (s *Shelf) make(ctx context.Context, source, sync string, adapt func(*report.Data)) (html, gaps Content, err error) {
	d, err := gather.Source{Store: s.Store, Name: source, Version: s.Version}.Gather(ctx, sync)
	if err != nil {
		return nil, nil, err
	}
	adapt(d)
	return func(w io.Writer) error { return page.Write(w, d) }, func(w io.Writer) error { return report.WriteGaps(w, d) }, nil
}

func (s *Shelf) copyOf(ctx context.Context, key string) Content {
	return func(to io.Writer) error {
		r, _, err := s.Store.OpenFile(ctx, key)
		if err != nil {
			return err
		}
		defer r.Close()
		if _, err := io.Copy(to, r); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		return nil
	}
}

// OutcomeOf is how a sync with a record ended, as its page says it.
func OutcomeOf(record *history.Record) string { return page.OutcomeOf(record, nil) }

// GapsFile is the name of the list of gaps of a sync, as its page has it.
func GapsFile(sync string) string { return sync + staging.GapsSuffix }

// Fetch puts the page of a sync into a file on this machine, and the list of its gaps beside it under the name that the page has for it. It
// says whether they were made anew.
func (s *Shelf) Fetch(ctx context.Context, source, sync, file string) (made bool, err error) {
	html, gaps, made, err := s.Find(ctx, source, sync)
	if err != nil {
		return made, err
	}
	return made, place(html, gaps, file, GapsFile(sync))
}

// Place puts the page of a sync into a folder on this machine, and the list of its gaps, each in place of that of another sync.
func (s *Shelf) Place(ctx context.Context, source, sync, folder string) error {
	html, gaps, err := s.make(ctx, source, sync, func(d *report.Data) { d.GapsName, d.Placed = GapsName, true })
	if err != nil {
		return err
	}
	return place(html, gaps, filepath.Join(folder, PageName), GapsName)
}

// The names of a page and its list of gaps in a folder that holds those of one sync.
const (
	PageName = "report.html"
	GapsName = "gaps.csv"
)

func place(html, gaps Content, file, beside string) error {
	if err := gaps.into(filepath.Join(filepath.Dir(file), beside)); err != nil {
		return err
	}
	return html.into(file)
}

// into writes a file, which appears whole or not at all.
func (c Content) into(path string) error {
	unusable := func(err error) error { return paths.Unusable("the file", path, err) }
	file, err := os.Create(path + ".tmp")
	if err != nil {
		return unusable(err)
	}
	out := &disk{File: file}
	err = c(out)
	if closed := file.Close(); out.err == nil {
		out.err = closed
	}
	if out.err == nil && err == nil {
		out.err = os.Rename(file.Name(), path)
	}
	if out.err != nil {
		err = unusable(out.err)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// disk keeps the error of a file apart from those of the bucket.
type disk struct {
	*os.File
	err error
}

// Write writes to the file.
func (d *disk) Write(p []byte) (int, error) {
	n, err := d.File.Write(p)
	if err != nil {
		d.err = err
	}
	return n, err
}
