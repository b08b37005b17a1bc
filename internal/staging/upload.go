package staging

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"syscall"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// Sizes of what a driver may hold of one object on its way to a cloud: S3 asks for parts of 5 MiB at least.
const (
	partSize        = 5 << 20
	partsAtOnce     = 2
	typeStream      = "application/zstd"
	typeJSON        = "application/json"
	typeFile        = "application/octet-stream"
	temporarySuffix = ".tmp"
)

// upload is one object on its way into the bucket. It appears whole at commit or not at all.
type upload struct {
	store  *Store
	key    string // where it shall be
	target string // where the driver writes it
	isNew  bool   // only if nothing is there
	to     sink
	file   *os.File // of a file bucket
	bytes  int64
	ended  bool
}

// sink takes the bytes of an object.
type sink interface {
	io.WriteCloser // Close makes the object visible
	abort()        // leaves nothing of it
	free()         // follows either
	context() context.Context
}

var _, _ sink = (*feed)(nil), (*localWriter)(nil)

func (s *Store) upload(ctx context.Context, key, contentType string, isNew bool) (*upload, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if err := s.here(); err != nil {
		return nil, err
	}
	u := &upload{store: s, key: key, target: key, isNew: isNew}
	opts := &blob.WriterOptions{ContentType: contentType, BufferSize: partSize, MaxConcurrency: partsAtOnce, IfNotExist: isNew}
	if s.remote() {
		u.to = s.feed(ctx, key, opts)
		return u, nil
	}
	if s.dir != "" {
		opts.BeforeWrite = u.own
		if isNew {
			// The file driver looks and then renames, so that of two writers both may win. Ours is a hard link: it
			// fails where a file is.
			opts.IfNotExist = false
			u.target = key + "." + nonce() + temporarySuffix
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	w, err := s.bucket.NewWriter(ctx, u.target, opts)
	if err != nil {
		cancel()
		return nil, s.fault(writing, key, err)
	}
	u.to = &localWriter{w, ctx, cancel}
	return u, nil
}

// own takes hold of the temporary file of a file bucket and gives it the bucket's permissions. A disk that has permissions of
// its own, as one shared by a network, refuses that, and then its own hold: the file was made for its user alone.
func (u *upload) own(as func(any) bool) error {
	if as(&u.file) {
		_ = u.file.Chmod(u.store.fileMode)
	}
	return nil
}

func (u *upload) Write(p []byte) (int, error) {
	n, err := u.to.Write(p)
	u.bytes += int64(n)
	return n, u.failed(err)
}

// failed is the fault of an error of the sink.
func (u *upload) failed(err error) error { return u.store.failed(u.to.context(), writing, u.key, err) }

// commit makes the object visible. It answers ErrExist when it was to be new and is not. After an error nothing is
// left of it.
func (u *upload) commit() error {
	if u.ended {
		return u.store.fault(writing, u.key, errEnded)
	}
	if u.file != nil {
		if err := cmp.Or(u.store.here(), synced(u.file)); err != nil {
			u.abort()
			return u.store.fault(writing, u.key, err)
		}
	}
	u.ended = true
	err := u.to.Close()
	if u.isNew && taken(err) {
		err = ErrExist
	} else {
		err = u.failed(err)
	}
	if err == nil {
		err = u.store.confirm(u.to.context(), u.key, u.bytes)
	}
	u.to.free()
	if err == nil && u.target != u.key {
		err = u.store.fault(writing, u.key, u.store.link(u.target, u.key))
	}
	return err
}

// taken says whether a store refused an object because one is there.
func taken(err error) bool {
	if err == nil {
		return false
	}
	a, _ := answerOf(err)
	return gcerrors.Code(err) == gcerrors.FailedPrecondition || a.status == http.StatusPreconditionFailed
}

// synced brings a file onto the disk. Some disks know no such thing; they keep what they are given as well as they can.
func synced(file *os.File) error {
	err := file.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// abort leaves nothing of the object. It does nothing after a commit.
func (u *upload) abort() {
	if u.ended {
		return
	}
	u.ended = true
	u.to.abort()
	u.to.free()
}

// localWriter writes into a folder or into memory by the driver's own writer.
type localWriter struct {
	*blob.Writer
	ctx    context.Context
	cancel context.CancelFunc
}

func (w *localWriter) abort() {
	w.cancel() // before Close: a driver drops an object whose context has ended
	_ = w.Close()
}

func (w *localWriter) free() { w.cancel() }

func (w *localWriter) context() context.Context { return w.ctx }

var errEnded = errors.New("this writer has been committed or aborted")

// claims serves file systems without hard links: there, writers of one process exclude each other.
var claims sync.Mutex

// link gives the file from its final name unless that is taken, and removes it.
func (s *Store) link(from, to string) error {
	temporary, final := s.path(from), s.path(to)
	defer func() { _ = os.Remove(temporary) }()
	err := os.Link(temporary, final)
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return ErrExist
	}
	claims.Lock()
	defer claims.Unlock()
	if _, statErr := os.Lstat(final); statErr == nil {
		return ErrExist
	} else if !errors.Is(statErr, fs.ErrNotExist) {
		return statErr
	}
	return os.Rename(temporary, final)
}

func nonce() string {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // never fails: it ends the process instead
	return hex.EncodeToString(random)
}
