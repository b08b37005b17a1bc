package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"longhaul/workflows/call"
)

// A bucket that damages what it holds again and again, or much of it, does not keep a sync from ending.
const (
	maxRepairs       = 3  // of one shard
	maxDamagedShards = 32 // of one sync
)

// repairing runs a step that reads the results of the shards. A shard whose result is torn is described again, and the step is run
// once more.
func (p *describePhase) repairing(ctx workflow.Context, step func(workflow.Context) error) error {
	for {
		if p.state.shardsLeft() { // the previous run may have continued as new in the middle of this
			if err := p.run(ctx); err != nil {
				return err
			}
		}
		if err := step(ctx); !p.requeue(err) {
			return err
		}
	}
}

// requeue puts the shard back that a failure calls torn, and says whether there was one that may be tried again.
func (p *describePhase) requeue(err error) bool {
	torn := call.Details(err).Torn
	if torn == nil || p.own.Repairs[*torn] >= maxRepairs || len(p.own.Repairs) >= maxDamagedShards {
		return false
	}
	if p.own.Repairs == nil {
		p.own.Repairs = map[int]int{}
	}
	p.own.Repairs[*torn]++
	p.own.Queue = append(p.own.Queue, Unfinished{Shard: *torn, Counted: true})
	p.state.warn(fmt.Sprintf("what the bucket held of shard %d was damaged, so its reports were described again", *torn+1))
	return true
}
