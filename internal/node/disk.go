package node

import (
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/humanize"
)

const (
	// diskPatience is how long the embedded Temporal may be without its disk before the process ends: somebody may be making room.
	diskPatience = time.Minute
	// diskQuiet is how long the server must report no trouble until the disk counts as usable again. The server tries again
	// more often than that.
	diskQuiet = 20 * time.Second
)

// Disk watches the disk under the embedded Temporal's database. Clients of the server learn only that it does not answer.
type Disk struct {
	begins func(error) // called once when a trouble begins
	fatal  Fatal

	mu          sync.Mutex
	first, last time.Time // of the trouble that lasts
	err         error     // of the last report
}

// NewDisk watches a disk. It calls begins once for each trouble, and ends the process by fatal.
func NewDisk(fatal Fatal, begins func(error)) *Disk { return &Disk{fatal: fatal, begins: begins} }

// newDisk watches the disk of a process that logs.
func newDisk(logger *zap.Logger, fatal Fatal) *Disk {
	return NewDisk(fatal, func(err error) {
		logger.Error("the embedded Temporal cannot continue: "+fault.Sentence(err), zap.Duration("ends_after", diskPatience))
	})
}

// Report is called by the server each time that it cannot use its database, by many goroutines at once.
func (d *Disk) Report(err error) {
	if d.record(err) {
		d.begins(err)
	}
}

// record keeps the trouble and says whether it has just begun.
func (d *Disk) record(err error) (begins bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	begins = d.err == nil || now.Sub(d.last) > diskQuiet
	if begins {
		d.first = now
	}
	d.last, d.err = now, err
	if now.Sub(d.first) >= diskPatience {
		d.fatal.Raise(d.failure())
	}
	return begins
}

// trouble is the reason why Temporal does not answer, where that is the disk; nil elsewhere.
func (d *Disk) trouble() error {
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

func (d *Disk) failure() error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Temporal, Err: d.err,
		Message: humanize.Clause(fault.Sentence(d.err)) + ". Once that is fixed, the same command resumes the sync",
	}
}

// words say what is wrong with the disk; empty while it is well.
func (d *Disk) words() string {
	if err := d.trouble(); err != nil {
		return humanize.Clause(fault.Sentence(errors.Unwrap(err)))
	}
	return ""
}

// blame puts the disk's trouble in place of what Temporal's clients say of it.
func (d *Disk) blame(err error) error {
	if f := fault.From(err); f == nil || f.System != fault.Temporal {
		return err
	}
	if trouble := d.trouble(); trouble != nil {
		return trouble
	}
	return err
}
