package monitor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// Delivery is a sync whose files a catalog has.
type Delivery struct {
	AsOf  time.Time `json:"as_of"` // when it was delivered
	Sync  string    `json:"sync"`
	RunID string    `json:"run_id"`
}

// resultOf is the result of a run that has ended, and how it ended other than well.
func resultOf(ctx context.Context, c client.Client, id, run string) (*workflows.Result, error) {
	var result workflows.Result
	if err := c.GetWorkflow(ctx, id, run).Get(ctx, &result); err != nil {
		return End(err)
	}
	return &result, nil
}

// addDeliveries finds the newest delivery of each export that the newest sync knows of, and the newest sync that was delivered whole. A
// sync that failed because of one export, or later, has delivered the others.
func (s *Status) addDeliveries(ctx context.Context, c client.Client) error {
	id := workflows.SyncID(s.Source)
	ended, err := endedRuns(ctx, c, id, `"Completed", "Failed", "Canceled"`)
	for _, info := range ended {
		run := info.GetExecution().GetRunId()
		result, _ := resultOf(ctx, c, id, run)
		if result == nil {
			continue
		}
		if len(s.Delivered) == 0 {
			for name := range result.Exports {
				s.Delivered[name] = nil
			}
		}
		found := &Delivery{AsOf: info.GetCloseTime().AsTime(), Sync: result.Sync, RunID: run}
		for name, became := range result.Exports {
			if newest, wanted := s.Delivered[name]; wanted && newest == nil && became.Delivered {
				s.Delivered[name] = found
			}
		}
		if result.Uploaded { // older ones are older for every export
			s.Catalog = found
			break
		}
	}
	return err
}

// remembered says where to look for what Temporal has forgotten, as after a loss of its database.
func (s *Status) remembered() string {
	return "`" + s.Caller.command("history", workflows.SyncID(s.Source)) + "` says what the bucket knows."
}

// catalogWords say what the catalog has: a sentence, or one for each export.
func (s *Status) catalogWords() string {
	if onlyCatalog(s.Delivered) {
		if s.Catalog == nil {
			return "The catalog has got nothing yet, as far as Temporal remembers: " + s.remembered()
		}
		return fmt.Sprintf("Catalog as of %s, by sync %s.", humanize.Date(s.Catalog.AsOf), s.Catalog.Sync)
	}
	var sentences []string
	for _, name := range slices.Sorted(maps.Keys(s.Delivered)) {
		words := "nothing was delivered yet, as far as Temporal remembers: " + s.remembered()
		if d := s.Delivered[name]; d != nil {
			words = fmt.Sprintf("delivered as of %s, by sync %s.", humanize.Date(d.AsOf), d.Sync)
		}
		sentences = append(sentences, "Export "+name+": "+words)
	}
	return strings.Join(sentences, "\n")
}
