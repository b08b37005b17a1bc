package workflows

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/listing"
	"longhaul/workflows/call"
)

// assemblePhase merges the descriptions, so that every report has its state, and writes the files.
type assemblePhase struct {
	own       *accountState
	state     *State
	exports   *exportsState
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
	return p.recovery.run(ctx, func(ctx workflow.Context) error {
		err := p.write(ctx, p.exports.all()...)
		if err != nil && !isCancel(ctx, err) && p.exports.someAssembled() {
			return nil // the upload phase delivers what is written, and then writes the others
		}
		return err
	})
}

// write writes the files of those exports that are not written yet, and the account. An export that fails does not keep the others from
// being written; its failure is returned after that.
func (p *assemblePhase) write(ctx workflow.Context, exports ...*ExportState) error {
	var failed error
	sets := map[*ExportState][]activities.File{}
	for _, e := range exports {
		if e.assembled() {
			continue
		}
		files, err := p.writeSet(ctx, e)
		if isCancel(ctx, err) {
			return err
		}
		if err == nil {
			sets[e] = files
		}
		failed = cmp.Or(failed, err)
	}
	if len(sets) == 0 {
		return failed
	}
	account := p.state.account(ctx)
	for _, e := range exports {
		if files, ok := sets[e]; ok {
			account.Files[e.Name] = files
		}
	}
	accounted, err := call.Do(ctx, call.ForFile, "write the account", acts.WriteAccount, account)
	if err != nil {
		return err
	}
	for _, e := range exports { // not before: a run that continues takes what is assembled for accounted
		if files, ok := sets[e]; ok {
			e.Written = files
		}
	}
	p.own.Unseen = accounted.Unseen
	return failed
}

// writeSet writes the files of one export under its timestamp.
func (p *assemblePhase) writeSet(ctx workflow.Context, e *ExportState) ([]activities.File, error) {
	files, partial := make([]activities.File, len(e.Files)), int64(0)
	start := func(ctx workflow.Context, i int) call.Pending[activities.AssembleResult] {
		params := activities.AssembleParams{
			Sync: p.state.Sync, Export: e.Name, Name: e.Files[i], Timestamp: e.Timestamp, BaseURL: p.state.Auth.BaseURL,
		}
		return call.Start(ctx, call.ForFile, "write "+e.Files[i], acts.Assemble, params)
	}
	err := call.Each(ctx, len(files), len(files), start, func(i int, file activities.AssembleResult, err error) error {
		files[i] = file.File
		partial += file.Partial
		p.display.touch(ctx)
		return err
	})
	if err == nil && partial > 0 {
		p.state.warn(partialWords(partial))
	}
	return files, err
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
		Files: s.files(), Warnings: s.Warnings, Calls: s.Calls,
		Permissions: s.Auth.Permissions, Unseen: s.Unseen,
	}
}
