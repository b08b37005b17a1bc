package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/listing"
	"longhaul/workflows/call"
)

// fileNames are castor's files in the order of delivery: the summary comes last and says that the set is whole.
var fileNames = []string{
	"dashboards", "dashboard_components", "folders", "reports", "reports_metadata", "users", "summary",
}

// assemblePhase merges the descriptions, so that every report has its state, and writes the files.
type assemblePhase struct {
	own       *accountState
	state     *State
	files     *fileState
	inventory *inventoryState // corrected by the merge
	recovery  *recovery
	describe  *describePhase // describes a shard again whose result is torn
	display   *display
}

// accountState is the state of every report.
type accountState struct {
	States    activities.States `json:"states"`
	Accounted bool              `json:"accounted,omitempty"` // each report has its state, so States adds up to the inventory
	Unseen    *listing.Unseen   `json:"unseen,omitempty"`    // once the account is written
}

// fileState is the set of files, and how much of it the catalog has.
type fileState struct {
	Timestamp   int64             `json:"timestamp"` // in the names of the files
	Files       []activities.File `json:"files"`     // nil until all are written
	Uploads     int               `json:"uploads"`
	Destination string            `json:"destination,omitempty"` // where the files of the set go that were delivered so far
	Renames     int               `json:"renames,omitempty"`     // of the set, because the catalog held files of its name
	Proxied     bool              `json:"proxied,omitempty"`     // one of these because of a proxy that changes answers
}

func (p *assemblePhase) run(ctx workflow.Context) error {
	params := activities.MergeDescriptionsParams{Sync: p.state.Sync, Shards: p.state.shards(), Again: p.state.Again.Shards}
	summary := fmt.Sprintf("merge %d shards with what was reused", p.state.shards())
	var merged activities.MergeDescriptionsResult
	err := p.recovery.run(ctx, func(ctx workflow.Context) error {
		return p.describe.repairing(ctx, func(ctx workflow.Context) (err error) {
			merged, err = call.Do(ctx, call.ForFile, summary, acts.MergeDescriptions, params)
			return err
		})
	})
	if err != nil {
		return err
	}
	p.own.States, p.inventory.Vanished, p.own.Accounted = merged.States, merged.Vanished, true
	return p.recovery.run(ctx, p.write)
}

// write writes the seven files under the state's timestamp, and the account of them.
func (p *assemblePhase) write(ctx workflow.Context) error {
	p.files.Files = nil // until all are written: a run that continues asks whether they are
	written := make([]activities.AssembleResult, len(fileNames))
	start := func(ctx workflow.Context, i int) call.Pending[activities.AssembleResult] {
		params := activities.AssembleParams{
			Sync: p.state.Sync, Name: fileNames[i], Timestamp: p.files.Timestamp, BaseURL: p.state.Auth.BaseURL,
		}
		return call.Start(ctx, call.ForFile, "write "+fileNames[i], acts.Assemble, params)
	}
	err := call.Each(ctx, len(fileNames), len(fileNames), start, func(i int, file activities.AssembleResult, err error) error {
		written[i] = file
		p.display.touch(ctx)
		return err
	})
	if err != nil {
		return err
	}
	partial := int64(0)
	var files []activities.File
	for _, w := range written {
		files = append(files, w.File)
		partial += w.Partial
	}
	if partial > 0 {
		p.state.warn(partialWords(partial))
	}
	account := p.state.account(ctx)
	account.Files = files
	accounted, err := call.Do(ctx, call.ForFile, "write the account", acts.WriteAccount, account)
	if err != nil {
		return err
	}
	p.files.Files, p.own.Unseen = files, accounted.Unseen
	return nil
}

// partialWords is the warning of reports whose description names columns that it does not describe.
func partialWords(reports int64) string {
	if reports == 1 {
		return "Salesforce described 1 report without some of its columns, so the files lack those"
	}
	return fmt.Sprintf("Salesforce described %d reports without some of their columns, so the files lack those", reports)
}

// account is the sync as its account and its record keep it.
func (s *State) account(ctx workflow.Context) activities.WriteAccountParams {
	return activities.WriteAccountParams{
		Sync: s.Sync, Identity: s.Auth.Identity, Started: s.Started, Finished: workflow.Now(ctx).UTC(),
		Timestamp: s.Timestamp, Kinds: s.Kinds, States: s.States, Vanished: s.Vanished,
		Files:    s.Files,
		Warnings: s.Warnings, Calls: s.Calls,
		Permissions: s.Auth.Permissions, Unseen: s.Unseen,
	}
}
