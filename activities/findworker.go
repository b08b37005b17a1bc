package activities

import (
	"context"
	"time"
)

// FindWorkerParams names a task queue.
type FindWorkerParams struct {
	Queue string    `json:"queue"`
	Since time.Time `json:"since"` // by Temporal's clock
}

// FindWorkerResult says whether somebody does the work of a task queue.
type FindWorkerResult struct {
	Found bool `json:"found"`
}

// FindWorker looks for a worker that has polled a task queue for activities since a moment.
func (a *Activities) FindWorker(ctx context.Context, params FindWorkerParams) (FindWorkerResult, error) {
	polled, err := a.Polled(ctx, params.Queue, params.Since)
	return FindWorkerResult{Found: polled}, toTemporal(ctx, err)
}
