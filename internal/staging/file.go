package staging

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"path/filepath"
)

// FileWriter writes one plain file and sums it up on the way. Nothing is seen of it in the bucket before Commit.
// Either Commit or Abort must be called; `defer w.Abort()` is harmless after a Commit.
type FileWriter struct {
	up  *upload
	buf *bufio.Writer
	sum hash.Hash
}

// CreateFile begins the file under key, in place of what is there.
func (s *Store) CreateFile(ctx context.Context, key string) (*FileWriter, error) {
	up, err := s.upload(ctx, key, typeFile, false)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	return &FileWriter{up: up, sum: sum, buf: bufio.NewWriterSize(io.MultiWriter(sum, up), readBuffer)}, nil
}

// Write adds to the file.
func (w *FileWriter) Write(p []byte) (int, error) {
	n, err := w.buf.Write(p)
	if err != nil {
		return n, fmt.Errorf("write %s: %w", w.up.key, err)
	}
	return n, nil
}

// Commit makes the file visible, whole. After an error nothing is left of it.
func (w *FileWriter) Commit() (Object, error) {
	defer w.Abort()
	if err := w.buf.Flush(); err != nil {
		return Object{}, fmt.Errorf("write %s: %w", w.up.key, err)
	}
	if err := w.up.commit(); err != nil {
		return Object{}, err
	}
	return Object{Key: w.up.key, Bytes: w.up.bytes, SHA256: hex.EncodeToString(w.sum.Sum(nil))}, nil
}

// Abort leaves nothing of the file in the bucket. It does nothing after a Commit.
func (w *FileWriter) Abort() { w.up.abort() }

// OpenFile reads the file under key; size is its length in bytes. The reader must be closed. A file is read by the sync
// that wrote it: see Gone.
func (s *Store) OpenFile(ctx context.Context, key string) (content io.ReadCloser, size int64, err error) {
	r, err := s.reader(ctx, key)
	if err != nil {
		return nil, 0, Gone(err)
	}
	return r, r.Size(), nil
}

// LocalPath is where a file bucket keeps key on this machine; ok is false for every other bucket.
func (s *Store) LocalPath(key string) (path string, ok bool) {
	if s.dir == "" {
		return "", false
	}
	return s.path(key), true
}

func (s *Store) path(key string) string { return filepath.Join(s.dir, filepath.FromSlash(key)) }
