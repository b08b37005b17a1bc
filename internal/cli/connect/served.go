package connect

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// resume lets a sync go on that waits for other credentials.
func (v *connectVerb) resume(ctx context.Context, temporal client.Client, name string) bool {
	id := workflows.SyncID(name)
	if run, err := control.Running(ctx, temporal, id); err != nil || run == "" {
		return false
	}
	answer, err := temporal.QueryWorkflow(ctx, id, "", workflows.ProgressQuery)
	var p workflows.Progress
	if err != nil || answer.Get(&p) != nil {
		v.Console.Note("A sync of " + name + " is running, and does not answer. If it is blocked, resume it.")
		return false
	}
	why := cmp.Or(p.Blocked, p.Refused)
	if why == nil || why.Class != fault.LoginRefused && why.Class != fault.SessionPolicy && why.Class != fault.Invalid {
		return false
	}
	if p.Pausing { // a resume would end the pause too
		v.Console.Note("The sync of " + name + " that is blocked on the former credentials is paused as well, and stays so. Go on with: " +
			v.Name + " resume " + name)
		return false
	}
	if err := temporal.SignalWorkflow(ctx, id, "", workflows.ResumeSignal, nil); err != nil {
		v.Console.Note("The sync that is running is blocked, and could not be resumed: " + fault.Sentence(control.Explain(err)))
		return false
	}
	return true
}

const (
	// lookEvery is how often connect looks whether a worker serves the source.
	lookEvery = time.Second
	// lookFor is for how long: workers look for new sources several times a minute.
	lookFor = time.Minute
)

// awaitWorker waits until a worker serves the source. An interrupt ends the waiting alone: the source is saved.
func (v *connectVerb) awaitWorker(ctx context.Context, temporal client.Client, name string) bool {
	v.Console.Asking("Waiting until a worker serves " + name + ".")
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if served, err := control.Served(ctx, temporal, name); err == nil && served {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
}

// say tells what was done, and what comes next.
func (v *connectVerb) say(done connected) error {
	unserved := func() error {
		if done.Served {
			return nil
		}
		return &fault.Error{
			Class: fault.Transient, System: fault.Temporal,
			Message: fmt.Sprintf("%s is connected and saved, and no worker serves it yet: workers need the same storage and secrets.keeper, and their logs "+
				"say why one leaves it out", done.Source),
		}
	}
	if v.Console.JSON() {
		if err := v.Console.PrintJSON(done); err != nil {
			return err
		}
		return unserved()
	}
	out := v.Console.Out()
	if done.Replaced {
		_, _ = fmt.Fprintf(out, "\nThe credentials of %s are replaced. They count from the next login on.\n", done.Source)
	} else {
		_, _ = fmt.Fprintf(out, "\n%s is connected to %s.\n", done.Source, done.Org)
	}
	if done.Resumed {
		_, _ = fmt.Fprintln(out, "The sync that was blocked on the former ones goes on.")
	}
	if err := unserved(); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, "A worker serves it. Next:")
	schedule := "schedule %s --every 24h"
	if done.Replaced { // it may have a schedule, which a flag would overwrite
		schedule = "schedule %s"
	}
	for _, next := range []string{"plan %s", "sync %s", schedule} {
		_, _ = fmt.Fprintf(out, "  %s %s\n", v.Name, fmt.Sprintf(next, done.Source))
	}
	return nil
}
