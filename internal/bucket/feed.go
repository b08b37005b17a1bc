package bucket

import (
	"context"
	"errors"
	"io"

	"gocloud.dev/blob"

	"longhaul/internal/fault"
)

// mostHeld is the most that a driver gathers before it sends: that of S3 decides only then whether an object has parts.
const mostHeld = 16 << 20

// feed carries one object to a store that is reached over a network. The driver reads the object from a pipe, in a goroutine
// of its own. The drivers' writers have a pipe too, but that of Azure uses its pipe after an error has removed it. A driver
// holds a few parts of the object in memory, whatever its size.
type feed struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	pipe   *io.PipeWriter
	given  int64 // bytes
	watch  watchdog
	done   chan struct{}
	err    error // of the upload, once done is closed
}

var (
	errAborted = errors.New("the upload was aborted")
	errUnread  = errors.New("the store's driver stopped reading")
)

func (d *driver) feed(ctx context.Context, key string, opts *blob.WriterOptions) *feed {
	f := &feed{done: make(chan struct{})}
	f.ctx, f.cancel = context.WithCancelCause(ctx)
	f.watch = d.watch(f.cancel)
	var source *io.PipeReader
	source, f.pipe = io.Pipe()
	go func() {
		defer close(f.done)
		f.err = fault.Caught(func() error { return d.blob.Upload(f.ctx, key, source, opts) })
		_ = source.CloseWithError(errUnread) // ends a Write that still waits
	}()
	return f
}

// Write gives the driver more to read.
func (f *feed) Write(p []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	f.given += int64(len(p))
	f.watch.begin(f.held())
	n, err := f.pipe.Write(p)
	f.watch.end()
	if errors.Is(err, errUnread) {
		if <-f.done; f.err != nil {
			return n, f.err
		}
	}
	return n, err
}

// held is the most that the driver may still have to send.
func (f *feed) held() int64 { return min(f.given, mostHeld) }

// Close ends the object and waits until the store has it.
func (f *feed) Close() error {
	f.watch.begin(f.held())
	_ = f.pipe.Close() // never fails
	<-f.done
	f.watch.end()
	return f.err
}

// abort makes the driver give up, and waits until it has. The context ends before the pipe does: a driver that reads the pipe
// to its end would keep the object.
func (f *feed) abort() {
	f.cancel(errAborted)
	_ = f.pipe.CloseWithError(errAborted)
	<-f.done
}

// free releases the timer and the context of a feed that has ended.
func (f *feed) free() {
	f.watch.end()
	f.cancel(nil)
}

func (f *feed) context() context.Context { return f.ctx }
