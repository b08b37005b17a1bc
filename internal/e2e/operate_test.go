package e2e_test

import (
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// The org that the page's commands work on.
const (
	pageReports = 300
	dailyLimit  = 100_000
	inFlight    = 24 // requests, as the settings have it by default
)

// late is how long Salesforce takes for a describe while a command meets a sync that describes.
const late = time.Second

// follower starts a sync of the org and follows it to its end.
type follower struct {
	*terminal
	sim    *server.Server
	client client.Client

	followed  execution
	describes int // begun before it
}

func (o *operator) shutGate(*testing.T) { o.gate.shut() }

// follow starts sync-acme with an input and keeps in mind which run it is and what was described before it.
func (f *follower) follow(t *testing.T, input string) {
	t.Helper()
	f.describes, _ = f.sim.Describes()
	f.temporal(t, &f.followed, "workflow", "start", "--type", "SyncSource", "--task-queue", "longhaul",
		"--workflow-id", "sync-acme", "--input", input)
}

// begun is how many describes were begun since the sync that is followed was started.
func (f *follower) begun() int {
	total, _ := f.sim.Describes()
	return total - f.describes
}

// slowly starts a sync that describes every report again, and waits until it is in the middle of that.
func (f *follower) slowly(t *testing.T) {
	t.Helper()
	if err := f.sim.SetFaults([]server.Fault{{Name: "stall", Route: "describe", Delay: late}}); err != nil {
		t.Fatal(err)
	}
	f.follow(t, `{"mode":"full"}`)
	eventually(t, time.Minute, func() bool { return f.begun() > pageReports/4 })
}

// quickly lets Salesforce answer at once again.
func (f *follower) quickly(t *testing.T) {
	t.Helper()
	if err := f.sim.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
}

// progress asks the running sync.
func (f *follower) progress(t *testing.T) (p workflows.Progress) {
	t.Helper()
	value, err := f.client.QueryWorkflow(t.Context(), "sync-acme", "", workflows.ProgressQuery)
	if err == nil {
		err = value.Get(&p)
	}
	if err != nil {
		t.Logf("the progress query: %v", err)
	}
	return p
}

// awaitPhase waits until the sync shows a phase, and gives what it says then.
func (f *follower) awaitPhase(t *testing.T, phase workflows.Phase) (p workflows.Progress) {
	t.Helper()
	eventually(t, time.Minute, func() bool {
		p = f.progress(t)
		return p.Phase == phase
	})
	return p
}

// ends waits for the end of the sync that is followed.
func (f *follower) ends(t *testing.T) workflows.Result {
	t.Helper()
	var result workflows.Result
	if err := f.client.GetWorkflow(t.Context(), f.followed.WorkflowID, f.followed.RunID).Get(t.Context(), &result); err != nil {
		t.Fatalf("the sync failed: %v", err)
	}
	return result
}

func (o *operator) paused(t *testing.T) {
	t.Helper()
	if strings.HasPrefix(o.shown, "The sync of acme") && o.progress(t).Phase != workflows.PhasePaused { // the verb waits for it
		t.Errorf("the verb said %s, and the sync is in %s", o.shown, o.progress(t).Phase)
	}
	o.awaitPhase(t, workflows.PhasePaused)
	o.seen = o.begun()
}

// awaitListed waits until the list can know of the standstill: it learns a moment later than the sync itself.
func (o *operator) awaitListed(t *testing.T) {
	t.Helper()
	eventually(t, time.Minute, func() bool { return len(o.list(t, `LonghaulPhase = "paused"`)) == 1 })
}

func (o *operator) listed(t *testing.T) {
	t.Helper()
	if !strings.Contains(o.shown, "sync-acme") {
		t.Errorf("the list of syncs that stand still lacks the paused one: %s", o.shown)
	}
}

func (o *operator) stillPaused(t *testing.T) {
	t.Helper()
	if begun := o.begun(); begun != o.seen || o.progress(t).Phase != workflows.PhasePaused {
		t.Errorf("%d describes were begun during the pause, phase %s", begun-o.seen, o.progress(t).Phase)
	}
}

// goesOn holds the sync that was resumed to its end: all of it described, and no more reports twice than may be. After a login
// that was refused these are the ones whose requests were in flight.
func goesOn(twice int) func(*operator, *testing.T) {
	return func(o *operator, t *testing.T) {
		t.Helper()
		o.endsWhole(t, twice)
	}
}

// endsWhole lets Salesforce answer at once and waits for the end of a full sync.
func (f *follower) endsWhole(t *testing.T, twice int) workflows.Result {
	t.Helper()
	f.quickly(t)
	result := f.ends(t)
	if result.States.Total() != pageReports || result.States.Failed != 0 || !result.Uploaded {
		t.Errorf("the sync ended as %+v", result)
	}
	if got := f.begun() - pageReports; got > twice {
		t.Errorf("%d reports were described twice, want at most %d", got, twice)
	}
	return result
}

// outOfQuota lets others use the org's calls up to more than the sync's ceiling, and starts a sync.
func (o *operator) outOfQuota(t *testing.T) {
	t.Helper()
	o.sim.AddUsage(dailyLimit * 81 / 100)
	o.follow(t, `{"mode":"full"}`)
	eventually(t, time.Minute, func() bool { return o.progress(t).Waiting != "" })
	const waits = 10
	got := run(t, o.environ, program(t, starter), "sync", "acme", "--no-wait")
	if got.code != waits || !strings.Contains(got.stderr, "waits for API calls") {
		t.Errorf("a job that does not wait for API calls ended with %d: %s", got.code, got.stderr)
	}
}

func (o *operator) saysWhyItWaits(t *testing.T) {
	t.Helper()
	if why := o.progress(t).Waiting; !strings.Contains(o.shown, why) || o.begun() != 0 {
		t.Errorf("it waits because %q, %d describes were begun, and the details are:\n%s", why, o.begun(), o.shown)
	}
}

func (o *operator) hasQuota(t *testing.T) {
	t.Helper()
	o.endsWhole(t, 0)
	o.sim.Advance(25 * time.Hour) // what others used is a day old then
}

// holdsWithout takes a permission away and starts a sync, which holds for it.
func holdsWithout(permission string) func(*operator, *testing.T) {
	return func(o *operator, t *testing.T) {
		t.Helper()
		if err := o.sim.Revoke(permission); err != nil {
			t.Fatal(err)
		}
		o.delivered = len(o.sim.Files())
		o.follow(t, `{}`)
		o.awaitPhase(t, workflows.PhaseHeld)
	}
}

// delivers holds the approved sync to its end, and delivers once more with the permission that it did without.
func (o *operator) delivers(t *testing.T) {
	t.Helper()
	result := o.ends(t)
	if !result.Uploaded || !strings.Contains(strings.Join(messages(result.Warnings), " "), "approved by an operator") {
		t.Errorf("the approved sync ended as %+v", result)
	}
	if err := o.sim.Grant("ViewAllUsers"); err != nil {
		t.Fatal(err)
	}
	o.follow(t, `{}`)
	if result := o.ends(t); !result.Uploaded {
		t.Errorf("with all permissions the sync ended as %+v", result)
	}
}

func (o *operator) deliversNothing(t *testing.T) {
	t.Helper()
	if result := o.ends(t); result.Outcome != workflows.OutcomeDiscarded || len(o.sim.Files()) != o.delivered {
		t.Errorf("the discarded sync ended as %+v, with %d files delivered", result, len(o.sim.Files())-o.delivered)
	}
	if err := o.sim.Grant("ViewAllUsers", "ViewPublicDashboards"); err != nil {
		t.Fatal(err)
	}
}

// blocked makes the secret of a sync that describes another one, waits until that has stopped it, and fixes it.
func (o *operator) blocked(t *testing.T) {
	t.Helper()
	o.slowly(t)
	o.sim.SetSecretRotated(true)
	if why := o.awaitPhase(t, workflows.PhaseBlocked).Waiting; !strings.Contains(why, "secret") {
		t.Errorf("it is blocked because %q", why)
	}
	o.sim.SetSecretRotated(false)
}

// stopped waits until nothing runs, and starts once more: what was read is known then.
func (o *operator) stopped(t *testing.T) {
	t.Helper()
	o.awaitRest(t)
	o.gate.open()
	o.follow(t, `{}`)
	if result := o.ends(t); result.States.Reused == 0 || o.begun() > pageReports/10 {
		t.Errorf("after the stop %d reports were described again: %+v", o.begun(), result.States)
	}
}

func (o *operator) isAnotherRun(t *testing.T) {
	t.Helper()
	before := o.followed
	o.followed = o.running(t)
	if o.followed.RunID == before.RunID {
		t.Error("the reset made no new run")
	}
	o.id = o.progress(t).Sync
	eventually(t, time.Minute, func() bool { return o.progress(t).Phase == workflows.PhaseDescribe })
}

// endsAsTheSameSync holds the sync that was reset twice to its end.
func (o *operator) endsAsTheSameSync(t *testing.T) {
	t.Helper()
	o.followed = o.running(t)
	if result := o.endsWhole(t, inFlight); result.Sync != o.id {
		t.Errorf("after a reset it is sync %s, before it was %s", result.Sync, o.id)
	}
}
