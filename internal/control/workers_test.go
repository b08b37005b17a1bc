package control

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
)

// idle is a Temporal whose queues nobody polls.
type idle struct{ client.Client }

func (idle) DescribeTaskQueue(context.Context, string, enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	return &workflowservice.DescribeTaskQueueResponse{}, nil
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
