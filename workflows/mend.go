package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// A bucket that damages what it holds again and again, or much of it, does not keep a sync from ending.
const (
	maxMends = 3  // of one shard
	maxTorn  = 32 // shards of one sync
)

// mending runs a step that reads the results of the shards. A shard whose result is torn is described again, and the step
// is run once more.
func (s *sync) mending(ctx workflow.Context, step func(workflow.Context) error) error {
	for {
		if s.shardsLeft() { // the run before may have continued as new in the middle of this
			if err := s.describe(ctx); err != nil {
				return err
			}
		}
		if err := step(ctx); !s.requeue(err) {
			return err
		}
	}
}

// requeue puts the shard back that a failure calls torn, and says whether there was one that may be tried again.
func (s *sync) requeue(err error) bool {
	torn := detailsOf(err).Torn
	if torn == nil || s.state.Mends[*torn] >= maxMends || len(s.state.Mends) >= maxTorn {
		return false
	}
	if s.state.Mends == nil {
		s.state.Mends = map[int]int{}
	}
	s.state.Mends[*torn]++
	s.state.Queue = append(s.state.Queue, Unfinished{Shard: *torn, Counted: true})
	s.state.warn(fmt.Sprintf("what the bucket held of shard %d was damaged, so its reports were described again", *torn+1))
	return true
}
