package node

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"longhaul/internal/paths"
)

const (
	// DatabaseFile is the name of Temporal's database in a state directory.
	DatabaseFile = "temporal.db"
	// AnyPort is a loopback address with a free port.
	AnyPort = "127.0.0.1:0"
)

// Note writes a line to people, formatted as by fmt.Sprintf.
type Note func(format string, args ...any)

// OnDatabase opens what works on a database. A file that cannot be read is moved aside and an empty one takes its place,
// because the bucket has everything that was read from Salesforce. moving, unless it is nil, is called before the move.
func OnDatabase[T any](database string, note Note, moving func() error, open func() (T, error)) (opened T, moved bool, err error) {
	opened, err = open()
	if !errors.Is(err, ErrDatabase) {
		return opened, false, err
	}
	if moving != nil {
		if err := moving(); err != nil {
			return opened, false, err
		}
	}
	aside, moveErr := moveAside(database, time.Now())
	if moveErr != nil {
		return opened, false, errors.Join(err, moveErr)
	}
	note("Warning: Temporal's database could not be read and was moved to %s; what was read from Salesforce is kept in the bucket.", aside)
	opened, err = open()
	return opened, true, err
}

// moveAside renames a database with the files that SQLite keeps beside it. Those files go first: SQLite would take them for
// the files of a new database.
func moveAside(database string, now time.Time) (string, error) {
	aside := database + ".unreadable-" + now.UTC().Format("20060102T150405Z")
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(database+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", paths.Unusable("the database", database+suffix, err)
		}
	}
	return aside, nil
}
