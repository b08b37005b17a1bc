package activities

import (
	"context"

	"longhaul/internal/listing"
)

// EnumerateParams names one kind of records.
type EnumerateParams struct {
	Sync    Sync         `json:"sync"`
	Kind    listing.Kind `json:"kind"`
	Private bool         `json:"private"`
	Budget  CallBudget   `json:"budget"`
}

// EnumerateResult counts what lies in the sync's inventory of that kind.
type EnumerateResult struct {
	Count    int64    `json:"count"`
	Warnings []string `json:"warnings,omitempty"`
	Spending
}

// Enumerate reads all records of a kind into a stream sorted by Id.
func (a *Activities) Enumerate(ctx context.Context, params EnumerateParams) (EnumerateResult, error) {
	var listed listing.Enumerated
	spent, err := calling(ctx, params.Budget, 1, func(ctx context.Context, p *pulse) (err error) {
		listed, err = a.enumerate(ctx, params, p)
		return err
	})
	return EnumerateResult{Count: listed.Count, Warnings: listed.Warnings, Spending: spent}, err
}

func (a *Activities) enumerate(ctx context.Context, params EnumerateParams, p *pulse) (listing.Enumerated, error) {
	source, staged, err := a.enter(ctx, params.Sync)
	if err != nil {
		return listing.Enumerated{}, err
	}
	fields, err := source.fields(params.Sync)
	if err != nil {
		return listing.Enumerated{}, err
	}
	return listing.Enumerate(ctx, listing.EnumerateInput{
		Client: source.Salesforce, Store: a.Store, Sync: staged, Kind: params.Kind, Fields: fields, Private: params.Private,
		Progress: func(n int64) { p.progress(n, 0) },
	})
}
