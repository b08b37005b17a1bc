package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
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
	Reasons   map[string]int64  `json:"reasons,omitempty"`   // of the gaps, once the account is written
}

// exportsState is what the sync makes of what it has read.
type exportsState struct {
	Timestamp int64         `json:"timestamp"` // in the names of the files; the latest where a set was renamed
	Exports   []ExportState `json:"exports"`   // in the order of their delivery; nil before the login
}

// ExportState is the set of files of one export, and how much of it its target has.
type ExportState struct {
	activities.ExportPlan                     // what delivers, only if the sync does
	Timestamp             int64               `json:"timestamp"`         // in the names of the files
	Written               []activities.File   `json:"written"`           // nil until all are written
	Uploads               int                 `json:"uploads"`           // files that the target has
	To                    string              `json:"to,omitempty"`      // where the files of the set go that were delivered so far
	Renames               int                 `json:"renames,omitempty"` // of the set, because the target held files of its name
	Proxied               bool                `json:"proxied,omitempty"` // one of these because of a proxy that changes answers
	Failure               *activities.Failure `json:"failure,omitempty"` // why the export was given up
}

// plan takes the exports that the login has found.
func (s *exportsState) plan(plans []activities.ExportPlan, upload bool) {
	s.Exports = make([]ExportState, 0, len(plans))
	for _, plan := range plans {
		plan.Delivers, plan.Section = plan.Delivers && upload, ""
		s.Exports = append(s.Exports, ExportState{ExportPlan: plan, Timestamp: s.Timestamp})
	}
}

// The timestamp in the names of a sync's files is chosen once, when the sync comes to own its source, so that every try sends the same
// bytes under the same name. It is the time in the sync's id, and later than that of the sync before: the catalog takes the files of the
// latest timestamp for the newest.

// farAhead is by how much a timestamp may be ahead of the clock before a sync warns of it: sets that follow each other within a second
// are ahead by seconds.
const farAhead = 10 * time.Minute

// nameFiles chooses the timestamp in the names of the files; last is that of the newest recorded sync.
func (s *exportsState) nameFiles(state *State, now time.Time, last int64) {
	s.Timestamp = staging.FileTimestamp(state.Sync.ID, state.Started, last)
	if s.Timestamp > now.Add(farAhead).Unix() {
		state.warn(warning.New(warning.FutureTimestamp, warning.Params{"timestamp": strconv.FormatInt(s.Timestamp, 10)}))
	}
}

// rename makes a set that is written and delivered anew, under the next timestamp.
func (s *exportsState) rename(e *ExportState) {
	e.Timestamp++
	e.Written, e.Uploads, e.To = nil, 0, ""
	s.Timestamp = max(s.Timestamp, e.Timestamp)
}

// all lists the exports.
func (s *exportsState) all() []*ExportState {
	all := make([]*ExportState, len(s.Exports))
	for i := range s.Exports {
		all[i] = &s.Exports[i]
	}
	return all
}

// someAssembled says whether the files of an export are in the bucket.
func (s *exportsState) someAssembled() bool {
	return slices.ContainsFunc(s.all(), (*ExportState).assembled)
}

// names lists the names of the exports.
func (s *exportsState) names() (names []string) {
	for _, e := range s.all() {
		names = append(names, e.Name)
	}
	return names
}

// assembled says whether all files of the set are in the bucket.
func (e *ExportState) assembled() bool { return e.Written != nil }

// files are the files that are written, by export.
func (s *exportsState) files() map[string][]activities.File {
	files := map[string][]activities.File{}
	for _, e := range s.all() {
		if e.assembled() {
			files[e.Name] = e.Written
		}
	}
	return files
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
	if n := merged.Unaudited; n > 0 {
		p.state.warn(warning.New(warning.AuditsFailed, warning.Params{"count": strconv.FormatInt(n, 10)}))
	}
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
	p.own.Unseen, p.own.Reasons = accounted.Unseen, accounted.Reasons
	p.state.warn(accounted.Warnings...)
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
		p.state.warn(warning.New(warning.ColumnsMissing, warning.Params{"count": strconv.FormatInt(partial, 10)}))
	}
	return files, err
}

// account is the sync as its account and its record keep it.
func (s *State) account(ctx workflow.Context) activities.WriteAccountParams {
	return activities.WriteAccountParams{
		Sync: s.Sync, Identity: s.Auth.Identity, Started: s.Started, Finished: workflow.Now(ctx).UTC(),
		Timestamp: s.Timestamp, Kinds: s.Kinds, States: s.States, Vanished: s.Vanished,
		Files: s.files(), Warnings: s.Warnings, Calls: s.Calls,
		Permissions: s.Auth.Permissions, Unseen: s.Unseen, LeftOut: s.LeftOut,
	}
}

// undelivered is why exports were given up.
func (s *exportsState) undelivered() map[string]*activities.Failure {
	var all map[string]*activities.Failure
	for _, e := range s.all() {
		if e.Failure == nil {
			continue
		}
		if all == nil {
			all = map[string]*activities.Failure{}
		}
		all[e.Name] = e.Failure
	}
	return all
}

// counts are how many files of each export are written, and how many delivered.
func (s *exportsState) counts() (files, uploads map[string]Count) {
	files, uploads = map[string]Count{}, map[string]Count{}
	for _, e := range s.all() {
		files[e.Name] = Count{Done: len(e.Written), Total: len(e.Files)}
		if uploads[e.Name] = (Count{Done: e.Uploads}); e.Delivers {
			uploads[e.Name] = Count{Done: e.Uploads, Total: len(e.Files)}
		}
	}
	return files, uploads
}
