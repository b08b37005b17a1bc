package report

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/report/shelf"
	"longhaul/internal/staging"
)

// fetched is what --json shows. The numbers are those of the record.
type fetched struct {
	Source string `json:"source"`
	Sync   string `json:"sync"`
	Page   string `json:"page"`     // the file
	Gaps   string `json:"gaps_csv"` // the file beside it
	Made   bool   `json:"made"`     // it was made just now: the bucket had none

	Outcome  string                      `json:"outcome"`
	APICalls int64                       `json:"api_calls"`
	Kinds    map[listing.Kind]int64      `json:"kinds,omitempty"`    // records; absent of a sync that did not come to its end, as all below
	States   map[description.State]int64 `json:"states,omitempty"`   // reports
	Coverage *float64                    `json:"coverage,omitempty"` // share of the wanted reports that have their columns
	Reasons  map[string]int64            `json:"reasons,omitempty"`  // reports that are gaps, by code
	Message  string                      `json:"message,omitempty"`  // of a sync that failed: why
}

// count reads the numbers.
func (f *fetched) count(ctx context.Context, store *staging.Store) error {
	sync := staging.Sync{Source: f.Source, ID: f.Sync}
	var r history.Record
	err := store.ReadJSON(ctx, staging.RecordKey(f.Source, f.Sync), &r)
	if err == nil {
		f.Outcome, f.APICalls, f.Kinds, f.States, f.Coverage, f.Reasons = shelf.OutcomeOf(&r), r.APICalls, r.Kinds, r.States, &r.Coverage, r.Reasons
		return nil
	}
	var end history.End
	if errors.Is(err, staging.ErrNotExist) {
		if err = store.ReadJSON(ctx, sync.End(), &end); err == nil {
			f.Outcome, f.APICalls, f.Message = end.Outcome, end.APICalls, end.Message
		}
	}
	return err
}

// words are the numbers in a line.
func (f *fetched) words() string {
	words := fmt.Sprintf("%s, sync %s: %s", f.Source, f.Sync, f.Outcome)
	if f.Coverage == nil {
		if f.Message != "" {
			words += ": " + strings.TrimSuffix(f.Message, ".")
		}
		return words + "."
	}
	wanted := description.Total(f.States) - f.States[description.StateGone] - f.States[description.StateFiltered]
	return words + fmt.Sprintf(", %s of %s have columns, %s.", humanize.Number(description.WithColumns(f.States)), humanize.Count(wanted, "report"),
		humanize.Count(f.States[description.StateDenied]+f.States[description.StateFailed], "gap"))
}
