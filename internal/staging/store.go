// Package staging keeps the state of syncs in a bucket: small JSON objects, plain files, and compressed streams of JSON
// lines that prove on every read that they are whole.
package staging

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"gocloud.dev/blob"
)

// Store is one bucket. It is safe for concurrent use.
type Store struct {
	bucket   *blob.Bucket
	kind     string // the scheme of its URL
	name     string // the URL as people may see it: no query, no user
	host     string // of a store over a network, as far as it is known
	dir      string // the folder of a file bucket, else empty
	fileMode os.FileMode
	silence  time.Duration // after which a store that owes an answer is given up

	met    atomic.Pointer[string] // the id that was read, of a folder
	proven atomic.Bool            // it leaves what is there when it is told to
}

// Open opens the bucket behind a gocloud.dev/blob URL. A folder named by a file URL is made when it is not there, for
// the user of this process alone.
func Open(ctx context.Context, url string) (*Store, error) {
	loc, err := locate(url)
	if err != nil {
		return nil, err
	}
	if err := tidy(loc.kind); err != nil {
		return nil, err
	}
	bucket, err := blob.OpenBucket(ctx, loc.url)
	if err != nil {
		return nil, loc.openFault(err)
	}
	return &Store{
		bucket: bucket, kind: loc.kind, name: loc.name, host: loc.host, dir: loc.dir, fileMode: loc.fileMode, silence: longestSilence,
	}, nil
}

// Close frees the bucket's connections. A Store is of no use afterwards.
func (s *Store) Close() error {
	if err := s.bucket.Close(); err != nil {
		return fmt.Errorf("close the bucket %s: %w", s.name, err)
	}
	return nil
}

// EndsWithProcess says whether all that is kept in the bucket is lost when the process ends.
func (s *Store) EndsWithProcess() bool { return s.kind == memory }

// String names the bucket for people, without anything secret.
func (s *Store) String() string { return s.name }
