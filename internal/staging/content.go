package staging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"gocloud.dev/blob"

	"longhaul/internal/fault"
)

// content is an object while it is read.
type content struct {
	store  *Store
	key    string
	blob   *blob.Reader
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  watch
	begun  bool
	head   []byte // that was read to look at, and is still to be given
	err    error  // that followed it
}

// headSize is how much of an object is looked at before it is given to anybody.
const headSize = 512

func (s *Store) reader(ctx context.Context, key string) (*content, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	c := &content{store: s, key: key}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	c.watch = s.watch(c.cancel)
	c.watch.begin(0)
	err := fault.Caught(func() (err error) {
		c.blob, err = s.bucket.NewReader(c.ctx, key, nil)
		return err
	})
	c.watch.end()
	if err != nil {
		err = s.failed(c.ctx, reading, key, err)
		c.cancel(nil)
		if s.kind == "gs" && errors.Is(err, ErrNotExist) {
			err = s.absentFor(ctx, key, err)
		}
		return nil, s.orAway(err)
	}
	return c, nil
}

// absentFor asks Google once more why an object is not there: the answer to the first request is lost in its library.
func (s *Store) absentFor(ctx context.Context, key string, err error) error {
	if _, again := s.attributes(ctx, key); again != nil {
		return again
	}
	return err // it came meanwhile
}

// Read gives the next bytes. A page in the place of an object is found at its first bytes, before anybody takes it for an
// object that is damaged.
func (c *content) Read(p []byte) (n int, err error) {
	if !c.begun && c.store.remote() {
		c.begun = true
		head := make([]byte, headSize)
		n, err := io.ReadAtLeast(readerFunc(c.next), head, headSize/8)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		if inPlaceOfOurs(head[:n]) {
			return 0, &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: c.store.astray(c.store.host)}
		}
		c.head, c.err = head[:n], err
	}
	if len(c.head) > 0 {
		n = copy(p, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	if c.err != nil {
		return 0, c.err
	}
	return c.next(p)
}

// next reads from the store.
func (c *content) next(p []byte) (n int, err error) {
	c.watch.begin(0)
	err = fault.Caught(func() (err error) {
		n, err = c.blob.Read(p)
		return err
	})
	c.watch.end()
	if err == nil || isEnd(err) {
		return n, err
	}
	if errors.Is(err, io.EOF) { // the connection broke off; nobody above may take that for the end
		err = fmt.Errorf("%w: %s", cmp.Or(context.Cause(c.ctx), io.ErrUnexpectedEOF), err.Error())
	}
	if c.ctx.Err() != nil {
		err = c.store.failed(c.ctx, reading, c.key, err)
	}
	return n, err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Size is the length of the object as the store told it.
func (c *content) Size() int64 { return c.blob.Size() }

// Close frees the connection.
func (c *content) Close() error {
	defer c.cancel(nil)
	c.watch.end()
	return c.blob.Close()
}
