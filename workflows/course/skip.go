package course

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/internal/fault"
	"longhaul/internal/history"
)

// SkipSignal tells a running sync of a start of its source that was skipped because it runs. The workflow that was started sends it.
const SkipSignal = "longhaul-skipped"

// Skipped is a start that was skipped.
type Skipped struct {
	By string    `json:"by"` // see history.Trigger*
	At time.Time `json:"at"` // when it was found that the sync runs
}

// Tell lets the sync that runs know, for those who look back. One that has ended meanwhile needs not know.
func (s Skipped) Tell(ctx workflow.Context, sync string) {
	if err := workflow.SignalExternalWorkflow(ctx, sync, "", SkipSignal, s).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Info("the running sync was not told of a start that was skipped", "event", "skip", "error", err)
	}
}

// Skip counts the starts by one trigger that were skipped, between two moments.
type Skip struct {
	By    string `json:"b"`
	Count int64  `json:"n"`
	First int64  `json:"f"`
	Last  int64  `json:"l"`
}

// HearSkips notes each start that was skipped, and calls noted after it. One that was skipped before the sync began was meant for the sync
// before it.
func (c *Course) HearSkips(ctx workflow.Context, began time.Time, noted func(workflow.Context)) {
	channel := workflow.GetSignalChannelWithOptions(ctx, SkipSignal, workflow.SignalChannelOptions{
		Description: "Sent by Longhaul itself, never by a person: a start of the source was skipped, because this sync runs.",
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var skipped Skipped
			channel.Receive(ctx, &skipped)
			if !skipped.At.Before(began) {
				c.Skip(skipped)
				noted(ctx)
			}
		}
	})
}

// Skip notes that a start was skipped.
func (c *Course) Skip(s Skipped) {
	by, at := fault.Clip(TriggerOf(s.By, ""), mostTrigger), s.At.UnixMilli()
	same := func(one Skip) bool { return one.By == by }
	i := slices.IndexFunc(c.Skips, same)
	if i < 0 && len(c.Skips) >= history.MostSkips-1 && by != history.TriggerOther {
		by = history.TriggerOther
		i = slices.IndexFunc(c.Skips, same)
	}
	if i < 0 {
		c.Skips = append(c.Skips, Skip{By: by, Count: 1, First: at, Last: at})
		return
	}
	one := &c.Skips[i]
	one.Count++
	one.First, one.Last = min(one.First, at), max(one.Last, at)
}

// SkippedStarts are the starts that were skipped until now.
func (c *Course) SkippedStarts() (all []history.Skip) {
	for _, one := range c.Skips {
		all = append(all, history.Skip{
			By: one.By, Count: one.Count, First: time.UnixMilli(one.First).UTC(), Last: time.UnixMilli(one.Last).UTC(),
		})
	}
	return all
}
