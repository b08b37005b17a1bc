package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/description"
	"longhaul/internal/guard"
	"longhaul/internal/history"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

// GuardStage is when a sync is compared with the last one.
type GuardStage string

// The stages.
const (
	GuardInventory GuardStage = "inventory" // after everything was listed, before anything is spent on it
	GuardCoverage  GuardStage = "coverage"  // after the files were written, before they reach the catalog
)

// GuardParams is what a sync has found.
type GuardParams struct {
	Sync        Sync                 `json:"sync"`
	Stage       GuardStage           `json:"stage"`
	Identity    description.Identity `json:"identity"`
	Permissions map[string]bool      `json:"permissions,omitempty"`
	Private     bool                 `json:"private,omitempty"`
	Kinds       Kinds                `json:"kinds"`
	States      States               `json:"states,omitzero"` // at the stage of coverage
	MaxShrink   int                  `json:"max_shrink"`      // percent

	AcceptMissing []string `json:"accept_missing,omitempty"` // permissions that may be missing
	Newest        bool     `json:"newest,omitempty"`         // compare with the newest sync, whether it delivered or not
	RightsOnly    bool     `json:"rights_only,omitempty"`    // compare nothing but the permissions
}

// GuardResult is what somebody should look at before the sync goes on; nothing as a rule.
type GuardResult struct {
	Concerns []string          `json:"concerns"`        // sentences
	Found    []Concern         `json:"found,omitempty"` // the same for machines, in the same order
	Warnings []warning.Warning `json:"warnings,omitempty"`
}

// Concern is one thing that somebody should look at: what was found, by a code and in a sentence.
type Concern struct {
	Code   warning.Code   `json:"code"`
	Params warning.Params `json:"params,omitempty"`
	What   string         `json:"what"`
	Do     string         `json:"do,omitempty"`    // what to do about it while the sync holds
	Vital  bool           `json:"vital,omitempty"` // no sync can do without what is missing, so nobody can approve
}

// IsVital says whether no sync can do without what is missing.
func (c Concern) IsVital() bool { return c.Vital }

// Sentence says what was found and what to do about it.
func (c Concern) Sentence() string {
	if c.Do == "" {
		return c.What
	}
	return c.What + ": " + c.Do
}

// Warning is what was found, as it is stored.
func (c Concern) Warning() warning.Warning { return warning.New(c.Code, c.Params) }

// Guard compares a sync with the last one that may be a baseline, or with the newest of any kind.
func (a *Activities) Guard(ctx context.Context, params GuardParams) (GuardResult, error) {
	result := GuardResult{Concerns: []string{}}
	_, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return result, toTemporal(ctx, err)
	}
	concerns, err := params.compare(ctx, a.Store, staged)
	for _, c := range concerns {
		if params.Newest && aboutDelivery(c) {
			result.Warnings = append(result.Warnings, c.Found)
			continue
		}
		result.Concerns = append(result.Concerns, c.Sentence())
		result.Found = append(result.Found, Concern{
			Code: c.Found.Code, Params: c.Found.Params, What: c.Found.Sentence(), Do: c.Do, Vital: c.Vital,
		})
	}
	return result, toTemporal(ctx, err)
}

// aboutDelivery says whether a concern matters only for a delivery. A sync that delivers nothing replaces nothing, so an org
// without reports or another org needs no answer there.
func aboutDelivery(c guard.Concern) bool {
	return c.Found.Code == guard.ConcernNoReports || c.Found.Code == guard.ConcernOtherOrg
}

// compare finds the concerns of the stage.
func (params GuardParams) compare(ctx context.Context, store *staging.Store, staged staging.Sync) ([]guard.Concern, error) {
	before := history.LastBaseline
	if params.Newest {
		before = history.NewestRecord
	}
	last, known, err := before(ctx, store, staged.Source)
	if err != nil {
		return nil, err
	}
	if params.Stage == GuardCoverage {
		if !known || last.Identity.OrgID != params.Identity.OrgID {
			return nil, nil
		}
		return guard.Coverage(last, params.States.byState(), params.MaxShrink), nil
	}
	in := guard.Input{
		Last: last, HasLast: known, Identity: params.Identity, Kinds: params.Kinds.byKind(), Permissions: params.Permissions,
		Private: params.Private, MaxShrink: params.MaxShrink, AcceptMissing: params.AcceptMissing,
	}
	if params.RightsOnly {
		return guard.Permissions(in), nil
	}
	return guard.Inventory(in), nil
}

// RemindParams says what a sync holds for.
type RemindParams struct {
	Sync     Sync      `json:"sync"`
	Concerns []string  `json:"concerns"`
	Until    time.Time `json:"until"` // then the sync is discarded
}

// Remind says in the worker's log that a sync holds.
func (a *Activities) Remind(ctx context.Context, params RemindParams) error {
	activity.GetLogger(ctx).Warn("the sync holds until it is approved or discarded", "event", "hold",
		"source", params.Sync.Source, "concerns", params.Concerns, "discarded_at", params.Until)
	return nil
}
