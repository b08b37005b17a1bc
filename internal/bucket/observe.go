package bucket

import (
	"errors"
	"time"
)

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
