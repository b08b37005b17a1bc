// Package staging is what Longhaul keeps in a bucket: the layout of its keys, compressed streams of JSON lines that prove on
// every read that they are whole, and the objects that share the logins and the ownership of a source among processes.
package staging

import (
	"context"
	"errors"

	"longhaul/internal/bucket"
)

// Callers tell these errors apart with errors.Is.
var (
	// ErrNotExist says that the bucket holds no such object.
	ErrNotExist = bucket.ErrNotExist
	// ErrExist says that an object written only if absent was there already; it was left as it is.
	ErrExist = bucket.ErrExist
	// ErrMalformed says that a JSON object of the bucket does not parse.
	ErrMalformed = bucket.ErrMalformed
	// ErrTorn says that a stream is cut short or altered: its footer is absent or does not fit its lines.
	ErrTorn = errors.New("torn stream")
	// ErrTooLong says that a line is longer than MaxLine.
	ErrTooLong = errors.New("line too long")
)

// Store is the bucket that holds the state of syncs. It is safe for concurrent use.
type Store struct {
	*bucket.Bucket
}

// Object is what was committed under a key.
type Object struct {
	Key    string `json:"key"`
	Count  int64  `json:"count"` // lines of a stream; 0 for a plain file
	Bytes  int64  `json:"bytes"` // as the bucket holds them
	SHA256 string `json:"sha256"`
}

// Open opens the bucket behind a gocloud.dev/blob URL. A folder named by a file URL is created if it does not exist, for
// the user of this process alone.
func Open(ctx context.Context, url string) (*Store, error) {
	b, err := bucket.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	return &Store{b}, nil
}

// Unreadable reports whether an object is of no use and will stay so: it does not exist, is torn or malformed, or is on a disk
// that does not return it. Network errors are not among them, nor refusals of a store, nor what a machine lacks for a moment.
func (s *Store) Unreadable(err error) bool {
	cut := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	return errors.Is(err, ErrTorn) && !cut || bucket.Unreadable(err)
}

// Right is one thing that the credentials of a bucket must allow.
type Right = bucket.Right

// The rights that Longhaul needs.
const (
	ToRead   = bucket.ToRead
	ToList   = bucket.ToList
	ToWrite  = bucket.ToWrite
	ToDelete = bucket.ToDelete
)

// Refusal is how a bucket refused a request before a sync has begun.
type Refusal = bucket.Refusal

// Refused reads an error of the bucket as it counts before a sync has begun.
func (s *Store) Refused(err error) Refusal { return bucket.Refused(err) }
