package temporaldev

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// On a disk without locks nobody holds one: a message must not send people to look for another process.
func TestUnlockable_namesTheDiskAndNotAnotherProcess(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		code   int
		remote string
		says   string // nothing: it is no trouble with locks
	}{
		{"a network home without its lock service", sqlite3.SQLITE_BUSY, "nfs4", "a disk of the kind nfs4"},
		{"a network home that maps no memory", sqlite3.SQLITE_IOERR_SHMMAP, "nfs", "a disk of the kind nfs"},
		{"a share in user space that loses the race for locks", sqlite3.SQLITE_PROTOCOL, "fuse.sshfs", "a disk of the kind fuse.sshfs"},
		{"a share that fails in reading", sqlite3.SQLITE_IOERR_READ, "cifs", "a disk of the kind cifs"},
		{"a disk of an unknown kind without shared memory", sqlite3.SQLITE_IOERR_SHMOPEN, "", "no locks or no shared memory"},
		{"one without locks", sqlite3.SQLITE_IOERR_LOCK, "", "no locks or no shared memory"},
		{"a disk with a holder of the lock", sqlite3.SQLITE_BUSY, "", ""},
		{"a full share", sqlite3.SQLITE_FULL, "cifs", ""},
		{"a damaged file on a share", sqlite3.SQLITE_CORRUPT, "nfs4", ""},
	} {
		got := unlockable(row.code, row.remote)
		if (got == "") != (row.says == "") || !strings.Contains(got, row.says) || strings.Contains(got, "process") {
			t.Errorf("%s: got %q, want %q", row.name, got, row.says)
		}
		if got != "" && !strings.Contains(got, "--state DIR") {
			t.Errorf("%s: %q does not say what helps", row.name, got)
		}
	}
}

func TestFileStore_namesAPathThatIsTooLong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 6 {
		dir = filepath.Join(dir, strings.Repeat("x", 100))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := fileStore(t.Context(), filepath.Join(dir, "temporal.db")); err == nil || !strings.Contains(err.Error(), "choose a shorter one") {
		t.Errorf("got %v, want that the path is too long", err)
	}
}
