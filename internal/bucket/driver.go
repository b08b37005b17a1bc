package bucket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gocloud.dev/blob"

	"longhaul/internal/fault"
)

// driver is a bucket as gocloud.dev/blob gives access to it, with what its drivers lack: a bound on every request, errors
// that carry the store's own words, and errors in place of panics.
type driver struct {
	place
	blob     *blob.Bucket
	folder   *folder       // of a file bucket, else nil
	timeout  time.Duration // for how long a store may owe an answer
	observer Observer      // nil: nobody is told
}

// within sends one request to the store, or a few, and bounds their time. A panic of the driver becomes an error.
func (d *driver) within(ctx context.Context, most time.Duration, do action, key string, request func(context.Context) error) error {
	bounded, cancel := context.WithTimeoutCause(ctx, most, timeoutError(most))
	defer cancel()
	return d.failed(bounded, do, key, fault.Caught(func() error { return request(bounded) }))
}

// ask is within for a request that a store answers at once.
func (d *driver) ask(ctx context.Context, do action, key string, request func(context.Context) error) error {
	return d.within(ctx, d.timeout, do, key, request)
}

// watch returns a watchdog that cancels a transfer whose next step takes longer than the timeout.
func (d *driver) watch(cancel context.CancelCauseFunc) watchdog {
	most := d.timeout
	w := watchdog{most: most, timer: time.AfterFunc(most, func() { cancel(timeoutError(most)) })}
	w.timer.Stop()
	return w
}

// attributes asks the store for the size of an object. Whether the answer means that the object does not exist is decided
// here: a driver reports NotFound for some answers that only refuse to tell.
func (d *driver) attributes(ctx context.Context, key string) (size int64, err error) {
	defer func(began time.Time) { d.observed(opHead, time.Since(began), err) }(time.Now())
	err = d.ask(ctx, reading, key, func(ctx context.Context) error {
		a, err := d.blob.Attributes(ctx, key)
		if err != nil {
			return err
		}
		if d.remote() && isPage(a.ContentType, nil) { // no object of Longhaul has this type
			return d.intercepted(d.host)
		}
		size = a.Size
		return nil
	})
	err = d.folder.unlessAway(err)
	return size, err
}

// anySize makes confirm ask only whether an object exists.
const anySize = -1

// confirm makes sure that a store of kind S3 has the object that it has just accepted: its driver takes every answer with
// status 200 for a success, that of a login portal too. Other stores are believed.
func (d *driver) confirm(ctx context.Context, key string, bytes int64) error {
	if d.kind != kindS3 {
		return nil
	}
	size, err := d.attributes(ctx, key)
	switch {
	case errors.Is(err, ErrNotExist), err == nil && bytes >= 0 && size != bytes:
		return &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: fmt.Errorf("%s: %d bytes of %d", key, size, bytes),
			Message: fmt.Sprintf("the bucket %s does not have what was just written; something in between may answer instead: "+
				"check the network's login page, HTTPS_PROXY and NO_PROXY", d.name),
		}
	}
	return err
}

// erase removes an object. It takes every key that a list returns, those of temporary files of a killed process too.
func (d *driver) erase(ctx context.Context, key string) error {
	began := time.Now()
	err := ignoring(ErrNotExist, d.ask(ctx, erasing, key, func(ctx context.Context) error { return d.blob.Delete(ctx, key) }))
	d.observed(opDelete, time.Since(began), err)
	return err
}

// ignoring returns err unless it is the error to ignore.
func ignoring(ignored, err error) error {
	if errors.Is(err, ignored) {
		return nil
	}
	return err
}

// Observer is told of what is asked of a bucket. Its methods are called by many at once.
type Observer interface {
	// Request tells of a request that ended. Absent says that there is no such object. A list counts once, whatever its pages.
	Request(operation string, took time.Duration, absent bool, err error)
	// Bytes tells what was read or written.
	Bytes(direction string, n int64)
}

// The operations and directions.
const (
	opRead   = "read"
	opWrite  = "write"
	opList   = "list"
	opDelete = "delete"
	opHead   = "head"

	bytesRead    = "read"
	bytesWritten = "written"
)

// Observe gives the bucket who is told of its requests. It must be called before the bucket is used.
func (d *driver) Observe(o Observer) { d.observer = o }

// observed tells of a request that ended just now. An object that is there although it was to be written only if absent is an answer.
func (d *driver) observed(operation string, took time.Duration, err error) {
	if d.observer == nil {
		return
	}
	absent := errors.Is(err, ErrNotExist)
	if errors.Is(err, ErrExist) {
		err = nil
	}
	d.observer.Request(operation, took, absent, err)
}

// moved tells of bytes.
func (d *driver) moved(direction string, n int64) {
	if d.observer != nil && n > 0 {
		d.observer.Bytes(direction, n)
	}
}
