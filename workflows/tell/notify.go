package tell

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	told "longhaul/activities/tell"
	"longhaul/internal/notify"
	"longhaul/workflows/call"
)

// NotifySourceType is the workflow type that sends one message. Syncs and workers start it; people do so by `notify test`.
const NotifySourceType = "NotifySource"

// Longest bounds the workflow of a message with its waits for a worker: all may stop when a sync has ended, and come back next morning.
const Longest = 24 * time.Hour

var acts *told.Activities

// Result is what became of a message at each receiver that asked for it.
type Result struct {
	Told []notify.Told `json:"told"`
}

// NotifySource sends one message to all who asked for it, and notes what became of it on the page of the sync. It writes the page also where
// the end of the sync did not, whoever is told; a fact without an event is for that alone.
func NotifySource(ctx workflow.Context, fact notify.Fact) (*Result, error) {
	var sent told.NotifyResult
	var failed error
	if fact.Event != "" {
		sent, failed = send(ctx, fact)
	}
	if fact.Unwritten || fact.Outcome != "" && len(sent.Told) > 0 {
		page := told.WritePageParams{Source: fact.Source, Sync: fact.Sync}
		if err := call.Run(call.OnSourceWorker(ctx, fact.Source), call.ForPageAgain, "write the page with who was told", acts.WritePage, page); err != nil {
			workflow.GetLogger(ctx).Warn("the page does not show who was told", "event", "warning", "source", fact.Source, "error", err)
		}
	}
	if failed != nil {
		return nil, call.Fail(call.Explain(failed), nil)
	}
	return &Result{Told: sent.Told}, nil
}

// send has a worker of the source send a message: it knows what the settings of the source say of receivers. Another one sends it where none
// does so in time, as one that hangs may be what the message says.
func send(ctx workflow.Context, fact notify.Fact) (told.NotifyResult, error) {
	params := told.NotifyParams{Fact: fact}
	if fact.Event != notify.WorkerGone { // which another worker tells, as there is none
		preset := call.ForMessage
		if fact.Event == notify.Stalled {
			preset = call.ForAlarm
		}
		sent, err := call.Do(call.OnSourceWorker(ctx, fact.Source), preset, "send the message", acts.Notify, params)
		if late := new(temporal.TimeoutError); !errors.As(err, &late) {
			return sent, err
		}
	}
	return call.Do(call.OnAnyWorker(ctx), call.ForMessageByAny, "send the message by any worker", acts.Notify, params)
}
