package node

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"time"

	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/paths"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

const (
	// resumeFile, in a state directory, says that its database was moved aside and that the syncs in that database are still
	// to be started again. The file outlives a start that fails in between.
	resumeFile = "resume"
	// resumable is how old an unfinished sync may be to be resumed: as old as Temporal's own retention.
	resumable = 30 * 24 * time.Hour
	// resumeWithin bounds how long the start of serve looks through the bucket.
	resumeWithin = time.Minute
)

// MarkResume notes in a state directory that its syncs are to be resumed.
func MarkResume(dir string) error {
	file := filepath.Join(dir, resumeFile)
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return paths.Unusable("the file", file, err)
	}
	return nil
}

// Resume starts the syncs that were in a database which was moved aside, where the bucket holds them unfinished, and notes
// each. A failure does not keep the node from serving: it is noted, with the command of program that helps, and tried again
// at the next start.
func (n *Node) Resume(ctx context.Context, dir string, sources []string, program string, note Note) {
	file := filepath.Join(dir, resumeFile)
	if _, err := os.Stat(file); err != nil {
		return
	}
	within, cancel := context.WithTimeout(ctx, resumeWithin)
	defer cancel()
	all := true
	for _, source := range sources {
		resumed, err := n.resumeOne(within, source)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			all = false
			note("Warning: source %s: its unfinished sync could not be looked for or started (%s); `%s sync %s` resumes it",
				source, humanize.Clause(fault.Sentence(err)), program, source)
		case resumed:
			note("source %s: its unfinished sync is resumed", source)
		}
	}
	if all {
		_ = os.Remove(file) // where it stays, the next start looks once more
	}
}

// resumeOne starts the sync of a source if there is an unfinished one, and delivers if that one was to deliver. The new sync
// reuses what the unfinished one described, even if that one was started to describe everything; what had triggered that one triggers
// this one.
func (n *Node) resumeOne(ctx context.Context, source string) (bool, error) {
	open, err := unfinished(ctx, n.Store, source, time.Now().Add(-resumable))
	if err != nil || open == nil {
		return false, err
	}
	in := workflows.Input{Source: source}
	if !open.Deliver {
		in.Upload = new(bool)
	}
	_, _, err = control.StartFor(ctx, n.Client, in, cmp.Or(open.Trigger, history.TriggerOther))
	return err == nil, err
}

// unfinished gives the state of the source's sync that nobody has ended, if it was begun after since; nil when there is none.
// Only the newest sync in the bucket can be that one, because a source has one sync at a time: when it began, those before it
// were over, also those that were terminated and left no note of their end.
func unfinished(ctx context.Context, store *staging.Store, source string, since time.Time) (*history.Start, error) {
	ids, recorded, err := history.Unrecorded(ctx, store, source)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if id < recorded {
			return nil, nil
		}
		sync := staging.Sync{Source: source, ID: id}
		if ended, err := store.Exists(ctx, sync.End()); ended || err != nil {
			return nil, err
		}
		var state history.Start
		switch err := store.ReadJSON(ctx, sync.Start(), &state); {
		case err != nil && store.Unreadable(err):
			continue // it is missing or torn, so nothing of the sync could be reused
		case err != nil:
			return nil, err
		case state.Started.Before(since):
			return nil, nil
		}
		return &state, nil
	}
	return nil, nil
}
