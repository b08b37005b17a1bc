package control

import (
	"testing"
	"time"

	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Temporal lists the pollers of the last minutes, also those of a worker that was killed meanwhile.
func TestLive_countsThoseThatStillPoll(t *testing.T) {
	t.Parallel()
	at := func(age time.Duration) *taskqueuepb.PollerInfo {
		return &taskqueuepb.PollerInfo{LastAccessTime: timestamppb.New(time.Now().Add(-age))}
	}
	// A long poll lasts a minute, and its worker is not heard of before its end.
	if got := live([]*taskqueuepb.PollerInfo{at(0), at(70 * time.Second), at(2 * time.Minute)}); got != 2 {
		t.Errorf("got %d", got)
	}
}
