package cli

import (
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// onceDir names the folders of demos that keep nothing.
const onceDir = "longhaul-demo-"

// dirForOnce makes a folder for one demo; release removes it. Before that it removes those of demos that were killed.
func (a *App) dirForOnce() (dir string, release func(), err error) {
	temp, err := a.tempDir()
	if err != nil {
		return "", nil, err
	}
	sweep(temp)
	dir, err = os.MkdirTemp(temp, onceDir)
	if err != nil {
		return "", nil, unusablePath("the temporary directory (TMPDIR, or --data DIR in its place)", temp, err)
	}
	unlock, err := lock(dir, "the directory "+dir)
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, err
	}
	return dir, func() { _ = os.RemoveAll(dir); unlock() }, nil
}

// settled is how old a folder is at least that nobody is about to lock any more.
const settled = time.Minute

// sweep removes the folders of demos that were killed: the lock in them is held by nobody. A folder without a lock, or of
// another user, stays.
func sweep(temp string) {
	found, err := filepath.Glob(filepath.Join(temp, onceDir+"*"))
	if err != nil {
		return // the name of the temporary directory is no pattern
	}
	for _, dir := range found {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 || time.Since(info.ModTime()) < settled {
			continue
		}
		file := filepath.Join(dir, lockFile)
		if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
			continue
		}
		held := flock.New(file, flock.SetFlag(os.O_RDWR))
		if free, err := held.TryLock(); err == nil && free {
			_ = os.RemoveAll(dir)
			_ = held.Unlock()
		}
	}
}
