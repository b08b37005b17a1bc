package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows/call"
)

// uploadPhase delivers the set to the catalog, one file after the other.
type uploadPhase struct {
	own      *fileState
	state    *State
	wait     *waiter
	recovery *recovery
	display  *display
	guard    *guardPhase
	assemble *assemblePhase // writes the set under another name
}

// maxTimestamps bounds how often a set may be renamed because the catalog holds foreign files of its name.
const maxTimestamps = 5

// run delivers the set, once the guard lets it. When the catalog holds a foreign file under one of the names, the whole set goes
// again under the next timestamp.
func (p *uploadPhase) run(ctx workflow.Context) error {
	if err := p.guard.coverage(ctx); err != nil || !p.state.delivers() {
		return err
	}
	for p.own.Renames < maxTimestamps {
		if !p.state.assembled() { // it was renamed, perhaps by the previous run
			if err := p.recovery.run(ctx, p.assemble.write); err != nil {
				return err
			}
		}
		err := p.recovery.run(ctx, p.send)
		if !nameTaken(err) {
			return err
		}
		if p.own.Renames++; p.own.Renames < maxTimestamps {
			p.state.warn(renamedWords(err, p.own.Timestamp))
		}
		p.own.Proxied = p.own.Proxied || takenBy(err) == activities.TakenByProxy
		p.own.Timestamp++
		p.own.Files, p.own.Uploads, p.own.Destination = nil, 0, ""
	}
	return refused(fmt.Sprintf("the catalog holds foreign files under %d timestamps in a row: "+
		"another program delivers to the same source id, so stop it or give this source an id of its own", maxTimestamps))
}

func (p *uploadPhase) send(ctx workflow.Context) error {
	for i, file := range p.own.Files {
		if i < p.own.Uploads {
			continue
		}
		if err := p.wait.untilResumed(ctx); err != nil {
			return err
		}
		params := activities.UploadParams{Sync: p.state.Sync, File: file, To: p.own.Destination, Proxied: p.own.Proxied}
		sent, err := call.Do(ctx, call.ForFile, "upload "+file.Name, acts.Upload, params)
		if err != nil {
			return err
		}
		p.own.Uploads++
		p.own.Destination = sent.To
		p.display.touch(ctx)
	}
	return nil
}

func nameTaken(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.Type() == activities.NameTaken
}

// takenBy is who has the name that an upload did not get.
func takenBy(err error) (by activities.Taken) {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Details(&by) != nil {
		return activities.TakenByOther
	}
	return by
}

// renamedWords is the warning of a set that gets another name.
func renamedWords(err error, timestamp int64) string {
	switch takenBy(err) {
	case activities.TakenByProxy:
		return fmt.Sprintf("a proxy changed the catalog's answers to the files of timestamp %d, so nobody knows whether they arrived, and the set "+
			"went under a later one: let the answers of the catalog through as they are", timestamp)
	case activities.TakenByUs:
		return fmt.Sprintf("before its reset this sync had sent other content under timestamp %d, so the set went under a later one", timestamp)
	default:
		return fmt.Sprintf("the catalog held files of timestamp %d that another sync delivered, so the set went under a later one", timestamp)
	}
}
