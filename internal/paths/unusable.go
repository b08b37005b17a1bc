package paths

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"longhaul/internal/fault"
)

// StateDir is the folder of an output that holds what is not part of the extract.
const StateDir = ".longhaul"

// Unusable explains why a path cannot be used, and what to change. what names the path's role, such as "the output".
func Unusable(what, path string, err error) error {
	reason, advice := "cannot be used", "check the path and who owns it"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		reason, advice = "is on a full disk", "make room on it"
	case errors.Is(err, syscall.EROFS):
		reason, advice = "is on a read-only disk", "mount it writable, or choose another path"
	case errors.Is(err, syscall.ENAMETOOLONG):
		reason, advice = "is too long", "choose a shorter one"
	case errors.Is(err, fs.ErrNotExist):
		reason = "does not exist"
	case errors.Is(err, fs.ErrExist):
		reason = "is a link to nothing"
	case errors.Is(err, fs.ErrPermission):
		reason = "is not open to this user"
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) && reason == "cannot be used" {
		reason = "cannot be used (" + pathError.Err.Error() + ")"
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Longhaul,
		Message: fmt.Sprintf("%s %s %s: %s", what, path, reason, advice),
	}
}

// Cause takes the path out of a file error, for messages that name the path themselves.
func Cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
