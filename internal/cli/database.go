package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/config"
)

// openSafely opens the plant on a state directory. A database that cannot be read is moved aside.
func (a *App) openSafely(ctx context.Context, c *console, o plantOptions) (*plant, error) {
	p, moved, err := onDatabase(c, o.Temporal.Database, o.Moving, func() (*plant, error) { return a.openPlant(ctx, a, o) })
	if err != nil {
		return nil, err
	}
	p.moved = moved
	return p, nil
}

// openPrivate opens a plant that only this command uses: its log and its database lie in dir, its ports are free ones.
// prepare is the one of plantOptions; stop ends all of it.
func (a *App) openPrivate(
	ctx context.Context, c *console, dir string, settings config.Config, prepare func(context.Context, client.Client) error,
) (p *plant, stop func(), err error) {
	logger, closeLog, err := openLog(ctx, dir, &settings)
	if err != nil {
		return nil, nil, err
	}
	p, err = a.openSafely(ctx, c, plantOptions{
		Temporal: TemporalOptions{Database: filepath.Join(dir, databaseFile), Addr: anyPort, UIAddr: anyPort},
		Settings: settings, Logger: logger, Prepare: prepare,
	})
	if err != nil {
		closeLog()
		return nil, nil, err
	}
	return p, func() { p.close(); closeLog() }, nil
}

// onDatabase opens what works on a database. Where the file holds what cannot be read, it is moved aside and an empty one
// takes its place: the bucket has all that was read from Salesforce. moving, unless it is nil, is called before that.
func onDatabase[T any](c *console, database string, moving func() error, open func() (T, error)) (opened T, moved bool, err error) {
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
	c.note("Temporal's database could not be read and was moved to %s; what was read from Salesforce is kept in the bucket.", aside)
	opened, err = open()
	return opened, true, err
}

// moveAside renames a database with the files that SQLite keeps beside it. Those go first: left beside a new database they
// would be taken for its own.
func moveAside(database string, now time.Time) (string, error) {
	aside := database + ".unreadable-" + now.UTC().Format("20060102T150405Z")
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(database+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", unusablePath("the database", database+suffix, err)
		}
	}
	return aside, nil
}
