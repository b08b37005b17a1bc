package temporaldev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"longhaul/internal/fault"
)

// ErrDatabase is matched by every error whose cause is the database file.
var ErrDatabase = errors.New("unusable database of Temporal")

// DatabaseError says which file cannot be used and why.
type DatabaseError struct {
	File    string
	Reason  string
	Content bool  // the trouble is what the file holds: an empty one in its place would do
	Err     error // what lies below; may be nil
}

// Error gives the sentence, and after it what lies below.
func (e *DatabaseError) Error() string { return e.Fault().Error() }

// Unwrap gives what lies below.
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

// inDatabase blames the file, if there is one, for an error that is not already classed. A start that was given up says
// nothing about the file.
func inDatabase(ctx context.Context, file string, err error) error {
	switch {
	case file == "" || fault.From(err) != nil:
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("open Temporal's database: %w", context.Cause(ctx))
	}
	if remedy := outside(err); remedy != "" {
		return &DatabaseError{File: file, Reason: "cannot be used: " + remedy, Err: err}
	}
	return &DatabaseError{File: file, Reason: inside(err), Content: true, Err: err}
}

var (
	errOtherTables = errors.New("its tables differ from those of the embedded Temporal")
	errDamaged     = errors.New("it is damaged")
)

// inside says what is wrong with what the file holds.
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

// outside says what to change where the trouble lies around the file: another file in its place would meet the same.
// Empty where the trouble is the file itself.
func outside(err error) string {
	var file *fs.PathError
	var engine *sqlite.Error
	code := sqlite3.SQLITE_OK
	if errors.As(err, &engine) {
		code = engine.Code() & 0xff // the rest of an extended code only refines it
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), code == sqlite3.SQLITE_FULL:
		return "the disk is full; make room on it"
	case errors.Is(err, syscall.EROFS), code == sqlite3.SQLITE_READONLY:
		return "it may only be read; make the file, its folder and its disk writable"
	case errors.Is(err, fs.ErrPermission), code == sqlite3.SQLITE_PERM, code == sqlite3.SQLITE_AUTH:
		return "it is not open to this user; check who owns the file and its folder"
	case code == sqlite3.SQLITE_BUSY, code == sqlite3.SQLITE_LOCKED, code == sqlite3.SQLITE_PROTOCOL:
		return "another process holds it; end that one first"
	case code == sqlite3.SQLITE_IOERR, code == sqlite3.SQLITE_NOMEM, code == sqlite3.SQLITE_CANTOPEN, errors.As(err, &file):
		return "the system does not give it; check the path and the disk"
	default:
		return ""
	}
}
