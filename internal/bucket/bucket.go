// Package bucket keeps objects in any bucket that gocloud.dev/blob opens, and puts what a store, a network or a disk refuses
// into one classed error with a sentence.
package bucket

import (
	"context"
	"fmt"

	"gocloud.dev/blob"
)

// Bucket is one bucket. It is safe for concurrent use.
type Bucket struct {
	*driver
	objects
	*identity
}

// Open opens the bucket behind a gocloud.dev/blob URL. A folder named by a file URL is created if it does not exist, for
// the user of this process alone.
func Open(ctx context.Context, url string) (*Bucket, error) {
	a, err := parseAddress(url)
	if err != nil {
		return nil, err
	}
	if err := trimVariables(a.kind); err != nil {
		return nil, err
	}
	opened, err := blob.OpenBucket(ctx, a.url)
	if err != nil {
		return nil, a.openFault(err)
	}
	d := &driver{place: a.place, blob: opened, timeout: answerTimeout}
	if a.dir != "" {
		d.folder = &folder{place: a.place, dir: a.dir, mode: a.fileMode}
	}
	o := objects{d}
	return &Bucket{driver: d, objects: o, identity: &identity{objects: o}}, nil
}

// Close frees the bucket's connections. A Bucket is of no use afterwards.
func (b *Bucket) Close() error {
	if err := b.blob.Close(); err != nil {
		return fmt.Errorf("close the bucket %s: %w", b.name, err)
	}
	return nil
}

// Folder is the folder that the bucket is on a disk; empty for a bucket of another kind.
func (b *Bucket) Folder() string {
	if b.folder == nil {
		return ""
	}
	return b.folder.dir
}

// EndsWithProcess reports whether all objects in the bucket are lost when the process ends.
func (b *Bucket) EndsWithProcess() bool { return b.kind == kindMemory }
