package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"longhaul/activities/question"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/history"
	"longhaul/internal/host/underway"
	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/notify/watch"
	"longhaul/internal/overview"
	"longhaul/internal/saved"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

const (
	// rollAtOnce bounds the requests about sources at one time.
	rollAtOnce = 8
	// orgsWithin bounds how long credentials are read for the addresses of the orgs.
	orgsWithin = 3 * time.Second
)

// roll answers what is known of the sources. See question.Roll.
type roll struct{ host *Host }

var _ question.Roll = roll{}

// Me is this process.
func (r roll) Me() doctor.Worker { return r.host.me("") }

// Known lists the sources of this worker's settings, those that are saved in the bucket, and those that other workers name.
func (r roll) Known(ctx context.Context) (all []overview.Known, unread []string) {
	by := map[string]*overview.Known{}
	for _, name := range r.host.settings.Names() {
		one := &overview.Known{Name: name, Origin: overview.FromSettings}
		if configured, err := r.host.settings.Get(name); err == nil {
			one.Schedule = configured.Schedule
		}
		by[name] = one
	}
	r.orgs(ctx, by)
	out, twice := r.host.roster.Out(), r.host.roster.Twice()
	found, err := r.saved(ctx)
	if err != nil {
		unread = append(unread, "which sources are connected could not be read from the bucket: "+said(err))
	}
	for _, one := range found {
		if settings := by[one.Name]; settings != nil {
			settings.Origin = overview.FromBoth
			settings.Problem = fmt.Sprintf("it stands in the settings and is connected too, so no worker that starts serves it: remove sources.%s "+
				"from the settings, or `disconnect %s`", one.Name, one.Name)
			continue
		}
		by[one.Name] = &one
	}
	for name, one := range by {
		if why := cmp.Or(twice[name], out[name]); why != nil && one.Problem == "" {
			one.Problem = said(why)
		}
	}
	others, err := within(ctx, func(ctx context.Context) ([]doctor.Worker, error) { return mainWorkers(ctx, activity.GetClient(ctx)) })
	if err != nil {
		unread = append(unread, "which sources other workers have in their settings could not be asked of Temporal: "+said(explained(err)))
	}
	for _, w := range others {
		for _, name := range w.Sources {
			if by[name] == nil {
				by[name] = &overview.Known{Name: name, Origin: overview.FromSettings, Foreign: true}
			}
		}
	}
	for _, one := range by {
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b overview.Known) int { return strings.Compare(a.Name, b.Name) })
	return all, unread
}

// said is the sentence of an error, and that of a thing that hangs.
func said(err error) string {
	if silent, hangs := errors.AsType[*hang.Error](err); hangs {
		return "it " + silent.Error()
	}
	return fault.Sentence(err)
}

// orgs fills in the hosts of the orgs. Credentials that hang keep nothing else from being known.
func (r roll) orgs(ctx context.Context, by map[string]*overview.Known) {
	ctx, cancel := context.WithTimeout(ctx, orgsWithin)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(rollAtOnce)
	for name, one := range by {
		group.Go(func() error {
			if configured, err := r.host.settings.Get(name); err == nil {
				one.Org = r.org(ctx, configured)
			}
			return nil
		})
	}
	_ = group.Wait() // none fails
}

// org is the host of a source's org; empty where it is not known, as where its credentials cannot be read.
func (r roll) org(ctx context.Context, configured source.Source) string {
	base := configured.Salesforce.BaseURL
	if base == "" { // the credentials name it
		var err error
		base, err = hang.Ask(ctx, "the address of "+configured.Name, func() (string, error) { return baseURL(ctx, configured) })
		if err != nil || base == "" {
			return ""
		}
	}
	return orgOf(base)
}

// saved reads what is saved in the bucket, without opening it.
func (r roll) saved(ctx context.Context) (all []overview.Known, err error) {
	thing := "the saved sources in " + r.host.store.Name()
	versions, err := hang.Ask(ctx, thing, func() (map[string]string, error) { return r.host.saved.Versions(ctx) })
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(rollAtOnce)
	for name, version := range versions {
		group.Go(func() error {
			one := overview.Known{Name: name, Origin: overview.FromSaved}
			object, err := hang.Ask(ctx, "what is saved of "+name+" in "+r.host.store.Name(), func() (saved.Object, error) {
				return r.host.saved.Read(ctx, staging.SavedKey(name, version), name)
			})
			switch {
			case err == nil:
				one.Org = object.Org
			case errors.As(err, new(*saved.NotSavedError)): // it was connected anew or disconnected at this moment
			default:
				one.Problem = "what is saved of it cannot be read: " + said(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, one)
			return nil
		})
	}
	err = group.Wait()
	return all, err
}

// mainWorkers lists the workers that take workflows, with the sources in their settings.
func mainWorkers(ctx context.Context, c client.Client) ([]doctor.Worker, error) {
	return polling(ctx, c, workflows.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
}

// Schedule gives the schedule of a source.
func (r roll) Schedule(ctx context.Context, name string, settings source.Schedule) (schedule.State, error) {
	return ledger.Look(ctx, r.host.scheduler(ctx), r.host.store, name, settings)
}

// Workers lists the workers that serve a source.
func (r roll) Workers(ctx context.Context, name string) ([]doctor.Worker, error) {
	return within(ctx, func(ctx context.Context) ([]doctor.Worker, error) {
		return r.host.workersOf(ctx, activity.GetClient(ctx), name)
	})
}

// LastPolled is when a worker last asked for the work of a source: Temporal remembers that for some minutes, and the bucket where people were told
// that none does.
func (r roll) LastPolled(ctx context.Context, name string) (time.Time, error) {
	at, err := within(ctx, func(ctx context.Context) (time.Time, error) {
		return (&watch.Temporal{Client: activity.GetClient(ctx)}).Polled(ctx, name)
	})
	if err != nil || !at.IsZero() {
		return at.UTC(), err
	}
	standing, err := desk.Standings(ctx, r.host.store, name)
	if gone := standing[notify.WorkerGone]; gone.Open() {
		return gone.Since, nil
	}
	return time.Time{}, err
}

// Waits asks each sync that runs why it stands still.
func (r roll) Waits(ctx context.Context) (map[string]*overview.Wait, error) {
	c := activity.GetClient(ctx)
	syncs, err := within(ctx, func(ctx context.Context) (underway.Syncs, error) { return underway.List(ctx, c, time.Now()) })
	if err != nil {
		return nil, explained(err)
	}
	waits := map[string]*overview.Wait{}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(rollAtOnce)
	for name := range syncs.Began {
		group.Go(func() error {
			wait, err := within(ctx, func(ctx context.Context) (*overview.Wait, error) { return waitOf(ctx, c, workflows.SyncID(name)) })
			mu.Lock()
			defer mu.Unlock()
			if waits[name] = wait; err != nil {
				waits[name] = &overview.Wait{For: overview.ForUnknown}
			}
			return nil
		})
	}
	return waits, group.Wait()
}

// waitOf asks a sync why it stands still; nil where it gets on.
func waitOf(ctx context.Context, c client.Client, id string) (*overview.Wait, error) {
	answer, err := c.QueryWorkflow(ctx, id, "", workflows.ProgressQuery)
	if err != nil {
		return nil, err
	}
	var p workflows.Progress
	if err := answer.Get(&p); err != nil {
		return nil, err
	}
	return waitIn(p), nil
}

// waitIn is what the progress of a sync says of its wait; nil for none.
func waitIn(p workflows.Progress) *overview.Wait {
	wait := &overview.Wait{Phase: string(p.Phase), Why: p.Why(), Do: p.Do, For: overview.ForNobody}
	switch {
	case p.Until != nil:
		wait.Until = p.Until.UTC()
	case p.Looks != nil:
		wait.Looks = p.Looks.UTC()
	}
	switch {
	case p.Outcome != "":
		return nil
	case p.Phase == workflows.PhaseHeld, p.Phase == workflows.PhasePaused:
		wait.For = overview.ForOperator
	case p.Phase == workflows.PhaseBlocked:
		wait.For = overview.ForOperator
		if p.Blocked != nil {
			switch p.Blocked.System {
			case fault.Salesforce:
				wait.For = overview.ForOrg
			case fault.Catalog:
				wait.For = overview.ForCatalog
			default:
			}
		}
	case p.Wait == history.WaitWorker:
		wait.For, wait.Why = overview.ForWorker, "no worker serves the source" // how to get one is said of the source
	case p.Waiting != "":
	case p.Stalled != nil:
		wait.For = overview.ForOperator
		wait.Why, wait.Do = p.StallWords()
	case p.Trouble != "":
		wait.Why = p.Trouble
	default:
		return nil
	}
	return wait
}

// due lists the runs of the schedule of a source, on the Temporal for which an activity runs. See history.Due.
func (h *Host) due(ctx context.Context, source string, after, until time.Time) ([]history.Run, error) {
	runs, came, err := ledger.Runs(ctx, h.scheduler(ctx), h.store, source, after, until)
	return history.RunsOf(runs, came), err
}

// scheduler is the Temporal for which an activity runs.
func (h *Host) scheduler(ctx context.Context) ledger.Server { return h.schedules.server(ctx) }
