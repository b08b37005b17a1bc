package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// results is stdout. It remembers the first failure to write, for not every command looks at each line that it prints.
type results struct {
	to      io.Writer
	written bool
	failed  error
}

// Write writes to stdout. Its error is the sentence about a result that is lost.
func (r *results) Write(p []byte) (int, error) {
	if r.failed != nil {
		return 0, r.failed
	}
	n, err := r.to.Write(p)
	r.written = r.written || n > 0
	if err != nil {
		r.failed = lost(err)
	}
	return n, r.failed
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
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	err := file.Sync()
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO) {
		r.failed = lost(err)
	}
	return r.failed
}

func lost(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return &ending{
		class: "output", code: exitInternal,
		message: fmt.Sprintf("the result could not be written to stdout (%s): what was done stays done, only its output is lost", err),
	}
}
