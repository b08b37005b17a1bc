package activities

import (
	"context"
	"time"

	"longhaul/internal/account"
	"longhaul/internal/description"
	"longhaul/internal/export"
	"longhaul/internal/listing"
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
	Vanished Kinds  `json:"vanished,omitzero"` // fewer than Missing found gone, where some came back while the sync described
}

// MergeDescriptions merges what was reused and what the shards brought into one stream and checks that every report of the
// inventory is in it once.
func (a *Activities) MergeDescriptions(ctx context.Context, params MergeDescriptionsParams) (MergeDescriptionsResult, error) {
	counted, p := startPulse(ctx)
	settled, err := a.settle(counted, params, p)
	p.end(ctx, err)
	return MergeDescriptionsResult{States: statesOf(settled.States), Vanished: kindsOf(settled.Vanished)}, toTemporal(ctx, err)
}

func (a *Activities) settle(ctx context.Context, params MergeDescriptionsParams, p *pulse) (account.Merged, error) {
	_, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return account.Merged{}, err
	}
	in := account.Input{Store: a.Store, Sync: staged, Progress: func(n int64) { p.progress(n, 0) }}
	return account.MergeDescriptions(ctx, in, params.Shards, params.Again)
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
	counted, p := startPulse(ctx)
	result, err := a.assemble(counted, params, p)
	p.end(ctx, err)
	return result, toTemporal(ctx, err)
}

func (a *Activities) assemble(ctx context.Context, params AssembleParams, p *pulse) (AssembleResult, error) {
	source, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return AssembleResult{}, err
	}
	one, err := source.Export(params.Export)
	if err != nil {
		return AssembleResult{}, elsewhere(params.Sync, err)
	}
	written, err := one.Write(ctx, export.Input{
		Store: a.Store, Sync: staged, Export: params.Export, Timestamp: params.Timestamp, BaseURL: params.BaseURL, Version: a.Version,
		Progress: func(n int64) { p.progress(n, 0) },
	}, params.Name)
	name := one.FileName(params.Timestamp, params.Name)
	file := File{Name: name, Bytes: written.Bytes, SHA256: written.SHA256, Count: written.Count}
	return AssembleResult{file, written.Partial}, err
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
	Warnings  []string             `json:"warnings"`
	Calls     int64                `json:"calls"`

	Permissions map[string]bool `json:"permissions,omitempty"` // of the run-as user, where they are known
	Unseen      *listing.Unseen `json:"unseen,omitempty"`      // once the account was written
}

// WriteAccountResult says what the account adds to the counts.
type WriteAccountResult struct {
	Unseen *listing.Unseen `json:"unseen,omitempty"`
}

// WriteAccount writes account.jsonl and manifest.json, and fails when the totals differ from the inventory's.
func (a *Activities) WriteAccount(ctx context.Context, params WriteAccountParams) (WriteAccountResult, error) {
	counted, p := startPulse(ctx)
	unseen, err := a.account(counted, params, p)
	p.end(ctx, err)
	if err != nil {
		return WriteAccountResult{}, toTemporal(ctx, err)
	}
	return WriteAccountResult{Unseen: &unseen}, nil
}

func (a *Activities) account(ctx context.Context, params WriteAccountParams, p *pulse) (listing.Unseen, error) {
	_, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return listing.Unseen{}, err
	}
	in := account.Input{Store: a.Store, Sync: staged, Version: a.Version, Progress: func(n int64) { p.progress(n, 0) }}
	return account.Write(ctx, in, params.manifest())
}
