package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"longhaul/internal/fault"
	"longhaul/internal/filesystem"
)

// holder is what stands in a lock file: who runs.
type holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

const lockFile = "lock"

// lock makes this process the only one that works in dir. The system gives the lock up when the process ends, however
// it does.
func lock(dir, what string) (release func(), err error) {
	file := filepath.Join(dir, lockFile)
	held := flock.New(file, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	got, err := held.TryLock()
	if err != nil {
		return nil, unlocked(dir, err)
	}
	if !got {
		return nil, fault.Invalidf("%s is in use by %s: wait until that is done, or use another directory", what, whoHolds(file))
	}
	mine, err := json.Marshal(holder{PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = os.WriteFile(file, mine, 0o600)
	}
	if err != nil {
		_ = held.Unlock()
		return nil, unusablePath("the directory", dir, err)
	}
	return func() { _ = held.Unlock() }, nil
}

func whoHolds(file string) string {
	var h holder
	text, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(text, &h) != nil || h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d since %s", h.PID, h.Since.Format("2006-01-02 15:04:05 MST"))
}

// noLocksError is what the system says of a disk that cannot lock a file.
type noLocksError struct{ error }

// unlocked explains why a lock cannot be had: whose disk it is, where that is the reason.
func unlocked(dir string, err error) error {
	if !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.ENOLCK) {
		return unusablePath("the directory", dir, err)
	}
	disk := "a disk"
	if kind := filesystem.Remote(dir); kind != "" {
		disk = "a disk of the kind " + kind
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Longhaul, Err: noLocksError{cause(err)},
		Message: fmt.Sprintf("the directory %s lies on %s, where files cannot be locked; %s", dir, disk, filesystem.OwnDisk),
	}
}

// cause takes out the path, which a message names already.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// unusablePath explains why a path cannot be used.
func unusablePath(what, path string, err error) error {
	reason, advice := "cannot be used", "check the path and who owns it"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		reason, advice = "lies on a disk that is full", "make room on it"
	case errors.Is(err, syscall.EROFS):
		reason, advice = "lies on a read-only disk", "mount it writable, or choose another path"
	case errors.Is(err, syscall.ENAMETOOLONG):
		reason, advice = "is too long", "choose a shorter one"
	case errors.Is(err, fs.ErrNotExist):
		reason = "does not exist"
	case errors.Is(err, fs.ErrExist):
		reason = "is a link that leads nowhere"
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

// ownDir makes a directory that only this user can look into, and checks that files can be written there.
func ownDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unusablePath("the directory", dir, err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return unusablePath("the directory", dir, err)
	}
	_ = probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return unusablePath("the directory", dir, err)
	}
	return nil
}
