package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// results is stdout. A write never fails here: the first failure is remembered and ends the command with exit code 1 once its
// work is done. Not every command looks at each line that it prints, and a server goes on without its line.
type results struct {
	to      io.Writer
	written bool
	failed  error
}

// Write writes to stdout, as long as that takes anything.
func (r *results) Write(p []byte) (int, error) {
	if r.failed != nil {
		return len(p), nil //nolint:nilerr // lost tells it
	}
	r.written = true
	if _, err := r.to.Write(p); err != nil {
		r.failed = lost(err)
	}
	return len(p), nil
}

// lost says, once everything is written, whether a part of it went nowhere. Some disks tell only when a file is flushed.
func (r *results) lost() error {
	if r == nil {
		return nil
	}
	file, ok := r.to.(*os.File)
	if r.failed != nil || !ok || !r.written {
		return r.failed
	}
	if info, unknown := file.Stat(); unknown != nil || !info.Mode().IsRegular() {
		return nil //nolint:nilerr // what cannot be looked at is no file
	}
	err := file.Sync()
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO) {
		r.failed = lost(err)
	}
	return r.failed
}

func lost(err error) error {
	return &ending{
		class: "output", code: exitInternal,
		message: fmt.Sprintf("the result could not be written to stdout (%s): what was done stays done, only its output is lost", cause(err)),
	}
}
