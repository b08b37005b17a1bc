package node

import (
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"longhaul/internal/paths"
)

// scratchPrefix begins the names of the folders of demos that keep nothing.
const scratchPrefix = "longhaul-demo-"

// ScratchDir makes a folder in temp for one demo; release removes it. Before that it removes the folders of demos that were
// killed.
func ScratchDir(temp string) (dir string, release func(), err error) {
	sweep(temp)
	dir, err = os.MkdirTemp(temp, scratchPrefix)
	if err != nil {
		return "", nil, paths.Unusable("the temporary directory (TMPDIR, or --data DIR in its place)", temp, err)
	}
	unlock, err := Lock(dir, "the directory "+dir)
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, err
	}
	return dir, func() { unlock(); _ = os.RemoveAll(dir) }, nil // in this order, for Windows removes no file that is open
}

// lockedBy is how old a folder is at least before it can be a killed demo's: a younger one may be about to be locked.
const lockedBy = time.Minute

// sweep removes the folders of demos that were killed: nobody holds their locks. A folder without a lock, or of another user,
// stays.
func sweep(temp string) {
	found, err := filepath.Glob(filepath.Join(temp, scratchPrefix+"*"))
	if err != nil {
		return // the name of the temporary directory is no pattern
	}
	for _, dir := range found {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 || time.Since(info.ModTime()) < lockedBy {
			continue
		}
		file := filepath.Join(dir, lockFile)
		if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
			continue
		}
		held := flock.New(file, flock.SetFlag(os.O_RDWR))
		if free, err := held.TryLock(); err == nil && free {
			_ = held.Unlock()
			_ = os.RemoveAll(dir)
		}
	}
}
