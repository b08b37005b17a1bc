// Package question holds the activities that answer questions about a source. They change nothing of it, and are tried once.
package question

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/activities"
	"longhaul/internal/history"
	"longhaul/internal/staging"
)

// Activities holds what the activities need. Its methods are registered with Temporal under their own names.
type Activities struct {
	Sources activities.Sources
	Store   *staging.Store
	Version string // of Longhaul
	Doctor  Doctor
	Roll    Roll
	How     history.How // a sync ended that left no end
	Due     history.Due // runs of the schedule of a source
	Running func(ctx context.Context, workflowID string) (runID string, err error)

	Scheduler Scheduler

	ListWithin time.Duration // bounds what is asked about all sources; zero: 20 s
}

// beatEvery is how often an activity shows that its worker lives. Temporal gives it up after 10 seconds of silence.
const beatEvery = 3 * time.Second

// attended makes an activity show that its worker lives until it calls stop. The context ends with the workflow too.
func attended(ctx context.Context) (stop func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(beatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-over:
				return
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return func() {
		close(over)
		<-ended
	}
}
