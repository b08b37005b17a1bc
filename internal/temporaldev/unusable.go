package temporaldev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"longhaul/internal/fault"
	"longhaul/internal/filesystem"
)

// ErrDatabase is matched by every error whose cause is the database file.
var ErrDatabase = errors.New("unusable database of Temporal")

// DatabaseError says which file cannot be used and why.
type DatabaseError struct {
	File    string
	Reason  string
	Content bool  // the trouble is the content of the file: an empty file in its place would work
	Err     error // the cause; may be nil
}

// Error returns the sentence, and after it the cause.
func (e *DatabaseError) Error() string { return e.Fault().Error() }

// Unwrap returns the cause.
func (e *DatabaseError) Unwrap() error { return e.Err }

// Is makes the error match ErrDatabase.
func (e *DatabaseError) Is(target error) bool { return target == ErrDatabase }

// Fault classes the error.
func (e *DatabaseError) Fault() *fault.Error {
	message := fmt.Sprintf("Temporal's database %s %s", e.File, e.Reason)
	if e.Content {
		message += "; move the file away to start with an empty one"
	}
	return &fault.Error{Class: fault.Invalid, System: fault.Longhaul, Message: message, Err: e.Err}
}

// inDatabase blames the file, if there is one, for an error without a class. A start that the caller ended says nothing about the
// file.
func inDatabase(ctx context.Context, file string, err error) error {
	switch {
	case file == "" || fault.From(err) != nil:
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("open Temporal's database: %w", context.Cause(ctx))
	}
	if remedy := outside(err, file); remedy != "" {
		return &DatabaseError{File: file, Reason: "cannot be used: " + remedy, Err: err}
	}
	return &DatabaseError{File: file, Reason: inside(err), Content: true, Err: err}
}

var (
	errOtherTables = errors.New("its tables differ from those of the embedded Temporal")
	errDamaged     = errors.New("it is damaged")
)

// inside returns what is wrong with the content of the file.
func inside(err error) string {
	switch {
	case errors.Is(err, errOtherTables):
		return "was written by another version of Temporal or by another program"
	case errors.Is(err, errDamaged):
		return "is damaged"
	default:
		return "cannot be used"
	}
}

// outside returns what to change if the trouble is outside of the file: another file in its place would have it as well. It is
// empty if the trouble is the file itself.
func outside(err error, database string) string {
	var engine *sqlite.Error
	exact := sqlite3.SQLITE_OK
	if errors.As(err, &engine) {
		exact = engine.Code()
	}
	return around(exact, err, database)
}

// around returns what to change for a code of SQLite and an error of the system, which may be nil.
func around(exact int, err error, database string) string {
	var file *fs.PathError
	code := exact & 0xff // the rest of an extended code only refines it
	if why := unlockable(exact, filesystem.Remote(database)); why != "" {
		return why
	}
	switch {
	case code == sqlite3.SQLITE_CANTOPEN && len(database) > longestPath:
		return fmt.Sprintf("its path has %d bytes, and SQLite takes %d at most; choose a shorter one", len(database), longestPath)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), code == sqlite3.SQLITE_FULL:
		return fmt.Sprintf("the disk that holds %s is full; make room on it", filepath.Dir(database))
	case errors.Is(err, syscall.EROFS), code == sqlite3.SQLITE_READONLY:
		return fmt.Sprintf("it is read-only; make the file, the folder %s and its disk writable", filepath.Dir(database))
	case errors.Is(err, fs.ErrPermission), code == sqlite3.SQLITE_PERM, code == sqlite3.SQLITE_AUTH:
		return "this user may not open it; check who owns the file and its folder"
	case code == sqlite3.SQLITE_BUSY, code == sqlite3.SQLITE_LOCKED:
		return "another process holds it; end that process first"
	case code == sqlite3.SQLITE_IOERR, code == sqlite3.SQLITE_NOMEM, code == sqlite3.SQLITE_CANTOPEN, errors.As(err, &file):
		return "the system cannot read or write it; check the path and the disk"
	default:
		return ""
	}
}

// longestPath is the longest path that SQLite takes, as it adds a suffix for the files beside the database.
const longestPath = 512 - len("-journal") - 1

// unlockable returns what to change if the disk has no locks or no shared memory, which SQLite needs for its write-ahead log. On a
// disk of this machine, a lock that is taken has a holder; elsewhere, a refusal looks the same.
func unlockable(code int, remote string) string {
	lacks := slices.Contains(lockCodes, code)
	switch {
	case remote != "" && (lacks || code&0xff == sqlite3.SQLITE_BUSY || code&0xff == sqlite3.SQLITE_IOERR):
		return fmt.Sprintf("it is on a disk of the kind %s, where SQLite can neither lock nor share it; %s", remote, filesystem.OwnDisk)
	case lacks:
		return "its disk, like most network disks, gives SQLite no locks or no shared memory; " + filesystem.OwnDisk
	}
	return ""
}

// lockCodes are SQLite's codes for a lock or shared memory that it does not get.
var lockCodes = []int{
	sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_RDLOCK, sqlite3.SQLITE_IOERR_UNLOCK,
	sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMLOCK,
	sqlite3.SQLITE_IOERR_SHMMAP,
}
