package workflows

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce/permission"
	"longhaul/workflows/call"
)

// enumeratePhase lists the records of the org, kind by kind.
type enumeratePhase struct {
	own      *inventoryState
	state    *State
	wait     *waiter
	recovery *recovery
	budget   *budget
	display  *display
}

// inventoryState counts the records that the listings have. The guard's look-up and the catch-up correct it.
type inventoryState struct {
	Kinds    activities.Kinds `json:"kinds"`
	Vanished activities.Kinds `json:"vanished,omitzero"`  // what the last sync had and Salesforce no longer shows
	LeftOut  *int64           `json:"left_out,omitempty"` // reports in others' private folders; nil: not counted
}

// listCalls are reserved for a listing: pages of 2,000 records of a very large org.
const listCalls = 1000

// run lists all kinds at once, as far as the requests in flight allow: each is a chain of pages that no second request could
// hasten.
func (p *enumeratePhase) run(ctx workflow.Context) error {
	left := slices.Clone(listing.Kinds)
	return p.recovery.run(ctx, func(ctx workflow.Context) error {
		for len(left) > 0 {
			if err := p.budget.ready(ctx); err != nil {
				return err
			}
			var asked activities.Spending
			var err error
			if left, asked, err = p.list(ctx, left); err != nil {
				return err
			}
			if err := p.wait.backOff(ctx, asked.RetryAfter, asked.Why); err != nil {
				return err
			}
		}
		return nil
	})
}

// list enumerates kinds and returns those that are not done, because they ran out of calls or were interrupted, and the longest
// wait that Salesforce asked for.
func (p *enumeratePhase) list(ctx workflow.Context, kinds []listing.Kind) (left []listing.Kind, asked activities.Spending, err error) {
	left = slices.Clone(kinds)
	share := min(listCalls, max(p.budget.room(ctx)/int64(len(kinds)), 1))
	reserved := make([]activities.CallBudget, len(kinds))
	within, done := p.wait.interruptible(ctx)
	defer done()
	start := func(ctx workflow.Context, i int) call.Pending[activities.EnumerateResult] {
		reserved[i] = p.budget.reserve(ctx, share)
		params := activities.EnumerateParams{Sync: p.state.Sync, Kind: kinds[i], Private: p.state.Auth.Private, Budget: reserved[i]}
		if kinds[i] == listing.Reports && !p.state.Auth.Private && p.state.Auth.Permissions[permission.ManageAllPrivate] {
			params.Except = p.state.Auth.Identity.UserID
		}
		return call.Start(ctx, call.ForList, "list "+string(kinds[i]), acts.Enumerate, params)
	}
	err = call.Each(within, len(kinds), p.state.Auth.MaxInFlight, start, func(i int, listed activities.EnumerateResult, err error) error {
		defer p.display.touch(ctx)
		p.budget.giveBack(ctx, reserved[i], listed.Spending, err)
		switch {
		case err != nil:
			return err
		case listed.Stop == "":
			left = slices.DeleteFunc(left, func(k listing.Kind) bool { return k == kinds[i] })
			*p.count(kinds[i]) = listed.Count
			if kinds[i] == listing.Reports {
				p.own.LeftOut = listed.LeftOut
			}
			p.state.warn(listed.Warnings...)
		case listed.RetryAfter > asked.RetryAfter:
			asked = listed.Spending
		}
		return nil
	})
	return left, asked, unlessInterrupted(ctx, within, err)
}

// count is where the records of a kind are counted.
func (p *enumeratePhase) count(kind listing.Kind) *int64 {
	return map[listing.Kind]*int64{
		listing.Folders: &p.own.Kinds.Folders, listing.Reports: &p.own.Kinds.Reports, listing.Dashboards: &p.own.Kinds.Dashboards,
		listing.Components: &p.own.Kinds.Components, listing.Users: &p.own.Kinds.Users,
	}[kind]
}

// inOrg counts the records of each kind. Until all are listed it leaves out those of which none is known.
func inOrg(k activities.Kinds, listed bool) string {
	var words []string
	for _, one := range []struct {
		n    int64
		what string
	}{{k.Folders, "folder"}, {k.Reports, "report"}, {k.Dashboards, "dashboard"}, {k.Components, "component"}, {k.Users, "user"}} {
		if listed || one.n > 0 {
			words = append(words, humanize.Count(one.n, one.what))
		}
	}
	return strings.Join(words, ", ")
}
