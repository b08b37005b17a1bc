package staging

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"longhaul/internal/fault"
)

// identity is the content of longhaul.json.
type identity struct {
	ID string `json:"id"`
}

// identityKey lies at the root of every bucket.
const identityKey = "longhaul.json"

// firstLook bounds the questions at the start, whatever a store does with a request.
const firstLook = 20 * time.Second

// ID gives the random id that the bucket carries, and gives it one the first time. Two workers that read different ids
// do not share a bucket. It reads the bucket at every call: a folder may be swapped under a running process. A bucket that
// cannot be used as it is set is a fault of class invalid.
func (s *Store) ID(ctx context.Context) (string, error) {
	var id string
	err := s.within(ctx, firstLook, reading, identityKey, func(ctx context.Context) (err error) {
		if id, err = s.KnownID(ctx); errors.Is(err, ErrNotExist) {
			if err := s.giveID(ctx); err != nil {
				return err
			}
			id, err = s.KnownID(ctx)
		}
		if err != nil {
			return err
		}
		return s.proveExclusive(ctx, id)
	})
	if err != nil {
		return "", unusable(err)
	}
	return id, nil
}

func (s *Store) giveID(ctx context.Context) error {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails: it ends the process instead
	_, err := s.WriteNewJSON(ctx, identityKey, identity{ID: hex.EncodeToString(random)})
	return err
}

// proveExclusive makes sure, once in a process, that the bucket leaves what is there when it is told to: two workers would
// overwrite each other's results otherwise. It offers the id that is there, so that a bucket which takes it has lost nothing.
func (s *Store) proveExclusive(ctx context.Context, id string) error {
	if s.proven.Load() {
		return nil
	}
	created, err := s.WriteNewJSON(ctx, identityKey, identity{ID: id})
	switch {
	case err != nil:
		return err
	case created:
		return &fault.Error{
			Class: fault.Invalid, System: fault.Bucket,
			Message: fmt.Sprintf("the bucket %s overwrites an object that it is told to write only if it is absent (If-None-Match: *), so two "+
				"workers could lose each other's work; use a store, or a newer version of it, that keeps to that", s.name),
		}
	}
	s.proven.Store(true)
	return nil
}

// KnownID is ID for a bucket that was met before, perhaps by another process. One that carries no id any more is away.
func (s *Store) KnownID(ctx context.Context) (string, error) {
	var id identity
	switch err := s.ReadJSON(ctx, identityKey, &id); {
	case errors.Is(err, ErrNotExist):
		return "", s.away(err)
	case s.remote() && (errors.Is(err, ErrMalformed) || err == nil && id.ID == ""):
		return "", s.stranger(identityKey)
	case err != nil:
		return "", err
	case id.ID == "":
		return "", &fault.Error{
			Class: fault.Invalid, System: fault.Bucket,
			Message: fmt.Sprintf("%s in the bucket %s holds no id; remove it if no other program owns it", identityKey, s.name),
		}
	}
	if s.dir != "" {
		s.met.Store(&id.ID)
	}
	return id.ID, nil
}

// Look finds out whether the bucket can be used as it is set, and leaves no id in a folder that has none: a disk that is not
// mounted yet looks like an empty one.
func (s *Store) Look(ctx context.Context) error {
	if s.dir == "" {
		_, err := s.ID(ctx)
		return err
	}
	_, err := s.KnownID(ctx)
	if err != nil && !errors.Is(err, ErrNotExist) {
		return unusable(err)
	}
	return unusable(s.fault(writing, identityKey, s.tryFolder()))
}

// tryFolder makes a file in the folder and removes it.
func (s *Store) tryFolder() error {
	file, err := os.CreateTemp(s.dir, identityKey+".*"+temporarySuffix)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

func (s *Store) identityFile() string { return filepath.Join(s.dir, identityKey) }

// here looks, before anything is written and where something is missing, whether a folder is still the bucket whose id was read: a
// disk that loses its mount leaves an empty one behind. What was written there would be missing once the disk is back, and what is
// missing there is not. It compares the id, not the file: some disks give a file another number each time they are mounted, or asked.
func (s *Store) here() error {
	met := s.met.Load()
	if met == nil {
		return nil
	}
	content, err := os.ReadFile(s.identityFile())
	if errors.Is(err, fs.ErrNotExist) {
		return s.away(err)
	}
	var now identity
	if err == nil && (json.Unmarshal(content, &now) != nil || now.ID != *met) {
		return s.away(errSwapped)
	}
	return nil // what else is wrong, the write itself tells
}

// orAway gives err unless it says that something is not there and the whole folder is away.
func (s *Store) orAway(err error) error {
	if s.dir == "" || !errors.Is(err, ErrNotExist) {
		return err
	}
	return cmp.Or(s.here(), err)
}

var errSwapped = errors.New("it carries another id than it did")

func (s *Store) away(err error) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: err,
		Message: fmt.Sprintf("the bucket %s is away: the %s that was in it is missing; bring the bucket back, or cancel the sync and start "+
			"it again if it was emptied on purpose", s.name, identityKey),
	}
}
