package host

import "go.temporal.io/sdk/worker"

const (
	// spareSlots are for the activities that describe no shard: listing, planning, files.
	spareSlots = 16
	// pollers is how many polls for activities wait at each task queue. Each holds a slot, because the activity that it brings must
	// run.
	pollers = 2
)

// activitySlots is how many activities a process runs at one time, waiting polls included. Unless the settings ask for more,
// there are enough for every source to run all of its shards at once, so that a large org does not keep a small one waiting.
func (h *Host) activitySlots() int {
	slots, names := spareSlots, h.registry.Names()
	for _, name := range names {
		if s, err := h.registry.Get(name); err == nil {
			slots += s.MaxShards
		}
	}
	return max(slots, h.slots) + pollers*(len(names)+1)
}

// tuner gives all workers of a process the same slots for activities.
type tuner struct {
	worker.WorkerTuner
	activities worker.SlotSupplier
}

// GetActivityTaskSlotSupplier gives the shared slots.
func (t *tuner) GetActivityTaskSlotSupplier() worker.SlotSupplier { return t.activities }

func newTuner(slots int) worker.WorkerTuner {
	usual, err := worker.NewFixedSizeTuner(worker.FixedSizeTunerOptions{})
	if err != nil {
		panic(err) //nolint:forbidigo // its numbers are the SDK's own
	}
	shared, err := worker.NewFixedSizeSlotSupplier(slots)
	if err != nil {
		panic(err) //nolint:forbidigo // slots is never 0
	}
	return &tuner{WorkerTuner: usual, activities: shared}
}
