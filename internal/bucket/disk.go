package bucket

import (
	"errors"
	"io/fs"
	"syscall"
)

// diskReason says what the operating system refused and what to change; empty when there is no plain word for it. Some
// drivers of stores report a refusal in the same way.
func diskReason(err error) string {
	switch {
	case errors.Is(err, syscall.EROFS):
		return "the disk is read-only; mount it writable or set another storage"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "the disk is full; make room on it or set another storage"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too many files are open; raise the limit of this process (ulimit -n) or lower max_in_flight"
	case errors.Is(err, syscall.ENOTDIR):
		return "a file is where a folder should be; move it away or set another storage"
	case isForbidden(err):
		return "permission denied; give the user that runs Longhaul read and write access or set another storage"
	}
	return ""
}

// isLastingOnDisk reports whether a disk refuses a file in a way that does not pass by itself.
func isLastingOnDisk(err error) bool {
	var disk *fs.PathError
	if !errors.As(err, &disk) {
		return false
	}
	return errors.Is(disk, fs.ErrPermission) || errors.Is(disk, syscall.EIO) || errors.Is(disk, syscall.EISDIR) ||
		errors.Is(disk, syscall.ENOTDIR) || errors.Is(disk, syscall.ELOOP)
}
