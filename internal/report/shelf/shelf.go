// Package shelf keeps the pages of syncs in the bucket, each with the list of its gaps beside it.
package shelf

import (
	"context"
	"fmt"
	"io"
	"strings"

	"longhaul/internal/history"
	"longhaul/internal/report"
	"longhaul/internal/report/gather"
	"longhaul/internal/report/page"
	"longhaul/internal/staging"
)

// Shelf is the pages of all sources in a bucket.
type Shelf struct {
	Store   *staging.Store
	Version string // of Longhaul
}

// Write writes the page of a sync that is over, and the list of its gaps beside it, over what was written before.
func (s *Shelf) Write(ctx context.Context, source, sync string) error {
	d, err := gather.Source{Store: s.Store, Name: source, Version: s.Version}.Gather(ctx, sync)
	if err != nil {
		return err
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

// Ready makes sure that a sync has its page, and says whether it was made just now.
func (s *Shelf) Ready(ctx context.Context, source, sync string) (made bool, err error) {
	for _, key := range []string{staging.PageKey(source, sync), staging.GapsKey(source, sync)} {
		there, err := s.Store.Exists(ctx, key)
		if err != nil {
			return false, err
		}
		if !there {
			return true, s.Write(ctx, source, sync)
		}
	}
	return false, nil
}

// Copy writes what lies under the key of a page or a list of gaps.
func (s *Shelf) Copy(ctx context.Context, key string, to io.Writer) error {
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

// Newest is the newest sync of a source that has a page; empty where none has.
func (s *Shelf) Newest(ctx context.Context, source string) (sync string, err error) {
	prefix := staging.PagePrefix(source)
	for key, err := range s.Store.List(ctx, prefix) {
		if err != nil {
			return "", err
		}
		if id, is := strings.CutSuffix(strings.TrimPrefix(key, prefix), staging.PageSuffix); is {
			sync = id
		}
	}
	return sync, nil
}

// Over is the newest sync of a source that is over, whether it has a page or not; empty where none is.
func (s *Shelf) Over(ctx context.Context, source string) (string, error) {
	return history.LastOver(ctx, s.Store, source)
}
