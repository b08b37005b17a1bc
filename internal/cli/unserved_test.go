package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

const unservedWords = "no worker serves source acme: check its name, connect it (longhaul connect acme) if it is not connected any more, or start a worker (longhaul serve or longhaul-worker) with its settings and secrets; a worker that has them and leaves it out says why in its log"

// queued is an activity that has waited for a worker for some time.
func queued(name string, since time.Duration) *workflowpb.PendingActivityInfo {
	return &workflowpb.PendingActivityInfo{
		ActivityType: &commonpb.ActivityType{Name: name}, State: enumspb.PENDING_ACTIVITY_STATE_SCHEDULED,
		ScheduledTime: timestamppb.New(time.Now().Add(-since)),
	}
}

func started(name string) *workflowpb.PendingActivityInfo {
	return &workflowpb.PendingActivityInfo{ActivityType: &commonpb.ActivityType{Name: name}, State: enumspb.PENDING_ACTIVITY_STATE_STARTED}
}

// The last worker of a source may go while its sync runs.
func TestUnserved_isSaidOfARunningSync(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) map[string]time.Time {
		return map[string]time.Time{"longhaul-acme": time.Now().Add(-d), "longhaul": time.Now()}
	}
	for _, row := range []struct {
		name   string
		queued []*workflowpb.PendingActivityInfo
		polled map[string]time.Time
		want   bool
	}{
		{"nobody has asked since the work lies there", []*workflowpb.PendingActivityInfo{queued("Describe", 20*time.Second)}, ago(30 * time.Second), true},
		{"the look for a worker is no sign of one", []*workflowpb.PendingActivityInfo{
			queued("Authenticate", 20*time.Second), started("FindWorker"),
		}, ago(time.Hour), true},
		{"a worker is busy and comes back", []*workflowpb.PendingActivityInfo{queued("Describe", 20*time.Second)}, ago(10 * time.Second), false},
		{"one of the activities runs", []*workflowpb.PendingActivityInfo{queued("Describe", time.Minute), started("Describe")}, ago(time.Hour), false},
		{"it lies there since a moment", []*workflowpb.PendingActivityInfo{queued("Describe", time.Second)}, ago(time.Hour), false},
		{"it is tried again later", []*workflowpb.PendingActivityInfo{queued("Describe", -10*time.Second)}, ago(time.Hour), false},
		{"the sync asks for nothing", nil, ago(time.Hour), false},
	} {
		f := &fakeTemporal{
			pollers: 1, open: true, queued: row.queued, polled: row.polled,
			progress: workflows.Progress{Source: "acme", Phase: workflows.PhaseDescribe},
		}
		code, out := run(t, f, nil, "longhaul-starter", "status", "acme")
		if said := strings.Contains(out.stdout.String(), unservedWords); code != 0 || said != row.want {
			t.Errorf("%s: code %d, it says:\n%s", row.name, code, out.stdout.String())
		}
	}
}

// A source that no worker will serve tonight shows by day.
func TestStatus_saysThatNoWorkerServesTheSource(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		polled time.Time
		served bool
	}{
		{"a worker is there", time.Now().Add(-time.Minute), true},
		{"the last worker has gone", time.Now().Add(-4 * time.Minute), false},
	} {
		f := &fakeTemporal{last: completeResult(), polled: map[string]time.Time{"longhaul-acme": row.polled}}
		_, out := run(t, f, nil, "longhaul-starter", "status", "acme")
		if said := strings.Contains(out.stdout.String(), unservedWords); said == row.served {
			t.Errorf("%s: it says:\n%s", row.name, out.stdout.String())
		}
		_, out = run(t, f, nil, "longhaul-starter", "status", "acme", "--json")
		var got struct {
			Served bool `json:"served"`
		}
		if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || got.Served != row.served {
			t.Errorf("%s: %v, %s", row.name, err, out.stdout.String())
		}
	}
}

const waitsWords = "The sync waits for a worker, because " + unservedWords + "; to end the sync: longhaul-starter cancel acme"

// A misspelt source is reported at once. The sync goes on waiting for a worker that may come.
func TestSync_saysThatNobodyServesTheSource(t *testing.T) {
	t.Parallel()
	nobody := map[string]time.Time{"longhaul-acme": time.Now().Add(-time.Hour)}
	for name, row := range map[string]struct {
		f    fakeTemporal
		args []string
		said bool
	}{
		"watched":                 {fakeTemporal{pollers: 1, polled: nobody, result: completeResult()}, nil, true},
		"detached":                {fakeTemporal{pollers: 1, polled: nobody, hang: true}, []string{"--detach"}, true},
		"detached, for a program": {fakeTemporal{pollers: 1, polled: nobody, hang: true}, []string{"--detach", "--json"}, true},
		"a worker is there":       {fakeTemporal{pollers: 1, result: completeResult()}, nil, false},
		"its worker has no slot left": {
			fakeTemporal{pollers: 1, open: true, polled: nobody, result: completeResult(), queued: []*workflowpb.PendingActivityInfo{started("Describe")}},
			nil, false,
		},
		"only the look for a worker runs": {
			fakeTemporal{pollers: 1, open: true, polled: nobody, result: completeResult(), queued: []*workflowpb.PendingActivityInfo{
				queued("Authenticate", time.Hour), started("FindWorker"),
			}},
			nil, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out := run(t, &row.f, nil, append([]string{"longhaul-starter", "sync", "acme"}, row.args...)...)
			if said := strings.Count(out.stderr.String(), waitsWords+".\n"); code != 0 || (said == 1) != row.said || said > 1 {
				t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
			}
			if strings.Contains(out.stdout.String(), unservedWords) {
				t.Errorf("stdout holds it:\n%s", out.stdout.String())
			}
		})
	}
}

// Without any worker that is the one cause: that nobody serves the source follows.
func TestSync_saysOneCauseWhereNoWorkerIsThere(t *testing.T) {
	t.Parallel()
	code, out := run(t, &fakeTemporal{hang: true}, nil, "longhaul-starter", "sync", "acme", "--detach")
	if said := out.stderr.String(); code != 0 || strings.Count(said, "no worker polls task queue longhaul") != 1 ||
		strings.Contains(said, unservedWords) {
		t.Errorf("code %d, stderr:\n%s", code, said)
	}
}

func TestSync_interruptedSaysThatNobodyServesTheSource(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-starter", "sync", "acme")
	f := &fakeTemporal{pollers: 1, hang: true, polled: map[string]time.Time{"longhaul-acme": time.Now().Add(-time.Hour)}}
	app.Dial = f.dial
	ctx, cancel := context.WithCancel(t.Context())
	f.hanging = cancel
	code := Main(ctx, app)
	want := "longhaul-starter: stopped watching; `longhaul-starter sync acme` joins it again. " + waitsWords + "\n"
	if code != exitInterrupted || !strings.HasSuffix(out.stderr.String(), want) {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
}

// Who misspells a source reads which sources workers serve. A name that no worker serves, such as an earlier slip, is not among them.
func TestUnserved_namesTheSourcesThatAreServed(t *testing.T) {
	t.Parallel()
	polled := map[string]time.Time{"longhaul-acmee": {}, "longhaul-acme": time.Now(), "longhaul-beta": time.Now(), "longhaul-old": {}}
	known := []string{"sync-acmee", "sync-beta", "check-acme", "plan-acme", "sync-old", "nightly"}
	const want = "Workers serve acme, beta: did you mean acme?\n"
	f := &fakeTemporal{pollers: 1, polled: polled, known: known}
	if code, out := run(t, f, nil, "longhaul-starter", "status", "acmee"); code != 0 || strings.Count(out.stdout.String(), want) != 1 {
		t.Errorf("code %d, status says:\n%s", code, out.stdout.String())
	}
	f = &fakeTemporal{pollers: 1, polled: polled, known: known, hang: true}
	if code, out := run(t, f, nil, "longhaul-starter", "sync", "acmee", "--detach"); code != 0 || strings.Count(out.stderr.String(), want) != 1 {
		t.Errorf("code %d, sync says:\n%s", code, out.stderr.String())
	}
	f = &fakeTemporal{pollers: 1, polled: polled, known: known}
	if _, out := run(t, f, nil, "longhaul-starter", "status", "acme"); strings.Contains(out.stdout.String(), "Workers serve") {
		t.Errorf("status of a source that is served says:\n%s", out.stdout.String())
	}
}

// The workers' labels tell of a source that nobody has synced, checked or planned yet. A source that none serves is not suggested.
func TestUnserved_namesASourceThatAWorkerKnows(t *testing.T) {
	t.Parallel()
	polled := map[string]time.Time{"longhaul-acme": {}, "longhaul-acme2": time.Now(), "longhaul-acme3": {}}
	const label, want = "1@etl (longhaul 1.2.3, sources acme3 acme2)", "Workers serve acme2: did you mean acme2?\n"
	for _, args := range [][]string{{"status", "acme"}, {"sync", "acme", "--detach"}, {"plan", "acme"}, {"check", "acme"}} {
		app, out := newTestApp(t, append([]string{"longhaul-starter"}, args...)...)
		app.Verbs = append(app.Verbs, Plan, Check)
		f := &fakeTemporal{pollers: 1, polled: polled, label: label, hang: true}
		app.Dial = f.dial
		none := temporal.NewApplicationError("no worker serves source acme", string(fault.Transient))
		switch args[0] {
		case "plan":
			app.Dial = planning(f, estimate.Plan{}, none).dial
		case "check":
			app.Dial = checking(f, doctor.Judge("acme", []doctor.Finding{cluster.Unserved("acme", []string{"beta"})}), nil).dial
		}
		if Main(t.Context(), app); strings.Count(out.stdout.String()+out.stderr.String(), want) != 1 {
			t.Errorf("%v:\n%s%s", args, out.stdout.String(), out.stderr.String())
		}
	}
}

// A source that cannot be served does not keep others from being served.
func TestServe_leavesOutASourceThatCannotBeServed(t *testing.T) {
	t.Parallel()
	if got := sourcesLine([]string{"acme", "gamma"}, []string{"beta"}); got !=
		"sources: acme, gamma (left out until they can be served: beta)" {
		t.Error(got)
	}
	if got := sourcesLine(nil, nil); !strings.HasPrefix(got, "no source is connected yet: connect one by longhaul connect NAME") {
		t.Error(got)
	}
	settings := smallest + strings.ReplaceAll(smallest[strings.Index(smallest, "  acme:"):], "acme", "beta")
	settings = strings.Replace(settings, "ACME_CLIENT_SECRET", "NO_SUCH_VARIABLE", 1)
	said, err := ranOn(t, settings, func() error { return nil })
	if err != nil || !strings.Contains(said, `"sources":["beta"],"left_out":["acme"]`) || !strings.Contains(said, "NO_SUCH_VARIABLE") {
		t.Errorf("with one of two: %v, stderr:\n%s", err, said)
	}
	bad := filepath.Join(t.TempDir(), "longhaul.yaml")
	if err := os.WriteFile(bad, []byte(smallest), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := run(t, new(fakeTemporal), nil, "longhaul-worker", "worker", "--config", bad) // no secret is set
	const last = `"message":"no source can be served, for the reasons above","class":"invalid","system":"longhaul","exit_code":2}` + "\n"
	if code != exitUsage || strings.Count(out.stderr.String(), "variable ACME_CLIENT_SECRET") != 1 || !strings.HasSuffix(out.stderr.String(), last) {
		t.Errorf("with no source left: code %d, stderr:\n%s", code, out.stderr.String())
	}
}
