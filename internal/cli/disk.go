package cli

import (
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
)

const (
	// diskPatience is how long the embedded Temporal may be without its disk before the process ends: somebody may be making room.
	diskPatience = time.Minute
	// diskQuiet is how long nothing is heard of the disk before it counts as mended. The server tries again more often.
	diskQuiet = 20 * time.Second
)

// disk is the state of the disk under the embedded Temporal's database. Clients of the server hear only that it does not answer.
type disk struct {
	begins func(error) // told once of each trouble, when it begins
	lost   loss

	mu          sync.Mutex
	first, last time.Time // of the trouble that lasts
	err         error     // of the last
}

// newDisk watches the disk under the database of a process that logs, and ends it by lost.
func newDisk(logger *zap.Logger, lost loss) *disk {
	return &disk{lost: lost, begins: func(err error) {
		logger.Error("the embedded Temporal cannot go on: "+fault.Sentence(err), zap.Duration("ends_after", diskPatience))
	}}
}

// heard takes what the server says each time that it cannot use its database. Many goroutines of the server say so at once.
func (d *disk) heard(err error) {
	if d.enter(err) {
		d.begins(err)
	}
}

// enter keeps the trouble, and says whether it has just begun.
func (d *disk) enter(err error) (begins bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	begins = d.err == nil || now.Sub(d.last) > diskQuiet
	if begins {
		d.first = now
	}
	d.last, d.err = now, err
	if now.Sub(d.first) >= diskPatience {
		d.lost.give(d.failure())
	}
	return begins
}

// trouble is why Temporal does not answer, where that is the disk's doing; nil where it is not.
func (d *disk) trouble() error {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil || time.Since(d.last) > diskQuiet {
		return nil
	}
	return d.failure()
}

func (d *disk) failure() error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Temporal, Err: d.err,
		Message: oneLine(fault.Sentence(d.err)) + ". Once that is mended, the same command goes on where it was",
	}
}

// words is what a watcher shows in the place of a Temporal that does not answer; empty where the disk is well.
func (d *disk) words() string {
	if err := d.trouble(); err != nil {
		return oneLine(fault.Sentence(errors.Unwrap(err)))
	}
	return ""
}

// blame puts the disk's trouble in the place of what Temporal's clients say of it.
func (d *disk) blame(err error) error {
	if f := fault.From(err); f == nil || f.System != fault.Temporal {
		return err
	}
	if trouble := d.trouble(); trouble != nil {
		return trouble
	}
	return err
}
