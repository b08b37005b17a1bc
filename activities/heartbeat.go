package activities

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/salesforce"
)

// beatEvery is how often an activity says that it lives. The SDK sends at most one in two seconds (see host).
const beatEvery = time.Second

// Beat is the detail of a heartbeat: liveness and a hint for progress bars. What is done stands in the bucket.
type Beat struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
	Calls int64 `json:"calls"` // API calls of all attempts so far
}

// pulse beats for one activity attempt and keeps its account of API calls.
type pulse struct {
	meter  *salesforce.Meter
	before int64 // calls of earlier attempts, as their last heartbeat told

	mu          sync.Mutex
	done, total int64

	stop chan struct{}
	gone sync.WaitGroup
}

// startPulse begins to beat and returns a context whose Salesforce calls are counted. End must be called.
func startPulse(ctx context.Context) (context.Context, *pulse) {
	p := &pulse{meter: new(salesforce.Meter), stop: make(chan struct{})}
	var last Beat
	if activity.HasHeartbeatDetails(ctx) && activity.GetHeartbeatDetails(ctx, &last) == nil {
		p.before = last.Calls // a detail that cannot be read costs a count, not the attempt
	}
	p.gone.Go(func() { p.run(ctx) })
	return salesforce.WithMeter(ctx, p.meter), p
}

func (p *pulse) run(ctx context.Context) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ctx.Done():
			return
		case <-ticker.C:
			activity.RecordHeartbeat(ctx, p.beat())
		}
	}
}

func (p *pulse) beat() Beat {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Beat{Done: p.done, Total: p.total, Calls: p.calls()}
}

// progress notes how far the attempt is; it is the callback that the packages below call as often as they like.
func (p *pulse) progress(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = done, total
}

// calls is the number of API calls of this and the earlier attempts.
func (p *pulse) calls() int64 { return p.before + p.meter.Calls() }

// end stops the beat. A failing attempt leaves its account in a last heartbeat for the next one.
func (p *pulse) end(ctx context.Context, err error) {
	close(p.stop)
	p.gone.Wait()
	if err != nil {
		activity.RecordHeartbeat(ctx, p.beat())
	}
}
