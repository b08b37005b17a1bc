package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/guard"
	"longhaul/workflows"
)

// answering is how a watcher that waits for nobody answers a sync that holds: it was told before.
type answering struct {
	accept bool // let it go on
}

// answer gives a sync that holds its verdict. The sync may be past that by now, and then it is looked at again.
func (w *watcher) answer(ctx context.Context) error {
	if w.answers == nil || w.progress.Phase != workflows.PhaseHeld {
		return nil
	}
	verdict := workflows.DiscardUpdate
	if w.answers.accept {
		verdict = workflows.ApproveUpdate
		w.view.note("Going on all the same: " + found(w.progress.Concerns))
	}
	within, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	update, err := w.client.UpdateWorkflow(within, client.UpdateWorkflowOptions{
		WorkflowID: w.id, UpdateName: verdict, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = update.Get(within, nil)
	}
	w.progress.Phase = "" // an answer from before the verdict says nothing any more
	if gone := (*serviceerror.NotFound)(nil); err == nil || errors.As(err, &gone) || unanswered(err) || within.Err() != nil {
		return nil
	}
	if fresh, _ := w.snapshot(ctx); fresh.Phase != workflows.PhaseHeld {
		return nil
	}
	return temporalFault(err)
}

// refused is why an extract was not put into the folder out: what the sync held for, and how to go on. The exit code is
// that of a missing permission where there is one, for it explains the rest.
func refused(concerns []activities.Concern, out string) error {
	if len(concerns) == 0 {
		return nil
	}
	what := found(concerns)
	if slices.ContainsFunc(concerns, aboutRights) {
		return &fault.Error{
			Class: fault.PermissionMissing, System: fault.Salesforce,
			Message: fmt.Sprintf("%s. The files in %s stay as they were. Give the user what it lacks and run the same command again, "+
				"or go on without it by --accept-shrink", what, out),
		}
	}
	return &ending{
		class: "shrunk", code: exitShrunk,
		message: fmt.Sprintf("%s. The files in %s stay as they were. If that is right, run the same command with --accept-shrink; "+
			"else mend the cause and run it again", what, out),
	}
}

func aboutRights(c activities.Concern) bool {
	return c.Code == guard.ConcernPermissionMissing || c.Code == guard.ConcernPermissionLost
}

// found joins what was found to a sentence.
func found(concerns []activities.Concern) string {
	words := make([]string, 0, len(concerns))
	for _, c := range concerns {
		words = append(words, c.What)
	}
	return strings.Join(words, "; ")
}
