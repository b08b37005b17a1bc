package activities

import (
	"context"
	"time"

	"longhaul/internal/account"
	"longhaul/internal/description"
	"longhaul/internal/export"
	"longhaul/internal/listing"
	"longhaul/internal/warning"
)

// MergeDescriptionsParams names the sync whose shards are all done.
type MergeDescriptionsParams struct {
	Sync   Sync `json:"sync"`
	Shards int  `json:"shards"` // of both rounds
	Again  int  `json:"again"`  // of the second, the last ones
}

// MergeDescriptionsResult is the account: every report of the inventory in one state, and what has vanished beside them.
type MergeDescriptionsResult struct {
	States   States `json:"states"`
	Vanished Kinds  `json:"vanished,omitzero"` // fewer than LookUpMissing found gone, where some came back while the sync described

	Unaudited int64 `json:"unaudited,omitempty"` // reports whose last audit failed
}

// MergeDescriptions merges what was reused and what the shards brought into one stream and checks that every report of the
// inventory is in it once.
func (a *Activities) MergeDescriptions(ctx context.Context, params MergeDescriptionsParams) (MergeDescriptionsResult, error) {
	merged, err := working(ctx, a, params.Sync, func(ctx context.Context, t attempt) (account.Merged, error) {
		return account.MergeDescriptions(ctx, account.Input{Store: a.Store, Sync: t.staged, Progress: t.count}, params.Shards, params.Again)
	})
	return MergeDescriptionsResult{States: statesOf(merged.States), Vanished: kindsOf(merged.Vanished), Unaudited: merged.Unaudited}, err
}

// AssembleParams names one file of an export.
type AssembleParams struct {
	Sync      Sync   `json:"sync"`
	Export    string `json:"export"`
	Name      string `json:"name"` // such as "reports_metadata"
	Timestamp int64  `json:"timestamp"`
	BaseURL   string `json:"base_url"`
}

// AssembleResult is a file that was written, and what its records lack.
type AssembleResult struct {
	File
	Partial int64 `json:"partial,omitempty"` // reports whose description has not all of the columns that they name
}

// Assemble writes one file of an export into the sync's folder of the bucket.
func (a *Activities) Assemble(ctx context.Context, params AssembleParams) (AssembleResult, error) {
	return working(ctx, a, params.Sync, func(ctx context.Context, t attempt) (AssembleResult, error) {
		one, err := t.source.Export(params.Export)
		if err != nil {
			return AssembleResult{}, elsewhere(params.Sync, err)
		}
		written, err := one.Write(ctx, export.Input{
			Store: a.Store, Sync: t.staged, Export: params.Export, Timestamp: params.Timestamp, BaseURL: params.BaseURL, Version: a.Version,
			Progress: t.count,
		}, params.Name)
		name := one.FileName(params.Timestamp, params.Name)
		file := File{Name: name, Bytes: written.Bytes, SHA256: written.SHA256, Count: written.Count}
		return AssembleResult{file, written.Partial}, err
	})
}

// WriteAccountParams holds what the manifest says beside what lies in the bucket.
type WriteAccountParams struct {
	Sync      Sync                 `json:"sync"`
	Identity  description.Identity `json:"identity"`
	Started   time.Time            `json:"started"`
	Finished  time.Time            `json:"finished"`
	Timestamp int64                `json:"timestamp"`
	Kinds     Kinds                `json:"kinds"`
	States    States               `json:"states"`
	Vanished  Kinds                `json:"vanished,omitzero"`
	Files     map[string][]File    `json:"files"` // by export
	Warnings  []warning.Warning    `json:"warnings"`
	Calls     int64                `json:"calls"`

	Permissions map[string]bool `json:"permissions,omitempty"` // of the run-as user, where they are known
	Unseen      *listing.Unseen `json:"unseen,omitempty"`      // once the account was written
	LeftOut     *int64          `json:"left_out,omitempty"`    // reports in others' private folders; nil: not counted
}

// WriteAccountResult says what the account adds to the counts.
type WriteAccountResult struct {
	Unseen  *listing.Unseen  `json:"unseen,omitempty"`
	Reasons map[string]int64 `json:"reasons,omitempty"` // why reports are gaps, by reason code

	Warnings []warning.Warning `json:"warnings,omitempty"` // of what the sync before left
}

// WriteAccount writes the account, what changed since the sync before, and manifest.json. It fails when the totals differ from the
// inventory's. What it counts for the record stays in the bucket, as folders have names.
func (a *Activities) WriteAccount(ctx context.Context, params WriteAccountParams) (WriteAccountResult, error) {
	written, err := working(ctx, a, params.Sync, func(ctx context.Context, t attempt) (account.Written, error) {
		in := account.Input{Store: a.Store, Sync: t.staged, Version: a.Version, Progress: t.count}
		return account.Write(ctx, in, params.manifest())
	})
	if err != nil {
		return WriteAccountResult{}, err
	}
	return WriteAccountResult{Unseen: &written.Unseen, Reasons: written.Gaps, Warnings: written.Warnings}, nil
}
