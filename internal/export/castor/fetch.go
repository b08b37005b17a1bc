package castor

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// fetch copies the set from the bucket and checks it on the way.
func (d *delivery) fetch(ctx context.Context) error {
	for _, f := range d.doc.Files[Name] {
		inBucket := cmp.Or(d.inBucket[f.Name], f.Name)
		size, sum, err := d.copy(ctx, d.sync.File(Name, inBucket), f.Name)
		if err != nil {
			return err
		}
		if size != f.Bytes || sum != f.SHA256 {
			return wrong("the file %s in the bucket is not the one the manifest lists (%d bytes of %d); start the sync again",
				inBucket, size, f.Bytes)
		}
	}
	for key, name := range map[string]string{d.sync.Account(): accountFile, d.sync.Manifest(): manifestFile} {
		if _, _, err := d.copy(ctx, key, name); err != nil {
			return err
		}
	}
	return d.list()
}

// list brings the manifest's names up to those in the folder.
func (d *delivery) list() error {
	if len(d.inBucket) == 0 {
		return nil
	}
	content, err := json.Marshal(d.doc)
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	if err := writeSynced(filepath.Join(d.incoming, manifestFile), content); err != nil {
		return unwritable(d.out, err)
	}
	return nil
}

// copy brings one object into the incoming folder, and onto the disk.
func (d *delivery) copy(ctx context.Context, key, name string) (size int64, sum string, err error) {
	from, _, err := d.store.OpenFile(ctx, key)
	if err != nil {
		return 0, "", fmt.Errorf("deliver %s: %w", name, err)
	}
	defer func() { _ = from.Close() }()
	to, err := os.Create(filepath.Join(d.incoming, name)) // the user's umask decides, as for castor's files
	if err != nil {
		return 0, "", unwritable(d.out, err)
	}
	digest, read := sha256.New(), &remembered{Reader: from}
	size, err = io.Copy(io.MultiWriter(to, digest), read)
	if read.err != nil {
		_ = to.Close()
		return 0, "", fmt.Errorf("deliver %s: %w", name, read.err)
	}
	if err = errors.Join(err, to.Sync(), to.Close()); err != nil {
		return 0, "", unwritable(d.out, err)
	}
	return size, hex.EncodeToString(digest.Sum(nil)), nil
}

// remembered keeps the error of a reader, so that the bucket's faults are not taken for the disk's.
type remembered struct {
	io.Reader
	err error
}

func (r *remembered) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// writeSynced writes a small file onto the disk.
func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // in the folder the user named
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}
