package activities

import (
	"context"
	"time"

	"longhaul/internal/account"
	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
	"longhaul/internal/warning"
)

// RecordParams is the account of a sync that is over.
type RecordParams struct {
	Account  WriteAccountParams `json:"account"`
	Uploaded bool               `json:"uploaded"` // every export that has a target was delivered, and there is one

	Exports map[string]Delivery `json:"exports,omitempty"`

	Baseline    bool            `json:"baseline"` // later syncs are compared with it
	Private     bool            `json:"private,omitempty"`
	Permissions map[string]bool `json:"permissions,omitempty"`
	Edition     string          `json:"edition,omitempty"`

	Course history.Course `json:"course"` // the warnings among it
}

// Record writes the immutable record of the sync. The newest record of a source is its current one: what the next sync
// may reuse.
func (a *Activities) Record(ctx context.Context, params RecordParams) error {
	_, staged, err := a.open(ctx, params.Account.Sync)
	if err == nil {
		began := params.Account.Started
		a.Due.Note(ctx, a.Store, staged, &params.Course, began, began.Add(seconds(params.Course.Seconds)))
		err = params.write(ctx, a.Store, staged)
	}
	return toTemporal(ctx, err)
}

func (params RecordParams) write(ctx context.Context, store *staging.Store, staged staging.Sync) (err error) {
	baseline := ""
	if !params.Baseline {
		if baseline, err = history.BaselineOf(ctx, store, staged.Source); err != nil {
			return err
		}
	}
	exports, err := params.deliveries(ctx, store, staged)
	if err != nil {
		return err
	}
	manifest := params.Account.manifest()
	record := history.Record{
		Sync: staged.ID, Source: staged.Source, Identity: manifest.Identity,
		Started: manifest.Started, Finished: manifest.Finished, Timestamp: manifest.Timestamp,
		Outcome: manifest.Outcome, Kinds: manifest.Kinds, States: manifest.States, Coverage: manifest.Coverage,
		Files: manifest.Files, Exports: exports, Uploaded: params.Uploaded, APICalls: params.Account.Calls,
		Baseline: params.Baseline, BaselineSync: baseline, Private: params.Private, Permissions: params.Permissions, Edition: params.Edition,
		Vanished: params.Account.Vanished.Reports + params.Account.Vanished.Dashboards, Unseen: params.Account.Unseen,
		LeftOut: params.Account.LeftOut,
		Course:  params.Course,
	}
	if err := record.Take(ctx, store, staged); err != nil {
		return err
	}
	_, err = store.WriteNewJSON(ctx, staging.RecordKey(staged.Source, staged.ID), record)
	return err
}

// PruneParams names the sync that is recorded.
type PruneParams struct {
	Sync  Sync      `json:"sync"`
	Clock time.Time `json:"clock"` // Salesforce's time
}

// Prune removes what no later sync needs: the working files of this sync, everything of the earlier ones but their records, and the
// API calls that count no more. It frees the source last: another Temporal's sync may begin from then on.
func (a *Activities) Prune(ctx context.Context, params PruneParams) error {
	source, staged, err := a.open(ctx, params.Sync)
	if markOf(err) != "" {
		return nil // the sync is recorded, and the other one tidies up
	}
	if err == nil {
		err = history.Prune(ctx, a.Store, staged, source.Keep)
	}
	if err == nil {
		err = usage.Of(a.Store, staged.Source).Prune(ctx, params.Clock, time.Now())
	}
	if err == nil {
		err = a.ownership(params.Sync).release(ctx)
	}
	return toTemporal(ctx, err)
}

// manifest is the account in the words of package account.
func (p WriteAccountParams) manifest() account.Manifest {
	files := make(map[string][]staging.Object, len(p.Files))
	for name, set := range p.Files {
		for _, f := range set {
			files[name] = append(files[name], staging.Object{Key: f.Name, Bytes: f.Bytes, SHA256: f.SHA256, Count: f.Count})
		}
	}
	states := p.States.byState()
	return account.Manifest{
		Sync: p.Sync.ID, Source: p.Sync.Source, Identity: p.Identity, APIVersion: p.Identity.APIVersion,
		Started: p.Started, Finished: p.Finished, Timestamp: p.Timestamp,
		Outcome: account.Outcome(states), Coverage: description.Coverage(states), States: states, Kinds: p.Kinds.byKind(),
		Vanished: p.Vanished.byKind(), Files: files, Warnings: warning.Show(p.Warnings), Permissions: p.Permissions,
	}
}

// MarkEndedParams says how a sync ended that has no record.
type MarkEndedParams struct {
	Sync Sync        `json:"sync"`
	End  history.End `json:"end"`
}

// MarkEnded keeps in the bucket how a sync ended, for those who look back and so that it is not taken for one that goes on, and frees
// its source.
func (a *Activities) MarkEnded(ctx context.Context, params MarkEndedParams) error {
	_, staged, err := a.open(ctx, params.Sync)
	if err == nil {
		began := params.End.At.Add(-seconds(params.End.Seconds))
		a.Due.Note(ctx, a.Store, staged, &params.End.Course, began, params.End.At)
		_, err = a.Store.WriteNewJSON(ctx, staged.End(), params.End)
	}
	if err == nil {
		err = a.ownership(params.Sync).release(ctx)
	}
	return toTemporal(ctx, err)
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
