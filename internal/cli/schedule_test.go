package cli

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
	"longhaul/workflows/question"
)

// scheduling is a Temporal whose workers take orders about the schedule of acme.
type scheduling struct {
	questioned

	order schedule.Order // that is agreed
	busy  int            // how many orders of others run before
}

func (s *scheduling) dial(context.Context, host.DialOptions) (client.Client, error) { return s, nil }

func (s *scheduling) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	want := []any{question.Scheduling{Source: "acme", Order: s.order}}
	if diff := cmp.Diff(want, args); diff != "" || o.ID != "schedule-acme" || workflow != "ScheduleSource" ||
		o.WorkflowIDConflictPolicy != enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL {
		return nil, errors.New("started in another way than agreed: " + o.ID + diff)
	}
	if s.busy > 0 {
		s.busy--
		return nil, serviceerror.NewWorkflowExecutionAlreadyStarted("another order", "", "")
	}
	return &answered{q: &s.questioned}, nil
}

func ordered(t *testing.T, s *scheduling, args ...string) (code int, out *output) {
	t.Helper()
	app, out := newTestApp(t, append([]string{"longhaul-starter", "schedule"}, args...)...)
	app.Verbs = append(app.Verbs, Schedule)
	app.Dial = s.dial
	s.fakeTemporal = &fakeTemporal{pollers: 1}
	return Main(t.Context(), app), out
}

func TestSchedule_givesOrders(t *testing.T) {
	t.Parallel()
	for args, order := range map[string]schedule.Order{
		"acme":                  {},
		"acme --every 7d":       {Every: "7d"},
		"acme --cron 0_2_*_*_*": {Cron: "0 2 * * *"},
		"acme --cron 0_2_*_*_* --timezone Europe/Paris": {Cron: "0 2 * * *", Timezone: "Europe/Paris"},
		"acme --off":                        {Off: true},
		"acme --pause --reason maintenance": {Pause: true, Reason: "maintenance"},
		"acme --resume":                     {Resume: true},
	} {
		s := &scheduling{order: order, busy: 2, questioned: questioned{answer: schedule.State{Source: "acme"}}}
		var words []string
		for word := range strings.FieldsSeq(args) {
			words = append(words, strings.ReplaceAll(word, "_", " "))
		}
		if code, out := ordered(t, s, words...); code != exitDone {
			t.Errorf("%s ended with %d: %s", args, code, out.stderr.String())
		}
	}
}

func TestSchedule_refusesBeforeItAsks(t *testing.T) {
	t.Parallel()
	for args, says := range map[string]string{
		"":                        "takes the name of one source",
		"acme --every daily":      "every must be a time from 1m to 366d",
		"acme --every=":           "--every is empty",
		"acme --every 24h --off":  "exclude each other",
		"acme --cron 1":           "cron must be cron's five fields",
		"acme --timezone UTC":     "timezone is for cron only",
		"acme --reason why":       "reason is for pause and resume",
		"acme --off --reason why": "reason is for pause and resume",
		"sync-acme":               "say `schedule acme`",
	} {
		code, out := ordered(t, new(scheduling), strings.Fields(args)...)
		if code != exitUsage || !strings.Contains(out.stderr.String(), says) {
			t.Errorf("%q ended with %d: %s", args, code, out.stderr.String())
		}
	}
}

func TestSchedule_showsWhatIsThere(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 1, 2, 3, 0, time.UTC)
	s := &scheduling{questioned: questioned{answer: schedule.State{
		Source: "acme", ID: "longhaul-acme", Exists: true, By: schedule.BySettings, Wanted: &source.Schedule{Every: 24 * time.Hour},
		Spec: "every 2h, up to 10m later", ByHand: true, Paused: true, Note: "maintenance", Next: []time.Time{at}, Counts: schedule.Counts{Started: 1200, Skipped: 1},
	}}}
	code, out := ordered(t, s, "acme")
	if code != exitDone {
		t.Fatalf("it ended with %d: %s", code, out.stderr.String())
	}
	for _, part := range []string{
		"The schedule of acme: every 2h, up to 10m later.", "It is paused: nothing starts.", "The note says: maintenance.", "It was changed by hand, and stays so. The settings say: every 24h.",
		"Mon 30 Nov 2026 01:02 UTC", at.Local().Format("Mon 2 Jan 2006 15:04 MST"), "1,200 starts, 1 skipped, for the sync before still ran.",
		"longhaul-starter schedule acme --resume",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out.stdout.String()), " "), part) {
			t.Errorf("%q is missing in:\n%s", part, out.stdout.String())
		}
	}
	code, out = ordered(t, s, "acme", "--json")
	var got map[string]any
	if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != exitDone {
		t.Fatalf("it ended with %d: %v", code, err)
	}
	diff, next := cmp.Diff(map[string]any{"every": "24h"}, got["wanted"]), got["next"].([]any)[0]
	if diff != "" || got["changed_by_hand"] != true || next != "2026-11-30T01:02:03Z" {
		t.Errorf("--json has %v", got)
	}
}

func TestSchedule_saysWhyNot(t *testing.T) {
	t.Parallel()
	s := &scheduling{questioned: questioned{
		failure: temporal.NewApplicationError("sources.acme.schedule of the settings says every 24h", string(fault.Invalid)),
	}, order: schedule.Order{Every: "1h"}}
	if code, out := ordered(t, s, "acme", "--every", "1h"); code != exitUsage || !strings.Contains(out.stderr.String(), "sources.acme.schedule") {
		t.Errorf("it ended with %d: %s", code, out.stderr.String())
	}
}
