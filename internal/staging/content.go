package staging

import (
	"context"
	"errors"
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
}

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
		return nil, err
	}
	return c, nil
}

// Read gives the next bytes. A page in the place of an object is found at its first bytes, before anybody takes it for an
// object that is damaged.
func (c *content) Read(p []byte) (n int, err error) {
	c.watch.begin(0)
	n, err = c.blob.Read(p)
	c.watch.end()
	if !c.begun && n > 0 {
		c.begun = true
		if c.store.remote() && isPage("", p[:n]) {
			return 0, &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: c.store.astray(c.store.host)}
		}
	}
	if _, silent := silenceOf(c.ctx); silent && err != nil && !errors.Is(err, io.EOF) {
		err = c.store.failed(c.ctx, reading, c.key, err)
	}
	return n, err
}

// Size is the length of the object as the store told it.
func (c *content) Size() int64 { return c.blob.Size() }

// Close frees the connection.
func (c *content) Close() error {
	defer c.cancel(nil)
	c.watch.end()
	return c.blob.Close()
}
