package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/workflows"
)

// aPlan is one of an org whose first sync waits for days.
func aPlan() estimate.Plan {
	at := time.Date(2026, 11, 24, 12, 10, 0, 0, time.UTC)
	b := quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	b.Return(0, 11, quota.Usage{Used: 511, Max: 4000, At: at, Clock: at}, at)
	return estimate.Input{
		Source: "acme", Now: at, Asked: 11, Budget: b, Probe: 15 * time.Minute, InFlight: 24, Latency: 200 * time.Millisecond,
		Describe: 480 * time.Millisecond, Samples: 2, Passes: map[listing.Kind][]int64{listing.Reports: {3000}},
	}.Plan()
}

// TestPlan_hasTheShapeThatScriptsRelyOn holds the names of docs/plan.md.
func TestPlan_hasTheShapeThatScriptsRelyOn(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-starter", "plan", "acme", "--json")
	app.Verbs = append(app.Verbs, Plan)
	app.Dial = planning(&fakeTemporal{pollers: 1}, aPlan(), nil).dial
	if code := Main(t.Context(), app); code != exitDone {
		t.Fatalf("code %d: %s", code, out.stderr.String())
	}
	var got map[string]any
	if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for path, names := range map[string][]string{
		"": {
			"source", "as_of", "zone", "calls", "kinds", "reused", "quota", "pace", "first", "refresh", "share_for_48h", "sooner", "stops",
			"not_asked", "unknown",
		},
		"kinds":        {"folders", "reports", "dashboards", "components", "users"},
		"first":        {"describes", "calls", "seconds", "waits_seconds", "ends", "days"},
		"refresh":      {"describes", "calls", "seconds", "waits_seconds", "ends", "days"},
		"sooner":       {"ceiling", "share", "seconds", "ends"},
		"reused":       {"recorded", "reports", "without_columns", "changed", "again", "how"},
		"quota":        {"max", "used", "ours", "others", "ceiling", "share"},
		"first.days.0": {"day", "calls", "waits_seconds"},
	} {
		at := any(got)
		for step := range strings.SplitSeq(path, ".") {
			switch {
			case step == "":
			case step == "0":
				at = at.([]any)[0]
			default:
				at = at.(map[string]any)[step]
			}
		}
		for _, name := range names {
			if _, there := at.(map[string]any)[name]; !there {
				t.Errorf("%q has no %s: %v", path, name, at)
			}
		}
	}
	if got["share_for_48h"] != 39.0 || len(got["unknown"].([]any)) == 0 {
		t.Errorf("share_for_48h is %v, unknown %v", got["share_for_48h"], got["unknown"])
	}
}

func TestPlan_showsWhatASyncTakes(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "plan", "acme")
	app.Verbs = append(app.Verbs, Plan)
	app.Dial = planning(&fakeTemporal{pollers: 1}, aPlan(), nil).dial
	if code := Main(t.Context(), app); code != exitDone {
		t.Fatalf("code %d: %s", code, out.stderr.String())
	}
	for _, words := range []string{
		"A first sync describes 3,000 reports: 3,009 API calls, about 3.1 days",
		"With quota.share: 39 it would end in about 25 h, ", "Not known:",
	} {
		if !strings.Contains(out.stdout.String(), words) {
			t.Errorf("it does not say %q:\n%s", words, out.stdout.String())
		}
	}
}

// TestPlan_ofASourceThatIsBeingSynced says so first: its figures are those of the next sync.
func TestPlan_ofASourceThatIsBeingSynced(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "plan", "acme")
	app.Verbs = append(app.Verbs, Plan)
	plan := aPlan()
	plan.Waits = "no worker serves source acme"
	app.Dial = planning(&fakeTemporal{pollers: 1, open: true, progress: workflows.Progress{
		Source: "acme", Phase: workflows.PhaseDescribe, ToDescribe: 10, Done: 5, Quota: &workflows.Quota{Max: 4000, Ceiling: 80, Share: 50},
	}}, plan, nil).dial
	if code := Main(t.Context(), app); code != exitDone {
		t.Fatalf("code %d: %s", code, out.stderr.String())
	}
	said := strings.Join(strings.Fields(out.stdout.String()), " ")
	for _, words := range []string{
		"A sync of acme is running: 5 of 10 reports (50%), 0 API calls.", "a ceiling of 80 % and a share of 50 %. What follows is of the next sync",
		"A sync would wait: no worker serves source acme. acme: what its syncs take",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("it does not say %q:\n%s", words, said)
		}
	}
}

func TestPlan_failsWithASentence(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		args    []string
		failure error
		code    int
		says    string
	}{
		"no source":   {nil, nil, exitUsage, "the name of one source"},
		"a sync's id": {[]string{"sync-acme"}, nil, exitUsage, "say `plan acme`"},
		"no worker": {
			[]string{"acme"},
			temporal.NewApplicationError("no worker serves source acme", string(fault.Transient)),
			exitUnreachable, "no worker serves",
		},
		"a refused login": {
			[]string{"acme"},
			temporal.NewApplicationError("the secret is wrong", string(fault.LoginRefused)),
			exitLogin, "the secret is wrong",
		},
	} {
		app, out := newTestApp(t, slices.Concat([]string{"longhaul", "plan"}, row.args)...)
		app.Verbs = append(app.Verbs, Plan)
		app.Dial = planning(&fakeTemporal{pollers: 1}, estimate.Plan{}, row.failure).dial
		if code := Main(t.Context(), app); code != row.code || !strings.Contains(out.stderr.String(), row.says) {
			t.Errorf("%s: code %d, want %d: %s", name, code, row.code, out.stderr.String())
		}
	}
}
