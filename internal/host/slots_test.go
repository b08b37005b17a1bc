package host

import (
	"context"
	"testing"
	"testing/synctest"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/worker"

	"longhaul/internal/source"
)

// at is a reservation for a queue.
type at struct {
	worker.SlotReservationInfo

	queue string
}

func (a at) TaskQueue() string                    { return a.queue }
func (a at) TaskQueueKind() enumspb.TaskQueueKind { return enumspb.TASK_QUEUE_KIND_NORMAL }

// back gives a permit back.
type back struct {
	worker.SlotReleaseInfo

	permit *worker.SlotPermit
}

func (b back) Permit() *worker.SlotPermit { return b.permit }

// reserve asks for a slot as a poll does; the channel has it once it is there.
func reserve(t *testing.T, ctx context.Context, s *supply, queue string) <-chan *worker.SlotPermit { //nolint:revive // the test comes first
	t.Helper()
	got := make(chan *worker.SlotPermit, 1)
	go func() {
		if permit, err := s.ReserveSlot(ctx, at{queue: queue}); err == nil {
			got <- permit
		}
	}()
	synctest.Wait()
	return got
}

// A large org takes the whole stock, and a small one starts its activities all the same.
func TestSupply_aQueueThatTakesAllKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSupply(3)
		var large []<-chan *worker.SlotPermit
		for range 6 {
			large = append(large, reserve(t, t.Context(), s, "large"))
		}
		held := 0
		for _, one := range large {
			held += len(one)
		}
		if held != 4 {
			t.Errorf("the large one has %d slots, want its own and the stock", held)
		}
		small := reserve(t, t.Context(), s, "small")
		if len(small) != 1 {
			t.Fatal("the small one waits")
		}
		if s.TryReserveSlot(at{queue: "small"}) != nil {
			t.Error("there is a slot for who came last")
		}
		s.ReleaseSlot(back{permit: <-small})
		if again := reserve(t, t.Context(), s, "small"); len(again) != 1 {
			t.Error("the small one has lost its own slot")
		}
	})
}

func TestSupply_growsAndShrinks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSupply(1)
		own, first := reserve(t, t.Context(), s, "acme"), reserve(t, t.Context(), s, "acme")
		second, third := reserve(t, t.Context(), s, "acme"), reserve(t, t.Context(), s, "acme")
		if len(own) != 1 || len(first) != 1 || len(second)+len(third) != 0 {
			t.Fatal("there is more than the stock")
		}
		s.resize(2)
		if synctest.Wait(); len(second) != 1 || len(third) != 0 || s.MaxSlots() != 2 {
			t.Error("who waits longest got nothing of what was added")
		}
		s.resize(1)
		s.ReleaseSlot(back{permit: <-first})
		if synctest.Wait(); len(third) != 0 {
			t.Error("a slot was given above the smaller stock")
		}
		s.ReleaseSlot(back{permit: <-second})
		if synctest.Wait(); len(third) != 1 {
			t.Error("the slot that is free was not given")
		}
	})
}

// The SDK gives up a reservation when its worker stops: its slot must not be lost.
func TestSupply_losesNoSlotToWhoGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSupply(1)
		own, stock := reserve(t, t.Context(), s, "acme"), reserve(t, t.Context(), s, "acme")
		ctx, cancel := context.WithCancel(t.Context())
		gone, next := reserve(t, ctx, s, "acme"), reserve(t, t.Context(), s, "acme")
		cancel()
		synctest.Wait()
		s.ReleaseSlot(back{permit: <-stock})
		if synctest.Wait(); len(gone) != 0 || len(next) != 1 || len(own) != 1 || s.taken != 1 || len(s.waiting) != 0 {
			t.Errorf("%d are taken, %d wait", s.taken, len(s.waiting))
		}
	})
}

// However many sources there are, a process keeps its bound, unless its settings ask for more.
func TestHost_boundsTheSlotsOfManySources(t *testing.T) {
	t.Parallel()
	var many []source.Source
	for _, letter := range "abcdefghijklmnopqrst" {
		s := acme(string(letter), source.Held("a-client-secret"))
		s.MaxInFlight, s.MaxShards = source.MostShards, source.MostShards
		many = append(many, s)
	}
	if got := open(t, 64, many...).activitySlots(); got != mostSlots+pollers {
		t.Errorf("got %d", got)
	}
	if got := open(t, 2000, many...).activitySlots(); got != 2000+pollers {
		t.Errorf("got %d", got)
	}
}
