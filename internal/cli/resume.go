package cli

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

const (
	// resumeFile, in a state directory, says that its database was moved aside and that the syncs which it knew are still
	// to be started again. It outlives a start that fails in between.
	resumeFile = "resume"
	// resumable is how old an unfinished sync may be to be of interest still: as old as Temporal's own memory.
	resumable = 30 * 24 * time.Hour
	// resumeWithin bounds how long the start of serve looks through the bucket.
	resumeWithin = time.Minute
)

// markResume notes that syncs are to be resumed.
func markResume(dir string) error {
	file := filepath.Join(dir, resumeFile)
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return unusablePath("the file", file, err)
	}
	return nil
}

// resume starts the syncs that a database which was moved aside knew and the bucket holds unfinished, and says so of each.
// What keeps it from doing so is no reason not to serve: it is said, and tried again at the next start.
func (c *console) resume(ctx context.Context, p *plant, dir string, sources []string) {
	file := filepath.Join(dir, resumeFile)
	if _, err := os.Stat(file); err != nil {
		return
	}
	within, cancel := context.WithTimeout(ctx, resumeWithin)
	defer cancel()
	all := true
	for _, name := range sources {
		goesOn, err := resumeOne(within, p, name)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			all = false
			c.note("Warning: source %s: its unfinished sync could not be looked for or started (%s); `%s sync %s` goes on with it",
				name, failureOf(err).Message, c.name, name)
		case goesOn:
			c.note("source %s: its unfinished sync goes on", name)
		}
	}
	if all {
		_ = os.Remove(file) // where it stays, the next start looks once more
	}
}

// resumeOne starts the sync of a source if there is an unfinished one, to deliver or not as that one was. It reuses what
// that one described, even if that one was started to describe everything.
func resumeOne(ctx context.Context, p *plant, name string) (bool, error) {
	open, err := unfinished(ctx, p.store, name, time.Now().Add(-resumable))
	if err != nil || open == nil {
		return false, err
	}
	in := workflows.Input{Source: name}
	if open.Keep {
		in.Upload = new(bool)
	}
	_, _, err = begin(ctx, p.client, in)
	return err == nil, err
}

// unfinished gives the state of the sync of the source that nobody has ended, if it was begun after since; nil when there is
// none. Only the newest in the bucket can be that one, for a source has one sync at a time: when it began, those before it
// were over, also those that were terminated and so left no note of their end.
func unfinished(ctx context.Context, store *staging.Store, name string, since time.Time) (*history.Opened, error) {
	ids, recorded, err := history.Unrecorded(ctx, store, name)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if id < recorded {
			return nil, nil
		}
		sync := staging.Sync{Source: name, ID: id}
		if ended, err := store.Exists(ctx, sync.Ended()); ended || err != nil {
			return nil, err
		}
		var state history.Opened
		switch err := store.ReadJSON(ctx, sync.State(), &state); {
		case err != nil && store.Unreadable(err):
			continue // it is not there or torn, so nothing of the sync could be reused
		case err != nil:
			return nil, err
		case state.Started.Before(since):
			return nil, nil
		}
		return &state, nil
	}
	return nil, nil
}
