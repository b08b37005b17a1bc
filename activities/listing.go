package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

// EnumerateParams names one kind of records.
type EnumerateParams struct {
	Sync    Sync         `json:"sync"`
	Kind    listing.Kind `json:"kind"`
	Private bool         `json:"private"`
	Budget  CallBudget   `json:"budget"`

	Except string `json:"except,omitempty"` // a user, the run-as user: count the reports in others' private folders, which are left out
}

// EnumerateResult counts what lies in the sync's inventory of that kind.
type EnumerateResult struct {
	Count    int64             `json:"count"`
	LeftOut  *int64            `json:"left_out,omitempty"` // reports in others' private folders; nil: not counted
	Warnings []warning.Warning `json:"warnings,omitempty"`
	Spending
}

// Enumerate reads all records of a kind into a stream sorted by Id.
func (a *Activities) Enumerate(ctx context.Context, params EnumerateParams) (EnumerateResult, error) {
	var leftOut *int64
	listed, spent, err := calling(ctx, a, params.Sync, params.Budget, 1, func(ctx context.Context, t attempt) (listing.Enumerated, error) {
		fields, err := t.source.fields(params.Sync)
		if err != nil {
			return listing.Enumerated{}, err
		}
		listed, err := listing.Enumerate(ctx, listing.EnumerateInput{
			Client: t.source.Salesforce, Store: a.Store, Sync: t.staged, Kind: params.Kind, Fields: fields, Private: params.Private,
			Progress: t.count,
		})
		if err == nil && params.Except != "" {
			leftOut = countPrivate(ctx, t.source, params.Except)
		}
		return listed, err
	})
	return EnumerateResult{Count: listed.Count, LeftOut: leftOut, Warnings: listed.Warnings, Spending: spent}, err
}

// privateWithin bounds how long a sync waits for a number that it can do without.
const privateWithin = 20 * time.Second

// countPrivate counts the reports in the private folders of others than a user, by one call; nil where Salesforce does not say.
func countPrivate(ctx context.Context, source *Source, user string) *int64 {
	ctx, cancel := context.WithTimeout(ctx, privateWithin)
	defer cancel()
	n, err := source.Salesforce.Count(ctx, listing.OthersPrivate(user))
	if err != nil {
		activity.GetLogger(ctx).Warn("the reports in others' private folders could not be counted; nothing says how many are left out", "event",
			"warning", "source", source.Name, "error", err.Error())
		return nil
	}
	return &n
}

// LookUpMissingParams names the sync whose inventory is compared with that of the last.
type LookUpMissingParams struct {
	Sync     Sync                 `json:"sync"`
	Identity description.Identity `json:"identity"`
	Private  bool                 `json:"private"`
	Budget   CallBudget           `json:"budget"`
}

// LookUpMissingResult counts what the last sync had and no listing returned.
type LookUpMissingResult struct {
	Found Kinds `json:"found"` // that are there all the same
	Gone  Kinds `json:"gone"`

	Warnings []warning.Warning `json:"warnings,omitempty"`
	Spending
}

// LookUpMissing looks up by Id what the last sync had and no listing returned: only what is not found then is gone.
func (a *Activities) LookUpMissing(ctx context.Context, params LookUpMissingParams) (LookUpMissingResult, error) {
	var missed listing.LookedUp
	spent, err := spending(ctx, params.Budget, 1, func(ctx context.Context, p *pulse) error {
		source, staged, err := a.open(ctx, params.Sync)
		if err == nil {
			missed, err = params.lookUp(ctx, a.Store, attempt{p, source, staged})
		}
		return err
	})
	return LookUpMissingResult{Found: kindsOf(missed.Found), Gone: kindsOf(missed.Gone), Warnings: missed.Warnings, Spending: spent}, err
}

// lookUp logs in only where there is something to look up.
func (params LookUpMissingParams) lookUp(ctx context.Context, store *staging.Store, t attempt) (listing.LookedUp, error) {
	last, err := history.LastRecord(ctx, store, t.staged.Source)
	switch {
	case errors.Is(err, staging.ErrNotExist):
		return listing.LookedUp{}, nil
	case errors.Is(err, history.ErrRecordUnreadable):
		return listing.LookedUp{Warnings: []warning.Warning{warning.New(warning.NothingLookedUp, nil)}}, nil
	case err != nil:
		return listing.LookedUp{}, err
	case last.Identity.OrgID != params.Identity.OrgID:
		return listing.LookedUp{}, nil
	}
	source, err := bind(ctx, t.source, params.Sync)
	if err != nil {
		return listing.LookedUp{}, err
	}
	fields, err := source.fields(params.Sync)
	if err != nil {
		return listing.LookedUp{}, err
	}
	return listing.LookUpMissing(ctx, listing.LookUpInput{
		Client: source.Salesforce, Store: store, Sync: t.staged, Fields: fields, OrgID: params.Identity.OrgID, Last: last.LastSync(),
		Private:  params.Private,
		Progress: t.count,
	})
}

// CatchUpParams says since when changes are looked for.
type CatchUpParams struct {
	Sync    Sync       `json:"sync"`
	Since   time.Time  `json:"since"`
	Private bool       `json:"private"`
	AtOnce  int        `json:"at_once"` // requests
	Budget  CallBudget `json:"budget"`
}

// CatchUpResult counts the inventory with what changed.
type CatchUpResult struct {
	Changed  Kinds             `json:"changed"` // records that are other than they were listed before, or new
	Kinds    Kinds             `json:"kinds"`   // the inventory with them; empty when nothing changed
	Warnings []warning.Warning `json:"warnings,omitempty"`
	Spending
}

// CatchUp lists what was changed or added since the sync began.
func (a *Activities) CatchUp(ctx context.Context, params CatchUpParams) (CatchUpResult, error) {
	result, spent, err := calling(ctx, a, params.Sync, params.Budget, params.AtOnce, func(ctx context.Context, t attempt) (CatchUpResult, error) {
		fields, err := t.source.fields(params.Sync)
		if err != nil {
			return CatchUpResult{}, err
		}
		caught, err := listing.CatchUp(ctx, listing.CatchUpInput{
			Client: t.source.Salesforce, Store: a.Store, Sync: t.staged, Fields: fields, Since: params.Since, Private: params.Private,
			AtOnce: params.AtOnce, Progress: t.count,
		})
		if err != nil {
			return CatchUpResult{}, err
		}
		result := CatchUpResult{Changed: kindsOf(caught.Changed).Add(kindsOf(caught.Added)), Warnings: caught.Warnings}
		if result.Changed == (Kinds{}) {
			return result, nil
		}
		counts, err := listing.Counts(ctx, a.Store, t.staged)
		result.Kinds = kindsOf(counts)
		return result, err
	})
	result.Spending = spent
	return result, err
}
