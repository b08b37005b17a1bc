// Package tell holds the activities that tell people of a sync: the messages that are sent, and the page that is written.
package tell

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/notify"
)

// Activities holds what they need. Its methods are registered with Temporal under their own names.
type Activities struct {
	Desk  Desk
	Pages Pages
}

// Desk sends messages to the receivers of the settings.
type Desk interface {
	// Tell says what became of a message at each receiver that asked for it. A message that was sent before is not sent again. A receiver
	// that fails is no error.
	Tell(ctx context.Context, fact notify.Fact) ([]notify.Told, error)
}

// Nobody is the desk of a process that has no receivers.
type Nobody struct{}

// Tell tells nobody.
func (Nobody) Tell(context.Context, notify.Fact) ([]notify.Told, error) { return nil, nil }

// Pages writes pages of syncs.
type Pages interface {
	// Write writes the page of a sync that is over, and the list of its gaps beside it, over what was written before.
	Write(ctx context.Context, source, sync string) error
}

// NotifyParams is what happened.
type NotifyParams struct {
	Fact notify.Fact `json:"fact"`
}

// NotifyResult is what became of the message, by receiver.
type NotifyResult struct {
	Told []notify.Told `json:"told"`
}

// Notify sends a message to all who asked for it.
func (a *Activities) Notify(ctx context.Context, params NotifyParams) (NotifyResult, error) {
	defer attended(ctx)()
	told, err := a.Desk.Tell(ctx, params.Fact)
	return NotifyResult{Told: told}, err
}

// WritePageParams names a sync that is over.
type WritePageParams struct {
	Source string `json:"source"`
	Sync   string `json:"sync"`
}

// WritePage writes the page of a sync.
func (a *Activities) WritePage(ctx context.Context, params WritePageParams) error {
	defer attended(ctx)()
	return a.Pages.Write(ctx, params.Source, params.Sync)
}

// beatEvery is how often it is shown that a worker lives which sends a message or writes a page.
const beatEvery = 2 * time.Second

// attended makes an activity show that its worker lives until it calls stop.
func attended(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		ticker := time.NewTicker(beatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	})
	return func() {
		cancel()
		group.Wait()
	}
}
