package e2e_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/promtest"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/temporaldev"
	"longhaul/workflows"
)

// deployed is the folder with the rules and the dashboard.
const deployed = "../../deploy"

// alerted is an installation of two workers that Prometheus watches. Both serve acme and beta, b alone gamma. The last delivery of beta is
// three days old, and so are the runs of its schedule that did not come.
type alerted struct {
	*plant
	*promtest.Server
	a, b         measured
	both, lonely config.Config // of b, and of a
	receiver     struct {
		*httptest.Server
		fails atomic.Bool
	}
}

// standing are the alerts that fire as long as nobody syncs beta.
var standing = []string{"CatalogStale beta", "ScheduleMissed beta"}

func newAlerted(t *testing.T) *alerted {
	t.Helper()
	g := &alerted{plant: &plant{dir: t.TempDir()}}
	g.receiver.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if g.receiver.fails.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(g.receiver.Close)
	options := server.Options{Org: openOrg(240), DailyLimit: 20_000}
	var err error
	if g.sim, err = server.Start(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, g.sim.Close()) })
	var acme source.Source
	g.tweak = func(s *source.Source) {
		thrifty(s)
		acme = *s
	}
	settings := g.settings(t, options)
	settings.Notify = notify.Settings{Stall: 10 * time.Second, Receivers: []notify.Configured{
		{Name: "ops", Webhook: source.Held(g.receiver.URL + hookPath), Secret: source.Held(hookKey), Events: []notify.Event{notify.Blocked}},
	}}
	g.works = newWorks(t, temporaldev.Options{}, g.dir, settings, zap.NewNop())
	g.stop()
	beta, gamma := acme, acme
	beta.Name, gamma.Name = "beta", "gamma"
	beta.Schedule = g.neglected(t)
	g.both, g.lonely = settings, settings
	for to, sources := range map[*config.Config][]source.Source{&g.both: {acme, beta, gamma}, &g.lonely: {acme, beta}} {
		if to.Sources, err = source.NewRegistry(sources...); err != nil {
			t.Fatal(err)
		}
	}
	g.a, g.b = measureOn(t, g.plant.address, "0", g.lonely), measureOn(t, g.plant.address, "0", g.both)
	g.Server = promtest.Start(t, deployed, g.a.address, g.b.address)
	return g
}

// neglected leaves in the bucket what beta has when Temporal was lost three days ago, and gives its schedule, which starts nothing in these hours.
func (g *alerted) neglected(t *testing.T) source.Schedule {
	t.Helper()
	before := time.Now().Add(-72 * time.Hour).UTC()
	daily := source.Schedule{Cron: time.Now().UTC().Add(12 * time.Hour).Format("0 15 * * *")}
	made, err := schedule.Make("beta", workflows.TaskQueue, workflows.SyncSourceType, daily)
	if err != nil {
		t.Fatal(err)
	}
	written, err := schedule.Encode(made)
	if err != nil {
		t.Fatal(err)
	}
	id := before.Format("20060102T150405Z") + "-ab12cd34"
	for key, value := range map[string]any{
		staging.ScheduleKey("beta"): ledger.Kept{Wanted: daily, By: schedule.BySettings, Written: written, Since: before},
		staging.RecordKey("beta", id): history.Record{
			Sync: id, Source: "beta", Finished: before, Outcome: "complete", Exports: map[string]history.Delivery{"castor": {Delivered: true}},
		},
	} {
		if err := g.store.WriteJSON(t.Context(), key, value); err != nil {
			t.Fatal(err)
		}
	}
	return daily
}

// fires waits until these alerts fire beside those of beta, and none else.
func (g *alerted) fires(t *testing.T, names ...string) {
	t.Helper()
	began := time.Now()
	g.WaitFor(t, slices.Concat(standing, names)...)
	t.Logf("after %s fire: %s", time.Since(began).Round(time.Second), strings.Join(names, ", "))
}

// TestAlerts_ofTwoWorkers lets a real Prometheus watch two real workers through everything that there is an alert for. Each fires once for its
// reason and clears, and each panel of the dashboard has data.
func TestAlerts_ofTwoWorkers(t *testing.T) {
	promtest.Needs(t)
	g := newAlerted(t)
	g.waits(t)
	g.blocks(t)
	g.holds(t)
	g.stalls(t)
	g.losesItsBucket(t)
	g.losesItsWorkers(t)
	var result workflows.Result
	if err := g.start(t, "sync-beta").Get(t.Context(), &result); err != nil {
		t.Fatal(err)
	}
	g.WaitFor(t)
	want := map[string]int{
		"CatalogStale beta": 1, "ScheduleMissed beta": 2, // it is not known while no worker runs
		"Blocked acme": 1, "NotifyFailing ops": 1, "Held acme": 1, "Stalled acme": 1,
		"BucketErrors " + g.a.address: 1, "BucketErrors " + g.b.address: 1,
		"NoWorkers": 1, "NoWorkers gamma": 1,
	}
	fired := g.Fired(t)
	fired["NoWorkers"] = min(fired["NoWorkers"], 1) // on a busy machine workers that start may answer Prometheus late
	if diff := cmp.Diff(want, fired); diff != "" {
		t.Errorf("alerts fired otherwise (-want +got):\n%s", diff)
	}
	g.showsAll(t)
	g.isLinted(t)
}

// waits lets a sync wait for the quota for longer than a stall is, which is no alert.
func (g *alerted) waits(t *testing.T) {
	t.Helper()
	g.sim.AddUsage(17_000)
	r := g.begin(t)
	promtest.Until(t, func() bool {
		return g.Has(t, `count(count_over_time(longhaul_sync_waiting{source="acme", reason="quota"}[20s]) > 18) == 2`)
	}, func() string { return "two workers do not say that the sync waits: " + r.progress(t).Waiting })
	r.days(t, g.sim)
	r.result(t)
	g.fires(t)
}

// blocks takes the login away while the receiver of the message fails.
func (g *alerted) blocks(t *testing.T) {
	t.Helper()
	g.receiver.fails.Store(true)
	describesTake(t, g.sim, 2*time.Second)
	before := described(g.sim)
	r := g.begin(t, workflows.Input{Mode: workflows.ModeFull})
	eventually(t, longest, func() bool { return described(g.sim) > before+20 })
	g.sim.SetSecretRotated(true)
	g.fires(t, "Blocked acme", "NotifyFailing ops")
	g.receiver.fails.Store(false)
	g.fires(t, "Blocked acme")
	g.sim.SetSecretRotated(false)
	describesTake(t, g.sim, 0)
	r.signal(t, workflows.ResumeSignal)
	r.result(t)
	g.fires(t)
}

func (g *alerted) holds(t *testing.T) {
	t.Helper()
	if err := g.sim.Revoke("ViewAllUsers"); err != nil {
		t.Fatal(err)
	}
	r := g.begin(t)
	g.fires(t, "Held acme")
	if err := g.sim.Grant("ViewAllUsers"); err != nil {
		t.Fatal(err)
	}
	r.update(t, workflows.ApproveUpdate)
	r.result(t)
	g.fires(t)
}

// stalls has describes that last longer than nothing may move.
func (g *alerted) stalls(t *testing.T) {
	t.Helper()
	describesTake(t, g.sim, time.Minute)
	r := g.begin(t, workflows.Input{Mode: workflows.ModeFull})
	g.fires(t, "Stalled acme")
	describesTake(t, g.sim, 0)
	r.result(t)
	g.fires(t)
}

func (g *alerted) losesItsBucket(t *testing.T) {
	t.Helper()
	bucket, away := strings.TrimPrefix(g.store.Folder(), "file://"), filepath.Join(g.dir, "away")
	if err := os.Rename(bucket, away); err != nil {
		t.Fatal(err)
	}
	g.fires(t, "BucketErrors "+g.a.address, "BucketErrors "+g.b.address)
	if err := os.Rename(away, bucket); err != nil {
		t.Fatal(err)
	}
	g.fires(t)
}

// losesItsWorkers ends one and then the other in the middle of a sync, and starts both.
func (g *alerted) losesItsWorkers(t *testing.T) {
	t.Helper()
	describesTake(t, g.sim, 2*time.Second)
	before := described(g.sim)
	r := g.begin(t, workflows.Input{Mode: workflows.ModeFull})
	eventually(t, longest, func() bool { return described(g.sim) > before+20 })
	g.b.stop()
	g.fires(t, "NoWorkers gamma")
	g.a.stop()
	g.WaitFor(t, "CatalogStale beta", "NoWorkers")
	eventually(t, time.Minute, func() bool {
		status := run(t, []string{"TEMPORAL_ADDRESS=" + g.plant.address}, program(t, starter), "status", "acme")
		return strings.Contains(status.stdout, "No worker of it has been heard of since ")
	})
	describesTake(t, g.sim, 0)
	g.a, g.b = measureOn(t, g.plant.address, g.a.address, g.lonely), measureOn(t, g.plant.address, g.b.address, g.both)
	r.result(t)
	g.fires(t)
}

// showsAll asks what Grafana asks, of the whole time.
func (g *alerted) showsAll(t *testing.T) {
	t.Helper()
	for _, panel := range promtest.ReadDashboard(t, deployed).Panels {
		for _, target := range panel.Targets {
			values, most := 0, 0.0
			for _, line := range g.All(t, target.Query()) {
				for _, value := range line.Values {
					if !math.IsNaN(value.Value) {
						values++
						most = max(most, value.Value)
					}
				}
			}
			if values == 0 {
				t.Errorf("%s: no data for %s", panel.Title, target.Expr)
			}
			t.Logf("%s: %d values, at most %.4g: %s", panel.Title, values, most, target.Expr)
		}
	}
}

// isLinted asks promtool what it has to say of the page of a worker.
func (g *alerted) isLinted(t *testing.T) {
	t.Helper()
	_, page := g.b.get(t, "/metrics")
	cmd := exec.CommandContext(t.Context(), "promtool", "check", "metrics")
	cmd.Stdin = strings.NewReader(page)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}
