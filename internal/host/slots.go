package host

import (
	"context"
	"sync"

	"go.temporal.io/sdk/worker"
)

const (
	// spareSlots are for the activities that describe no shard: listing, planning, files.
	spareSlots = 16
	// pollers is how many polls for workflow tasks' activities wait at the queue of all workers.
	pollers = 2
	// sourcePollers is how many polls wait at the queue of each source. One is enough, as each goes on as soon as it has brought an activity,
	// and activities take seconds to minutes. The SDK's own scaling of polls wakes ten times a second for each queue.
	sourcePollers = 1
	// mostSlots bounds what the sources bring, however many they are; worker.slots may ask for more.
	mostSlots = 1024
)

// activitySlots is how many activities a process runs at one time, without those that each queue has of its own. Unless the settings ask for
// more, there are enough for every source to run all of its shards at once, so that a large org does not keep a small one waiting.
func (h *Host) activitySlots() int {
	slots, names := spareSlots, h.roster.Names()
	for _, name := range names {
		if s, err := h.roster.Get(name); err == nil {
			slots += s.MaxShards + sourcePollers
		}
	}
	return max(min(slots, mostSlots), h.slots) + pollers
}

// tuner gives all workers of a process the same slots for activities.
type tuner struct {
	worker.WorkerTuner
	activities *supply
}

// GetActivityTaskSlotSupplier gives the shared slots.
func (t *tuner) GetActivityTaskSlotSupplier() worker.SlotSupplier { return t.activities }

func newTuner(slots int) *tuner {
	usual, err := worker.NewFixedSizeTuner(worker.FixedSizeTunerOptions{})
	if err != nil {
		panic(err) //nolint:forbidigo // its numbers are the SDK's own
	}
	return &tuner{WorkerTuner: usual, activities: newSupply(slots)}
}

// supply is a stock of slots for the queues of a process, which grows and shrinks with them. A queue has one of its own, for the poll that
// waits there or the activity that it brings, so that no other keeps it waiting. All further ones are of the stock, first come, first served.
type supply struct {
	mu      sync.Mutex
	most    int             // of the stock
	taken   int             // more than most, for a while, where the stock has shrunk
	own     map[string]bool // by queue: whether its own is taken
	waiting []*waiter       // the longest first
}

// waiter is a poll that waits for a slot.
type waiter struct {
	queue string
	got   chan *worker.SlotPermit // holds one
}

// ownSlot marks the permit of a queue's own slot.
type ownSlot struct{ queue string }

var _ worker.SlotSupplier = (*supply)(nil)

func newSupply(most int) *supply { return &supply{most: most, own: map[string]bool{}} }

// resize gives the stock another size. Activities that run above a smaller one run to their end.
func (s *supply) resize(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = most
	s.serve()
}

// ReserveSlot waits for a slot.
func (s *supply) ReserveSlot(ctx context.Context, info worker.SlotReservationInfo) (*worker.SlotPermit, error) {
	w := &waiter{info.TaskQueue(), make(chan *worker.SlotPermit, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	s.serve()
	s.mu.Unlock()
	select {
	case permit := <-w.got:
		return permit, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case permit := <-w.got: // it came at the same moment
		s.release(permit)
	default:
		s.leave(w)
	}
	return nil, ctx.Err()
}

// TryReserveSlot gives a slot if one is free for which nobody waits.
func (s *supply) TryReserveSlot(info worker.SlotReservationInfo) *worker.SlotPermit {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) > 0 && s.own[info.TaskQueue()] {
		return nil
	}
	return s.take(info.TaskQueue())
}

// MarkSlotUsed does nothing: a slot counts from its reservation on.
func (*supply) MarkSlotUsed(worker.SlotMarkUsedInfo) {}

// ReleaseSlot takes a slot back.
func (s *supply) ReleaseSlot(info worker.SlotReleaseInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(info.Permit())
}

// MaxSlots is the size of the stock as it is now.
func (s *supply) MaxSlots() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// release takes a slot back and gives it to who waits. The caller holds the lock.
func (s *supply) release(permit *worker.SlotPermit) {
	if own, ok := permit.UserData.(ownSlot); ok {
		delete(s.own, own.queue)
	} else {
		s.taken--
	}
	s.serve()
}

// take gives a slot; nil where none is free for the queue. The caller holds the lock.
func (s *supply) take(queue string) *worker.SlotPermit {
	switch {
	case !s.own[queue]:
		s.own[queue] = true
		return &worker.SlotPermit{UserData: ownSlot{queue}}
	case s.taken < s.most:
		s.taken++
		return new(worker.SlotPermit)
	default:
		return nil
	}
}

// serve gives slots to who waits, as long as there are any. The caller holds the lock.
func (s *supply) serve() {
	left := s.waiting[:0]
	for _, w := range s.waiting {
		if permit := s.take(w.queue); permit != nil {
			w.got <- permit
		} else {
			left = append(left, w)
		}
	}
	clear(s.waiting[len(left):])
	s.waiting = left
}

// leave removes one who waits no more. The caller holds the lock.
func (s *supply) leave(gone *waiter) {
	for i, w := range s.waiting {
		if w == gone {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			return
		}
	}
}
