package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"longhaul/internal/fault"
	"longhaul/internal/filesystem"
	"longhaul/internal/humanize"
	"longhaul/internal/paths"
)

// holder is the process that holds a lock.
type holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// The lock, and beside it who holds it: Windows lets nobody read or write a locked file through another handle.
const (
	lockFile   = "lock"
	holderFile = "lock.json"
)

// Lock makes this process the only one that works in dir. what names dir in messages. The system releases the lock when the
// process ends, however it ends.
func Lock(dir, what string) (release func(), err error) {
	file := filepath.Join(dir, lockFile)
	held := flock.New(file, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	got, err := held.TryLock()
	if err != nil {
		return nil, noLock(dir, err)
	}
	if !got {
		return nil, fault.Invalidf("%s is in use by %s: wait until that is done, or use another directory", what, holderOf(dir))
	}
	mine, err := json.Marshal(holder{PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, holderFile), mine, 0o600)
	}
	if err != nil {
		_ = held.Unlock()
		return nil, paths.Unusable("the directory", dir, err)
	}
	return func() { _ = held.Unlock() }, nil
}

func holderOf(dir string) string {
	var h holder
	text, err := os.ReadFile(filepath.Join(dir, holderFile))
	if err != nil || json.Unmarshal(text, &h) != nil || h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d since %s", h.PID, humanize.Date(h.Since))
}

// noLocksError is the system's error on a disk that cannot lock a file.
type noLocksError struct{ error }

// noLock explains why a lock cannot be had. Where the disk is the reason, it names the kind of disk.
func noLock(dir string, err error) error {
	if !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.ENOLCK) {
		return paths.Unusable("the directory", dir, err)
	}
	disk := "a disk"
	if kind := filesystem.Remote(dir); kind != "" {
		disk = "a disk of the kind " + kind
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Longhaul, Err: noLocksError{paths.Cause(err)},
		Message: fmt.Sprintf("the directory %s is on %s, where files cannot be locked; %s", dir, disk, filesystem.OwnDisk),
	}
}
