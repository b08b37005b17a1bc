// Package staging keeps the state of syncs in a bucket: small JSON objects, plain files, and compressed streams of JSON
// lines that prove on every read that they are whole.
package staging

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"gocloud.dev/blob"

	"longhaul/internal/fault"
)

// Store is one bucket. It is safe for concurrent use.
type Store struct {
	bucket   *blob.Bucket
	name     string // the URL as people may see it: no query, no user
	dir      string // the folder of a file bucket, else empty
	fileMode os.FileMode
	met      atomic.Pointer[os.FileInfo] // the file with the id that was read, of a folder
}

// Open opens the bucket behind a gocloud.dev/blob URL. A folder named by a file URL is made when it is not there, for
// the user of this process alone.
func Open(ctx context.Context, url string) (*Store, error) {
	loc, err := locate(url)
	if err != nil {
		return nil, err
	}
	bucket, err := blob.OpenBucket(ctx, loc.url)
	if err != nil {
		return nil, loc.openFault(err)
	}
	return &Store{bucket: bucket, name: loc.name, dir: loc.dir, fileMode: loc.fileMode}, nil
}

// Close frees the bucket's connections. A Store is of no use afterwards.
func (s *Store) Close() error {
	if err := s.bucket.Close(); err != nil {
		return fmt.Errorf("close the bucket %s: %w", s.name, err)
	}
	return nil
}

// String names the bucket for people, without anything secret.
func (s *Store) String() string { return s.name }

// identity is the content of longhaul.json.
type identity struct {
	ID string `json:"id"`
}

// identityKey lies at the root of every bucket.
const identityKey = "longhaul.json"

// ID gives the random id that the bucket carries, and gives it one the first time. Two workers that read different ids
// do not share a bucket. It reads the bucket at every call: a folder may be swapped under a running process.
func (s *Store) ID(ctx context.Context) (string, error) {
	known, err := s.Exists(ctx, identityKey)
	if err != nil {
		return "", err
	}
	if !known {
		random := make([]byte, 16)
		_, _ = rand.Read(random) // never fails: it ends the process instead
		if _, err := s.WriteNewJSON(ctx, identityKey, identity{ID: hex.EncodeToString(random)}); err != nil {
			return "", unusable(err)
		}
	}
	return s.KnownID(ctx)
}

// KnownID is ID for a bucket that was met before, perhaps by another process. One that carries no id any more is away.
func (s *Store) KnownID(ctx context.Context) (string, error) {
	var id identity
	switch err := s.ReadJSON(ctx, identityKey, &id); {
	case errors.Is(err, ErrNotExist):
		return "", s.away(err)
	case err != nil:
		return "", err
	}
	if id.ID == "" {
		return "", &fault.Error{
			Class: fault.Invalid, System: fault.Bucket,
			Message: fmt.Sprintf("%s in the bucket %s holds no id; remove it if no other program owns it", identityKey, s.name),
		}
	}
	if s.dir != "" {
		if info, err := os.Stat(s.identityFile()); err == nil {
			s.met.Store(&info)
		}
	}
	return id.ID, nil
}

func (s *Store) identityFile() string { return filepath.Join(s.dir, identityKey) }

// here looks, before anything is written, whether a folder is still the bucket whose id was read: a disk that loses its mount
// leaves an empty one behind, and whatever was written there would be missing once the disk is back.
func (s *Store) here() error {
	met := s.met.Load()
	if met == nil {
		return nil
	}
	switch now, err := os.Stat(s.identityFile()); {
	case err == nil && !os.SameFile(*met, now):
		return s.away(errSwapped)
	case errors.Is(err, fs.ErrNotExist):
		return s.away(err)
	}
	return nil // what else is wrong, the write itself tells
}

var errSwapped = errors.New("its id is in another file than it was")

func (s *Store) away(err error) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: err,
		Message: fmt.Sprintf("the bucket %s is away: the %s that was in it is missing; bring the bucket back, or cancel the sync and start "+
			"it again if it was emptied on purpose", s.name, identityKey),
	}
}
