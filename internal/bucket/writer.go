package bucket

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"syscall"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

const (
	// partSize and partsAtOnce bound what a driver holds of one object on its way to a store. S3 wants parts of 5 MiB at least.
	partSize    = 5 << 20
	partsAtOnce = 2

	typeJSON   = "application/json"
	typeBinary = "application/octet-stream"

	// temporarySuffix ends the names of unfinished files in a folder.
	temporarySuffix = ".tmp"
)

// WriteOptions says how an object is written.
type WriteOptions struct {
	ContentType string // application/octet-stream when empty
	IfAbsent    bool   // Commit returns ErrExist, and changes nothing, when there is an object under the key

	// Unconfirmed spares the request that makes sure of a store of kind S3 that it has the object: for objects whose absence
	// somebody notices and makes good.
	Unconfirmed bool
}

// Writer writes one object, which appears whole at Commit or not at all. Either Commit or Abort must be called;
// `defer w.Abort()` is harmless after a Commit.
type Writer struct {
	driver  *driver
	options WriteOptions
	key     string
	target  string // the key under which the driver writes, which differs from key for a file that must be new
	to      sink
	file    *os.File // of a file bucket
	bytes   int64
	ended   bool
}

// ErrEnded says that a writer was used after Commit or Abort.
var ErrEnded = errors.New("this writer has been committed or aborted")

// sink takes the bytes of an object.
type sink interface {
	io.WriteCloser // Close makes the object visible
	abort()        // leaves nothing of it
	free()         // follows Close or abort
	context() context.Context
}

var _, _ sink = (*feed)(nil), (*localWriter)(nil)

// NewWriter begins the object under key.
func (d *driver) NewWriter(ctx context.Context, key string, options WriteOptions) (*Writer, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if err := d.folder.mounted(); err != nil {
		return nil, err
	}
	w := &Writer{driver: d, options: options, key: key, target: key}
	opts := &blob.WriterOptions{
		ContentType: cmp.Or(options.ContentType, typeBinary), BufferSize: partSize, MaxConcurrency: partsAtOnce, IfNotExist: options.IfAbsent,
	}
	if d.remote() {
		w.to = d.feed(ctx, key, opts)
		return w, nil
	}
	if d.folder != nil {
		opts.BeforeWrite = w.hold
		if options.IfAbsent {
			// The file driver looks first and renames then, so both of two writers may succeed. A hard link fails where a
			// file exists.
			opts.IfNotExist = false
			w.target = key + "." + nonce() + temporarySuffix
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	writer, err := d.blob.NewWriter(ctx, w.target, opts)
	if err != nil {
		cancel()
		return nil, d.fault(writing, key, err)
	}
	w.to = &localWriter{writer, ctx, cancel}
	return w, nil
}

// hold keeps the temporary file of a file bucket and gives it the bucket's permissions. A disk without permissions of its own,
// such as a network share, refuses chmod; that is harmless, as the driver creates the file for its user alone.
func (w *Writer) hold(as func(any) bool) error {
	if as(&w.file) {
		_ = w.file.Chmod(w.driver.folder.mode)
	}
	return nil
}

// Write adds to the object.
func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.bytes += int64(n)
	return n, w.failed(err)
}

// Bytes is how many bytes were written.
func (w *Writer) Bytes() int64 { return w.bytes }

// Fault classes an error of whoever writes through w, and says in a sentence what was refused.
func (w *Writer) Fault(err error) error { return w.driver.fault(writing, w.key, err) }

// failed classes an error of the sink.
func (w *Writer) failed(err error) error { return w.driver.failed(w.to.context(), writing, w.key, err) }

// Commit makes the object visible. After an error nothing of it remains.
func (w *Writer) Commit() error {
	if w.ended {
		return w.Fault(ErrEnded)
	}
	began := time.Now()
	err := w.commit()
	w.driver.observed(opWrite, time.Since(began), err)
	w.driver.moved(bytesWritten, w.bytes)
	return err
}

func (w *Writer) commit() error {
	if w.file != nil {
		if err := cmp.Or(w.driver.folder.mounted(), flush(w.file)); err != nil {
			w.Abort()
			return w.Fault(err)
		}
	}
	w.ended = true
	err := w.to.Close()
	if w.options.IfAbsent && isTaken(err) {
		err = ErrExist
	} else {
		err = w.failed(err)
	}
	if err == nil && !w.options.Unconfirmed {
		err = w.driver.confirm(w.to.context(), w.key, w.bytes)
	}
	w.to.free()
	if err == nil && w.target != w.key {
		err = w.Fault(w.driver.folder.link(w.target, w.key))
	}
	return err
}

// isTaken reports whether a store refused an object because one exists.
func isTaken(err error) bool {
	if err == nil {
		return false
	}
	a, _ := answerOf(err)
	return gcerrors.Code(err) == gcerrors.FailedPrecondition || a.status == http.StatusPreconditionFailed
}

// flush writes a file to the disk. Some disks do not know the call; they keep the content as well as they can.
func flush(file *os.File) error {
	err := file.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// Abort leaves nothing of the object. It does nothing after a Commit.
func (w *Writer) Abort() {
	if w.ended {
		return
	}
	w.ended = true
	w.to.abort()
	w.to.free()
}

// localWriter writes into a folder or into memory with the driver's own writer.
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

func nonce() string {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // never fails: it ends the process instead
	return hex.EncodeToString(random)
}
