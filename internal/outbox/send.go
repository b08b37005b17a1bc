package outbox

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"longhaul/internal/catalog"
	"longhaul/internal/humanize"
	"longhaul/internal/paths"
	"longhaul/internal/reach"
)

// Note writes a line to people, formatted as by fmt.Sprintf.
type Note func(format string, args ...any)

// Sender sends files to the catalog and notes its progress.
type Sender struct {
	Catalog *catalog.Client
	Note    Note
}

// Send sends the files that the request chooses, one after the other, and stops at the first that fails.
func (s *Sender) Send(ctx context.Context, r Request) (*Delivered, error) {
	dir, chosen, err := r.choose()
	if err != nil {
		return nil, err
	}
	s.noteLeft(chosen)
	if err := chosen.checkSums(dir); err != nil {
		return nil, err
	}
	done := newDelivered(s.Catalog.Host(), chosen)
	log := r.openLog(dir, s.Note)
	for i, name := range chosen.send {
		one, err := s.sendFile(ctx, log, r.target(s.Catalog, name), filepath.Join(dir, name))
		if err != nil {
			if len(done.Files) > 0 {
				s.Note("%d of %d files were delivered; the first that was not is %s.", len(done.Files), len(chosen.send), name)
			}
			return nil, err
		}
		done.Files = append(done.Files, one)
		s.noteFile(i+1, len(chosen.send), one)
		if one.Status == statusTaken && r.set() {
			break // the summary, which comes last, would call a set complete that is half of another
		}
	}
	return done, done.verdict(chosen, r.set())
}

// sendFile delivers one file. A conflict is no failure where the folder's log says that the file was sent before: a set that
// is sent again after a mishap meets its own files.
func (s *Sender) sendFile(ctx context.Context, log *sentLog, path, file string) (Sent, error) {
	bytes, sum, err := sumOf(file)
	if err != nil {
		return Sent{}, paths.Unusable("the file", file, err)
	}
	one := Sent{Name: filepath.Base(file), Path: path, Bytes: bytes, SHA256: sum, Status: statusDelivered}
	entry := sentEntry{Host: s.Catalog.Host(), Path: path, SHA256: sum}
	before := log.has(entry)
	log.add(entry)
	receipt, err := s.Catalog.Send(ctx, path, catalog.File{
		Name: one.Name, Size: bytes, SHA256: sum,
		Open: func() (io.ReadCloser, error) { return os.Open(file) },
	})
	switch {
	case errors.Is(err, catalog.ErrConflict) && before:
		one.Status = statusThere
	case errors.Is(err, catalog.ErrConflict):
		one.Status = statusTaken
		log.remove(entry)
	case err != nil:
		if !before && receipt.Reach == reach.None {
			log.remove(entry) // it did not arrive, so a file that has its name later is another one
		}
		return Sent{}, err
	}
	return one, nil
}

// noteLeft names what is not sent.
func (s *Sender) noteLeft(chosen selection) {
	if len(chosen.ahead) > 0 {
		s.Note("Skipped, because the time in their names is in the future (--all sends them too): %s", humanize.List(chosen.ahead))
	}
	if len(chosen.left) > 0 {
		s.Note("Left, because they are not of the newest whole set (--all sends them too): %s", humanize.List(chosen.left))
	}
	if chosen.newer != "" {
		s.Note("Warning: %s.", chosen.newer)
	}
	if len(chosen.ignored) > 0 {
		s.Note("Left, because only .json and .csv files are sent: %s", humanize.List(chosen.ignored))
	}
}

// noteFile is the progress of a delivery: a line a file.
func (s *Sender) noteFile(i, of int, one Sent) {
	switch one.Status {
	case statusThere:
		s.Note("%d/%d  %s  delivered before", i, of, one.Name)
	case statusTaken:
		s.Note("%d/%d  %s  the catalog has a file of this name already; it was left as it is", i, of, one.Name)
	default:
		s.Note("%d/%d  %s  %s", i, of, one.Name, humanize.Bytes(one.Bytes))
	}
}
