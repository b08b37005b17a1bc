package bucket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"

	"longhaul/internal/fault"
)

// Reader reads one object. It must be closed.
type Reader struct {
	driver *driver
	key    string
	blob   *blob.Reader
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  watchdog
	begun  bool
	head   []byte // was read to be examined, and is still to be returned
	err    error  // followed head
}

// headSize is how much of an object is examined before a caller gets it.
const headSize = 512

// NewReader opens the object under key; errors.Is(err, ErrNotExist) when there is none.
func (d *driver) NewReader(ctx context.Context, key string) (*Reader, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	began := time.Now()
	r, err := d.open(ctx, key)
	d.observed(opRead, time.Since(began), err)
	return r, err
}

func (d *driver) open(ctx context.Context, key string) (*Reader, error) {
	r := &Reader{driver: d, key: key}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.watch = d.watch(r.cancel)
	r.watch.begin(0)
	err := fault.Caught(func() (err error) {
		r.blob, err = d.blob.NewReader(r.ctx, key, nil)
		return err
	})
	r.watch.end()
	if err != nil {
		err = d.failed(r.ctx, reading, key, err)
		r.cancel(nil)
		if d.kind == kindGoogle && errors.Is(err, ErrNotExist) {
			err = d.confirmAbsent(ctx, key, err)
		}
		return nil, d.folder.unlessAway(err)
	}
	return r, nil
}

// confirmAbsent asks Google once more why an object does not exist: its library drops the body of the first answer.
func (d *driver) confirmAbsent(ctx context.Context, key string, err error) error {
	if _, again := d.attributes(ctx, key); again != nil {
		return again
	}
	return err // somebody wrote the object in between
}

// Read returns the next bytes. It recognizes a web page in place of an object by its first bytes, before a caller takes
// the page for a damaged object. Fault classes its errors.
func (r *Reader) Read(p []byte) (n int, err error) {
	if !r.begun && r.driver.remote() {
		r.begun = true
		head := make([]byte, headSize)
		n, err := io.ReadAtLeast(readerFunc(r.next), head, headSize/8)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		if beginsAsPage(head[:n]) {
			return 0, r.driver.intercepted(r.driver.host)
		}
		r.head, r.err = head[:n], err
	}
	if len(r.head) > 0 {
		n = copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.next(p)
}

// next reads from the store.
func (r *Reader) next(p []byte) (n int, err error) {
	r.watch.begin(0)
	err = fault.Caught(func() (err error) {
		n, err = r.blob.Read(p)
		return err
	})
	r.watch.end()
	r.driver.moved(bytesRead, int64(n))
	if err == nil || isEOF(err) {
		return n, err
	}
	if errors.Is(err, io.EOF) { // the connection broke off, which callers must not take for the end
		err = fmt.Errorf("%w: %s", cmp.Or(context.Cause(r.ctx), io.ErrUnexpectedEOF), err.Error())
	}
	if r.ctx.Err() != nil {
		err = r.driver.failed(r.ctx, reading, r.key, err)
	}
	return n, err
}

type readerFunc func([]byte) (int, error)

// Read calls f.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Fault classes an error that Read returned, and says in a sentence what was refused.
func (r *Reader) Fault(err error) error { return r.driver.fault(reading, r.key, err) }

// Size is the length of the object as the store gave it.
func (r *Reader) Size() int64 { return r.blob.Size() }

// Close frees the connection.
func (r *Reader) Close() error {
	defer r.cancel(nil)
	r.watch.end()
	return r.blob.Close()
}
