package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/history/answer"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/temporaldev"
	"longhaul/workflows"
)

// The tests of this file, and of restored_test.go, are what docs/lost-and-restored.md says.

// lostReports is the number of reports of an org that loses what Longhaul keeps.
const lostReports = 150

func lostOrg() server.Options { return server.Options{Org: openOrg(lostReports)} }

// site is an installation that loses what it keeps.
type site struct{ *plant }

func newSite(t *testing.T, options server.Options, tweak func(*source.Source)) site {
	t.Helper()
	return site{newPlant(t, options, tweak)}
}

// bucket is the folder of the bucket.
func (p site) bucket() string { return filepath.Join(p.dir, "bucket") }

// backup copies a folder, as of a bucket.
func backup(t *testing.T, dir string) (copied string) {
	t.Helper()
	copied = filepath.Join(t.TempDir(), "backup")
	closed(t, os.CopyFS(copied, os.DirFS(dir)))
	return copied
}

// loses takes a folder away and puts the copy in its place, if there is one.
func loses(t *testing.T, dir, copied string) {
	t.Helper()
	closed(t, os.RemoveAll(dir))
	if copied != "" {
		closed(t, os.CopyFS(dir, os.DirFS(copied)))
	}
}

// restarts stops the worker, loses its bucket, for a copy if there is one, and starts another worker on the same Temporal.
func (p site) restarts(t *testing.T, copied string) {
	t.Helper()
	p.stop()
	loses(t, p.bucket(), copied)
	p.addWorker(t, server.Options{})
}

// anew is a Temporal with an empty database, as a cluster has it that lost its own, and a worker on the same bucket.
func (p site) anew(t *testing.T) works {
	t.Helper()
	return newWorks(t, temporaldev.Options{}, t.TempDir(), p.settings(t, server.Options{}), zap.NewNop())
}

// day passes, and people rename some reports and create one.
func (p site) day(t *testing.T, rename int) (changed int) {
	t.Helper()
	p.sim.Advance(24 * time.Hour)
	p.churn(t, server.Churn{Rename: server.Picks{Number: rename}, Create: 1})
	p.sim.Advance(time.Hour)
	return rename + 1
}

// paid is what a sync took: API calls, and how many of them were describes.
type paid struct{ calls, describes int }

// pays runs a sync and counts what it takes.
func (p site) pays(t *testing.T, sync func() workflows.Result) (workflows.Result, paid) {
	t.Helper()
	calls, describes := p.sim.Stats().APICalls, described(p.sim)
	result := sync()
	spent := paid{p.sim.Stats().APICalls - calls, described(p.sim) - describes}
	t.Logf("%s: %d API calls, %d of them describes; %v", result.Sync, spent.calls, spent.describes, messages(result.Warnings))
	return result, spent
}

// syncs is pays of a sync on the Temporal of p.
func (p site) syncs(t *testing.T) (workflows.Result, paid) {
	t.Helper()
	return p.pays(t, func() workflows.Result { return p.sync(t) })
}

// listings is what the listings of such an org take, its login and what is asked beside them.
const listings = 20

// requireRefresh checks that a sync described what had changed, and what is tried again at each, and reused the rest.
func (spent paid) requireRefresh(t *testing.T, result workflows.Result, changed int) {
	t.Helper()
	const again = 1 // a report that was deleted while the first sync ran
	if spent.describes < changed || spent.describes > changed+again || spent.calls > spent.describes+listings {
		t.Errorf("it took %+v where %d reports had changed", spent, changed)
	}
	if reused := int(result.States.Reused); reused < lostReports*9/10-changed {
		t.Errorf("%d reports were reused: %+v", reused, result.States)
	}
}

// requireWhole checks that a sync described everything.
func (spent paid) requireWhole(t *testing.T, result workflows.Result) {
	t.Helper()
	if spent.describes < lostReports || spent.calls > spent.describes+listings || result.States.Reused != 0 {
		t.Errorf("it took %+v: %+v", spent, result.States)
	}
}

// requireNewest checks that a set was delivered as a whole under a later time than every set before it.
func requireNewest(t *testing.T, sim *server.Server, result workflows.Result, sets int) {
	t.Helper()
	files := map[string]int{}
	own, newest := "", ""
	for _, f := range result.Files["castor"] {
		own, _, _ = strings.Cut(f.Name, "-")
	}
	for _, f := range sim.Files() {
		at, _, _ := strings.Cut(f.Name, "-")
		files[at]++
		newest = max(newest, at)
	}
	if !result.Uploaded || own != newest || files[own] != 7 || len(files) != sets {
		t.Errorf("it delivered %s (%v) of the sets %v, want a whole one that is the newest of %d", own, result.Uploaded, files, sets)
	}
}

// requireTrue checks that the files of a sync are those of one that describes everything anew.
func (p site) requireTrue(t *testing.T, result workflows.Result) {
	t.Helper()
	at := &station{bucket: config.FileURL(p.bucket())}
	before := at.contents(t, result)
	requireContents(t, at.contents(t, p.sync(t, map[string]any{"mode": "full"})), before)
}

// remembers checks of which syncs the history of acme tells, newest first.
func remembers(t *testing.T, c client.Client, want ...string) {
	t.Helper()
	var h answer.History
	inspect(t, c, `{"source":"acme","question":"history"}`, &h)
	var got []string
	for _, s := range h.Syncs {
		got = append(got, s.Sync)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the history tells of %v, want %v", got, want)
	}
}

// TestLost_temporalsDatabase on a cluster, while no sync runs: the next sync waits for nothing and is a refresh like any other.
func TestLost_temporalsDatabase(t *testing.T) {
	t.Parallel()
	p := newSite(t, lostOrg(), nil)
	first, _ := p.syncs(t)
	changed := p.day(t, 3)
	p.stop()
	again := p.anew(t)
	result, spent := p.pays(t, func() workflows.Result { return again.sync(t) })
	spent.requireRefresh(t, result, changed)
	requireNewest(t, p.sim, result, 2)
	remembers(t, again.client, result.Sync, first.Sync)
}

// TestLost_temporalsDatabaseWhileASyncRuns on a cluster: the source still belongs to the lost sync, which may be at work, so the next one
// waits for its silence. It says so, until when, and that nothing is to be done.
func TestLost_temporalsDatabaseWhileASyncRuns(t *testing.T) {
	t.Parallel()
	p := newSite(t, server.Options{Org: openOrg(lostReports), Latency: 100 * time.Millisecond}, nil)
	p.halfWay(t, lostReports)
	p.stop()
	before := p.sim.Stats().APICalls
	again := p.anew(t)
	r := again.begin(t)
	waits := r.until(t, time.Minute, func(now workflows.Progress) bool { return now.Waiting != "" })
	if waits.Phase != workflows.PhaseAuthenticate || !strings.Contains(waits.Waiting, "if that Temporal is lost, nothing is to be done") {
		t.Errorf("it is %s and waits for %q", waits.Phase, waits.Waiting)
	}
	if more := p.sim.Stats().APICalls - before; more != 0 {
		t.Errorf("it spent %d calls before it may begin", more)
	}
	t.Logf("%q", waits.Waiting)
	endsWhenCancelled(t, again.client, r)
}

// TestLost_theBucket while no sync runs: the next sync compares with nothing, so it is a first one, and what it delivers is the newest all
// the same.
func TestLost_theBucket(t *testing.T) {
	t.Parallel()
	p := newSite(t, lostOrg(), nil)
	p.syncs(t)
	p.restarts(t, "")
	p.day(t, 3)
	result, spent := p.syncs(t)
	spent.requireWhole(t, result)
	requireNewest(t, p.sim, result, 2)
	remembers(t, p.client, result.Sync)
}

// TestLost_both is Temporal's database and the bucket: as the first day, but for the catalog, which keeps what it has.
func TestLost_both(t *testing.T) {
	t.Parallel()
	p := newSite(t, lostOrg(), nil)
	p.syncs(t)
	p.day(t, 3)
	p.stop()
	loses(t, p.bucket(), "")
	again := p.anew(t)
	result, spent := p.pays(t, func() workflows.Result { return again.sync(t) })
	spent.requireWhole(t, result)
	requireNewest(t, p.sim, result, 2)
	remembers(t, again.client, result.Sync)
}

// TestLost_theBucketUnderALivingWorker as a disk that lost its mount: nothing is made in its place until the worker starts again, and
// every step says what is to be done.
func TestLost_theBucketUnderALivingWorker(t *testing.T) {
	t.Parallel()
	p := newSite(t, lostOrg(), nil)
	p.syncs(t)
	loses(t, p.bucket(), "")
	r := p.begin(t)
	away := r.until(t, time.Minute, func(now workflows.Progress) bool { return now.Trouble != "" })
	if !strings.Contains(away.Trouble, "is away, was emptied") ||
		!strings.HasSuffix(away.Trouble, "cancel the sync, restart the workers and start it again") {
		t.Errorf("it is in trouble: %q", away.Trouble)
	}
	if _, err := os.Stat(p.bucket()); err == nil {
		t.Error("a bucket was made in place of the one that is away")
	}
	endsWhenCancelled(t, p.client, r)
	p.restarts(t, "")
	result, spent := p.syncs(t)
	spent.requireWhole(t, result)
	requireNewest(t, p.sim, result, 2)
}

// TestLost_theBucketOfARunningSync, or one that was restored under it: the sync does not go on without what it had read. It says that it is to
// be cancelled, and the next one reuses what the bucket has.
func TestLost_theBucketOfARunningSync(t *testing.T) {
	t.Parallel()
	for name, restored := range map[string]bool{"gone": false, "restored": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newSite(t, server.Options{Org: openOrg(lostReports), Latency: 50 * time.Millisecond}, nil)
			p.sync(t)
			copied := ""
			if restored {
				copied = backup(t, p.bucket())
			}
			start := described(p.sim)
			r := p.begin(t, map[string]any{"mode": "full"})
			eventually(t, time.Minute, func() bool { return described(p.sim) > start+20 })
			p.restarts(t, copied)
			stands := r.until(t, time.Minute, func(now workflows.Progress) bool {
				return now.Waiting != "" || strings.Contains(now.Trouble, "the bucket")
			})
			if says := stands.Waiting + stands.Trouble; !strings.Contains(says, "cancel the sync") || !strings.HasSuffix(says, "start it again") {
				t.Errorf("it is %s: %q", stands.Phase, says)
			}
			if restored && !strings.HasPrefix(stands.Do, "`longhaul cancel acme`, then `longhaul sync acme`") {
				t.Errorf("what to do: %s", stands.Do)
			}
			t.Logf("%s: %q %q", stands.Phase, stands.Waiting, stands.Trouble)
			endsWhenCancelled(t, p.client, r)
			result, spent := p.syncs(t)
			if restored {
				spent.requireRefresh(t, result, 0)
			} else {
				spent.requireWhole(t, result)
			}
			requireNewest(t, p.sim, result, 2)
		})
	}
}
