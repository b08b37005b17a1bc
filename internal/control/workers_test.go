package control

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
)

// idle is a Temporal whose queues nobody polls.
type idle struct{ client.Client }

func (idle) DescribeTaskQueue(context.Context, string, enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	return &workflowservice.DescribeTaskQueueResponse{}, nil
}

// cutting is a Temporal that answers this often, and then notices that the time of a call is over before the caller does.
type cutting struct {
	idle
	left int
}

func (c *cutting) DescribeTaskQueue(
	ctx context.Context, queue string, kind enumspb.TaskQueueType,
) (*workflowservice.DescribeTaskQueueResponse, error) {
	if c.left--; c.left < 0 {
		return nil, serviceerror.NewDeadlineExceeded("context deadline exceeded")
	}
	return c.idle.DescribeTaskQueue(ctx, queue, kind)
}

// An empty list of pollers is an answer. The end of the wait makes it no less true.
func TestNeedWorker_tellsNoWorkerFromNoAnswer(t *testing.T) {
	t.Parallel()
	for left, want := range map[int]string{0: "Temporal does not say who polls", 1: "no worker polls", 5: "no worker polls"} {
		synctest.Test(t, func(t *testing.T) {
			if err := NeedWorker(t.Context(), &cutting{left: left}); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("after %d answers: %v, want %q", left, err, want)
			}
		})
	}
}

func TestNeedWorker_saysSoonThatNoWorkerIsThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := NeedWorker(t.Context(), idle{})
		const want = "no worker polls task queue longhaul: start one with"
		if f := fault.From(err); f == nil || f.Class != fault.Transient || f.System != fault.Temporal || !strings.HasPrefix(f.Message, want) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("said after %s", took)
		}
	})
}
