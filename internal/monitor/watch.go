// Package monitor watches a sync from outside: its progress, what it waits for, how it ended, and how that is shown.
package monitor

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

const (
	watchEvery = time.Second
	patience   = 5 * time.Minute // how long Temporal may be away before a watcher gives up
)

// Watcher follows one sync to its end.
type Watcher struct {
	Client client.Client
	ID     string // of the workflow
	View   View

	Caller  Caller        // who watches, for what a person is told to type
	Lost    <-chan error  // why this process cannot go on, where the sync's worker or its Temporal is in it; nil elsewhere
	Trouble func() string // what keeps a Temporal in this process from answering, empty while nothing does; may be nil

	// NoWait makes a blocked sync an error: the command does not wait for somebody to fix what blocks it.
	NoWait bool
	// Resume makes a watcher with NoWait resume the sync that it finds blocked first: a person who runs the command again has
	// fixed what blocked it.
	Resume bool
	// LeavesQuota makes a wait for API calls the end of the watching.
	LeavesQuota bool
	// Verdict is the update that answers a held sync: workflows.ApproveUpdate or workflows.DiscardUpdate. Where it is empty,
	// somebody else answers. A sync that no approval helps is discarded either way.
	Verdict string

	progress workflows.Progress // the newest that the workflow answered
	answered time.Time          // when that was
	advised  standstill         // the newest for which advice was shown
	warned   []string           // the warnings that were shown
}

// WaitsFor is what the workflow waited for by its newest answer; empty where it waited for nothing.
func (w *Watcher) WaitsFor() string { return w.progress.Waiting }

// Warned are the sentences of the warnings that were shown so far.
func (w *Watcher) Warned() []string { return w.warned }

// Follow shows the sync's progress until the sync or ctx has ended, and returns the sync's result.
func (w *Watcher) Follow(ctx context.Context, run client.WorkflowRun) (*workflows.Result, error) {
	ended := make(chan error, 1)
	var result workflows.Result
	awaiting, leave := context.WithCancel(ctx)
	defer leave()
	go func() { ended <- fault.Caught(func() error { return w.await(awaiting, run, &result) }) }()

	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	defer w.View.End()
	w.look(ctx)
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				return End(err)
			}
			w.look(ctx) // shows the end once
			return &result, nil
		case err := <-w.Lost:
			return nil, err
		case <-ticker.C:
			w.look(ctx)
		}
		if err := errors.Join(w.leaveBlocked(ctx), w.leaveQuota(), w.answerHeld(ctx)); err != nil {
			return nil, err
		}
	}
}

// await waits for the end of the sync over all its runs, those that a reset makes too. It also waits for a Temporal that
// restarts meanwhile.
func (w *Watcher) await(ctx context.Context, run client.WorkflowRun, result *workflows.Result) error {
	since := time.Now()
	for {
		asked := time.Now()
		next, err := w.afterReset(ctx, run, run.Get(ctx, result))
		if next != nil {
			run = next
			continue
		}
		if err == nil || ctx.Err() != nil || !control.Unanswered(err) {
			return err
		}
		if time.Since(asked) > watchEvery {
			since = asked // Temporal was there for a while
		}
		if time.Since(since) > patience {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(watchEvery):
		}
	}
}

// look takes one snapshot and shows it.
func (w *Watcher) look(ctx context.Context) {
	s, ok := w.snapshot(ctx)
	if !ok || ctx.Err() != nil {
		return
	}
	still := w.standstill()
	s.Do = w.Caller.spoken(s.Do)
	s.Advised = still.phase != "" && s.Waiting == still.why
	if w.Verdict == "" || s.Phase != workflows.PhaseHeld {
		w.View.Show(s)
	}
	w.warn(s.Warnings)
	if still.phase != w.advised.phase || still.why != w.advised.why {
		w.advised = still
		if advice := still.advice(w.ID, w.Caller); advice != "" {
			w.View.Note(advice)
		}
	}
}

// warn shows each warning of the sync when it comes, once: a sync may run for hours after it.
func (w *Watcher) warn(warnings []warning.Shown) {
	for _, one := range warnings {
		if !slices.Contains(w.warned, one.Message) {
			w.warned = append(w.warned, one.Message)
			w.View.Note("Warning: " + one.Message)
		}
	}
}
