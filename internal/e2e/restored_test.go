package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// TestRestored_theBucketFromYesterday takes the syncs of a day away: the next one asks for what two days have changed, its files are true,
// and they are newer than those that the bucket does not know of.
func TestRestored_theBucketFromYesterday(t *testing.T) {
	t.Parallel()
	p := newSite(t, lostOrg(), nil)
	first, _ := p.syncs(t)
	copied := backup(t, p.bucket())
	changed := p.day(t, 3)
	second, spent := p.syncs(t)
	spent.requireRefresh(t, second, changed)
	p.restarts(t, copied)
	changed += p.day(t, 4)
	third, spent := p.syncs(t)
	spent.requireRefresh(t, third, changed)
	requireNewest(t, p.sim, third, 3)
	remembers(t, p.client, third.Sync, first.Sync)
	if third.Sync <= second.Sync {
		t.Errorf("%s sorts before %s, which the bucket has lost", third.Sync, second.Sync)
	}
	p.requireTrue(t, third)
}

// TestRestored_withTemporalsDatabaseLost has a bucket that was copied while a sync ran, a day ago, and a Temporal with an empty database.
// The sync of the copy still owns the source, but nothing was heard of it for so long that a minute is enough. What it had described is reused.
func TestRestored_withTemporalsDatabaseLost(t *testing.T) {
	t.Parallel()
	p := newSite(t, server.Options{Org: openOrg(lostReports), Latency: 100 * time.Millisecond}, nil)
	p.halfWay(t, lostReports)
	p.stop() // what it had described is in the bucket then
	copied, kept := backup(t, p.bucket()), described(p.sim)
	asOfYesterday(t, copied)
	loses(t, p.bucket(), copied)
	again := p.anew(t)
	begun := time.Now()
	result, spent := p.pays(t, func() workflows.Result { return again.sync(t) })
	t.Logf("it took %s; %d were described before", time.Since(begun).Round(time.Second), kept)
	if spent.describes > lostReports-kept+1 || int(result.States.Reused) < kept-obsolete-1 || result.Outcome != workflows.OutcomeComplete {
		t.Errorf("outcome %s, %d of %d reports described after %d: %+v", result.Outcome, spent.describes, lostReports, kept, result.States)
	}
	if said := strings.Join(messages(result.Warnings), "\n"); !strings.Contains(said, "use one Temporal for a bucket") {
		t.Errorf("it warns of %q", said)
	}
	requireNewest(t, p.sim, result, 1)
}

// asOfYesterday makes the mark of the owner in a copy of a bucket a day older.
func asOfYesterday(t *testing.T, dir string) {
	t.Helper()
	marks, err := filepath.Glob(filepath.Join(dir, "sources", "acme", "owner", "*.json"))
	if err != nil || len(marks) != 1 {
		t.Fatalf("the marks are %v, %v", marks, err)
	}
	var mark staging.Owner
	content, err := os.ReadFile(marks[0])
	if err == nil {
		err = json.Unmarshal(content, &mark)
	}
	if err != nil || mark.Ended {
		t.Fatalf("the mark is %+v, %v", mark, err)
	}
	mark.Renewed = mark.Renewed.Add(-24 * time.Hour)
	if content, err = json.Marshal(mark); err == nil {
		err = os.WriteFile(marks[0], append(content, '\n'), 0o600)
	}
	closed(t, err)
}

// TestRestored_credentialsOfYesterday brings former credentials of a connected source back, and a source that was disconnected since: the
// first are refused and connected again, and nothing is described again; the other is to be disconnected again.
func TestRestored_credentialsOfYesterday(t *testing.T) {
	t.Parallel()
	org := simulate(t, lostOrg())
	temporal := temporalOn(t, t.TempDir(), "0")
	c := connect(t, temporal)
	station := withoutSources(t)
	store := station.saved(t)
	former := org.Ready()
	save(t, store, "acme", former)
	save(t, store, "left", former)
	worker := station.work(t, temporal)
	outcome(t, begin(t, c, "acme"))
	bucket := filepath.Join(station.dir, "data", "bucket")
	copied := backup(t, bucket)

	now := former
	now.ClientSecret = "the-second-secret"
	inOrg("app", `{"client_secret":"the-second-secret"}`)(t, org)
	save(t, store, "acme", now)
	closed(t, store.Remove(t.Context(), "left"))
	worker.terminate(t)
	loses(t, bucket, copied)

	station.work(t, temporal)
	app, _ := failure(t, begin(t, c, "acme"))
	if app.Type() != string(fault.LoginRefused) || !strings.Contains(app.Message(), "the client secret is not the one of the app") {
		t.Errorf("with the secret of yesterday it ends as %s: %s", app.Type(), app.Message())
	}
	if back, err := store.Versions(t.Context()); err != nil || len(back) != 2 {
		t.Errorf("connected are %v, %v: want that what was disconnected since is back, as the page says", back, err)
	}
	save(t, store, "acme", now)
	before := describesOf(org).total
	result := outcome(t, begin(t, c, "acme"))
	requireSettled(t, result)
	if more := describesOf(org).total - before; more > 1 {
		t.Errorf("%d reports were described again: %+v", more, result.States)
	}
	requireNewest(t, org, result, 2)

	gone := typed(t, security, "longhaul-starter disconnect ", " --config "+station.settings, temporalAt(temporal))
	if gone.code != 0 {
		t.Errorf("disconnect --purge ended with %d: %s%s", gone.code, gone.stdout, gone.stderr)
	}
	for _, left := range []string{"sources/acme", "saved/acme"} {
		if files, err := filepath.Glob(filepath.Join(bucket, left, "*", "*")); err != nil || len(files) > 0 {
			t.Errorf("%s holds %v, %v", left, files, err)
		}
	}
}

// TestRestored_scheduleOfYesterday brings back a schedule that was ended since, because a worker finds it missing. One that was changed since
// stays as Temporal has it, as if somebody had changed it by hand.
func TestRestored_scheduleOfYesterday(t *testing.T) {
	t.Parallel()
	const daily = "every 24h, up to 10m later"
	for name, row := range map[string]struct {
		since  schedule.Order
		gone   bool // the bucket, without a copy
		spec   string
		byHand bool
		by     string
	}{
		"ended":          {schedule.Order{Off: true}, false, daily, false, schedule.ByVerb},
		"changed":        {schedule.Order{Every: "12h"}, false, "every 12h, up to 10m later", true, schedule.ByVerb},
		"without a copy": {schedule.Order{}, true, daily, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newSite(t, server.Options{Reports: 20, Columns: 3}, nil)
			orders(t, p.client, schedule.Order{Every: "24h"})
			copied := backup(t, p.bucket())
			orders(t, p.client, row.since)
			if row.gone {
				copied = ""
			}
			p.restarts(t, copied)
			var state schedule.State
			eventually(t, withinAMinute, func() bool { state = orders(t, p.client, schedule.Order{}); return state.Exists })
			if state.Spec != row.spec || state.ByHand != row.byHand || state.By != row.by {
				t.Errorf("it is %+v", state)
			}
		})
	}
}

// TestRestored_temporalsDatabase brings back a Temporal that believes a sync to run which has ended since, and after which another one
// came: it delivers nothing, and says why it ends.
func TestRestored_temporalsDatabase(t *testing.T) {
	t.Parallel()
	org := simulate(t, server.Options{Org: openOrg(lostReports), Latency: 100 * time.Millisecond})
	station := newStation(t, org.Ready(), "")
	serve := station.serve(t)
	c := connect(t, serve)
	first := begin(t, c, "acme")
	eventually(t, longest, func() bool { return describesOf(org).total >= lostReports/3 })
	serve.terminate(t)
	database := func() (files []string) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(station.dir, "data", "temporal.db*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no database: %v", err)
		}
		return files
	}
	copied := map[string][]byte{}
	for _, file := range database() {
		content, err := os.ReadFile(file)
		closed(t, err)
		copied[file] = content
	}
	serve = station.serve(t)
	c = connect(t, serve)
	outcome(t, c.GetWorkflow(t.Context(), workflows.SyncID("acme"), ""))
	outcome(t, begin(t, c, "acme"))
	sets := len(org.Files())
	serve.terminate(t)
	for _, file := range database() {
		closed(t, os.Remove(file))
	}
	for file, content := range copied {
		closed(t, os.WriteFile(file, content, 0o600))
	}
	serve = station.serve(t)
	c = connect(t, serve)
	app, _ := failure(t, c.GetWorkflow(t.Context(), workflows.SyncID("acme"), first.GetRunID()))
	t.Logf("%s: %s", app.Type(), app.Message())
	if app.Type() != string(fault.Invalid) || len(org.Files()) != sets {
		t.Errorf("it ended as %s: %s, and the catalog has %d files after %d", app.Type(), app.Message(), len(org.Files()), sets)
	}
	before := describesOf(org).total
	result := outcome(t, begin(t, c, "acme"))
	if more := describesOf(org).total - before; more > 1 {
		t.Errorf("%d reports were described again", more)
	}
	requireNewest(t, org, result, sets/7+1)
}

// TestLost_theCountOfCalls is in the bucket: without it a sync of the same day may use its whole share once more. What the org as a whole
// has used, Salesforce tells, so that the ceiling holds.
func TestLost_theCountOfCalls(t *testing.T) {
	t.Parallel()
	const daily, share, ceiling = 800, 25, 45
	options := lostOrg()
	options.DailyLimit = daily
	p := newSite(t, options, func(s *source.Source) { s.Quota.Share, s.Quota.Ceiling = share, ceiling })
	_, first := p.syncs(t)
	p.restarts(t, "")
	r := p.begin(t)
	waits := r.until(t, time.Minute, func(now workflows.Progress) bool { return now.Waiting != "" || now.Outcome != "" })
	used := p.sim.Stats().DailyUsed
	t.Logf("%d calls, then %d in all; it waits for %q", first.calls, used, waits.Waiting)
	if used <= daily*share/100 || used > daily*ceiling/100 {
		t.Errorf("%d calls are used of %d: want more than the share and no more than the ceiling", used, daily)
	}
	if waits.Outcome == "" {
		endsWhenCancelled(t, p.client, r)
	}
}
