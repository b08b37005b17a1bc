package cli

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/client"

	"longhaul/activities"
	"longhaul/internal/guard"
	"longhaul/internal/host"
	"longhaul/internal/node"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// heldTemporal is a Temporal whose sync is held until it is answered. It ends as discarded, or fails where it is approved: these
// tests need no more.
type heldTemporal struct {
	*fakeTemporal

	refuses  error // what the next update answers in place of a verdict
	answers  []string
	answered chan string
}

func holding(concerns ...activities.Concern) *heldTemporal {
	return &heldTemporal{
		fakeTemporal: &fakeTemporal{progress: workflows.Progress{Phase: workflows.PhaseHeld, Waiting: "why: approve", Concerns: concerns}},
		answered:     make(chan string, 1),
	}
}

func (h *heldTemporal) dial(context.Context, host.DialOptions) (client.Client, error) { return h, nil }

func (h *heldTemporal) ExecuteWorkflow(
	ctx context.Context, o client.StartWorkflowOptions, workflow any, args ...any,
) (client.WorkflowRun, error) {
	run, err := h.fakeTemporal.ExecuteWorkflow(ctx, o, workflow, args...)
	return &heldRun{WorkflowRun: run, h: h}, err
}

func (h *heldTemporal) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	if err := h.refuses; err != nil {
		h.refuses = nil
		return nil, err
	}
	h.answers = append(h.answers, o.UpdateName)
	h.open = false
	h.answered <- o.UpdateName
	return handled{}, nil
}

type handled struct{ client.WorkflowUpdateHandle }

func (handled) Get(context.Context, any) error { return nil }

type heldRun struct {
	client.WorkflowRun
	h *heldTemporal
}

func (r *heldRun) Get(ctx context.Context, into any) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case verdict := <-r.h.answered:
		if verdict == workflows.ApproveUpdate {
			return errors.New("it went on")
		}
		return encoded{workflows.Result{
			Source: "extract", Outcome: workflows.OutcomeDiscarded, Concerns: r.h.progress.Concerns,
		}}.Get(into)
	}
}

var (
	fewer  = activities.Concern{Code: guard.ConcernShrunkReports, What: "The run-as user sees 30 reports, 30 fewer than the 60 of the last sync"}
	lacked = activities.Concern{
		Code: guard.ConcernPermissionMissing, What: `The run-as user lacks "View Reports" and "View Dashboards"`,
		Params: warning.Params{"permissions": warning.List([]string{"ViewPublicReports", "ViewPublicDashboards"})},
	}
)

func extractOn(t *testing.T, h *heldTemporal, more ...string) (int, *output) {
	t.Helper()
	args, environ := castorLine(t.TempDir(), more...)
	app, out := newTestApp(t, args...)
	app.Environ, app.Dial = environ, h.dial
	app.startNode = func(context.Context, node.Options) (*node.Node, error) {
		return &node.Node{Client: h, Address: "127.0.0.1:7233"}, nil
	}
	return Main(t.Context(), app), out
}

func TestExtract_endsWithTheCodeOfWhatItFound(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		concerns []activities.Concern
		code     int
		class    string
		advice   string
	}{
		"far less than last time": {[]activities.Concern{fewer}, exitShrunk, "shrunk", "run the same command with --accept-shrink;"},
		"a permission is missing": {
			[]activities.Concern{lacked}, exitPermission, "permission_missing", "--accept-missing ViewPublicReports,ViewPublicDashboards",
		},
		"a permission is missing, and so is more": {
			[]activities.Concern{fewer, lacked}, exitPermission, "permission_missing", "--accept-missing ViewPublicReports,ViewPublicDashboards",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := holding(row.concerns...)
			code, out := extractOn(t, h)
			text := out.stderr.String()
			if code != row.code || out.stdout.Len() > 0 || !cmp.Equal(h.answers, []string{workflows.DiscardUpdate}) {
				t.Errorf("code %d, answered %q, stdout %q", code, h.answers, out.stdout.String())
			}
			for _, want := range []string{row.concerns[0].What, "--accept-shrink", row.advice, "stay as they were"} {
				if strings.Count(text, want) != 1 {
					t.Errorf("it does not say %q once:\n%s", want, text)
				}
			}
			if strings.Contains(text, "temporal workflow") || strings.Contains(text, "approve") {
				t.Errorf("it asks for an answer that it gives itself:\n%s", text)
			}

			code, out = extractOn(t, holding(row.concerns...), "--json")
			var result workflows.Result
			if err := json.Unmarshal(out.stdout.Bytes(), &result); err != nil || !cmp.Equal(result.Concerns, row.concerns) {
				t.Errorf("stdout is %s: %v", out.stdout.String(), err)
			}
			var failed struct{ Error failure }
			lines := strings.Split(strings.TrimSpace(out.stderr.String()), "\n")
			err := json.Unmarshal([]byte(lines[len(lines)-1]), &failed)
			if err != nil || code != row.code || failed.Error.ExitCode != row.code || failed.Error.Class != row.class {
				t.Errorf("code %d, stderr %s: %v", code, out.stderr.String(), err)
			}
		})
	}
}

func TestExtract_acceptShrinkLetsItGoOn(t *testing.T) {
	t.Parallel()
	h := holding(fewer)
	_, out := extractOn(t, h, "--accept-shrink")
	if !cmp.Equal(h.answers, []string{workflows.ApproveUpdate}) || !strings.Contains(out.stderr.String(), "Going on all the same: "+fewer.What) {
		t.Errorf("answered %q:\n%s", h.answers, out.stderr.String())
	}
}

// No flag lets a sync go on without what no sync can do without.
func TestExtract_discardsWhatNoFlagLetsGoOn(t *testing.T) {
	t.Parallel()
	vital := lacked
	vital.Vital = true
	h := holding(vital)
	code, out := extractOn(t, h, "--accept-shrink")
	text := out.stderr.String()
	if code != exitPermission || !cmp.Equal(h.answers, []string{workflows.DiscardUpdate}) ||
		strings.Contains(text, "--accept-shrink") || strings.Contains(text, "Going on") || !strings.Contains(text, vital.What) {
		t.Errorf("code %d, answered %q:\n%s", code, h.answers, text)
	}
}

// The concerns of an earlier run do not end the command: somebody may have fixed their cause, so the org is listed anew.
func TestExtract_looksAgainAfterAnEarlierRunsSyncWasHeld(t *testing.T) {
	t.Parallel()
	h := holding(fewer)
	h.open = true
	code, _ := extractOn(t, h)
	if code != exitShrunk || len(h.started) != 2 || len(h.answers) != 2 {
		t.Errorf("code %d, %d syncs, answered %q", code, len(h.started), h.answers)
	}
}

func TestExtract_answersAgainWhenTheAnswerWasLost(t *testing.T) {
	t.Parallel()
	h := holding(fewer)
	h.refuses = context.DeadlineExceeded
	if code, out := extractOn(t, h); code != exitShrunk || len(h.answers) != 1 {
		t.Errorf("code %d, answered %q:\n%s", code, h.answers, out.stderr.String())
	}
	h = holding(fewer)
	h.refuses = errors.New("no such update")
	if code, out := extractOn(t, h); code != exitUnreachable || !strings.Contains(out.stderr.String(), "no such update") {
		t.Errorf("code %d:\n%s", code, out.stderr.String())
	}
}

func TestExtract_startsASyncThatIsCompared(t *testing.T) {
	t.Parallel()
	h := holding(fewer)
	extractOn(t, h, "--accept-missing", "ManagePvtRptsAndDashbds,permissionsviewallusers")
	if in := h.started[0]; !in.Guard || in.Upload == nil || *in.Upload {
		t.Errorf("started with %+v", in)
	}
	for _, wrong := range [][]string{{"--accept-missing", "Everything"}, {"--private", "--accept-missing", "ManagePvtRptsAndDashbds"}} {
		if code, out := extractOn(t, holding(), wrong...); code != exitUsage || !strings.Contains(out.stderr.String(), "--accept-missing: ") {
			t.Errorf("%q: code %d:\n%s", wrong, code, out.stderr.String())
		}
	}
}
