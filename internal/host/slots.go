package host

import "go.temporal.io/sdk/worker"

const (
	// spareSlots are for the activities that are not shards: listing, planning, files.
	spareSlots = 16
	// pollers of each task queue wait for its activities. One that waits holds a slot, for what it gets must run.
	pollers = 2
)

// activitySlots is how many activities a process runs at one time, pollers that wait for one among them. Unless the settings
// ask for more, they are enough for every source to run all of its shards at once, so that a large org does not keep a small
// one waiting.
func (h *Host) activitySlots() int {
	slots, names := spareSlots, h.registry.Names()
	for _, name := range names {
		if s, err := h.registry.Get(name); err == nil {
			slots += s.MaxShards
		}
	}
	return max(slots, h.slots) + pollers*(len(names)+1)
}

// tuner gives all workers of a process one stock of slots for activities.
type tuner struct {
	worker.WorkerTuner
	activities worker.SlotSupplier
}

// GetActivityTaskSlotSupplier gives the shared stock.
func (t *tuner) GetActivityTaskSlotSupplier() worker.SlotSupplier { return t.activities }

func newTuner(slots int) worker.WorkerTuner {
	usual, err := worker.NewFixedSizeTuner(worker.FixedSizeTunerOptions{})
	if err != nil {
		panic(err) //nolint:forbidigo // its numbers are the SDK's own
	}
	shared, err := worker.NewFixedSizeSlotSupplier(slots)
	if err != nil {
		panic(err) //nolint:forbidigo // there are always some
	}
	return &tuner{WorkerTuner: usual, activities: shared}
}
