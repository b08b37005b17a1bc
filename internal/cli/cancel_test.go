package cli

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/host"
	"longhaul/workflows"
)

// TestCancel_waitsForTheEnd sends the reason before the cancel, and says how the sync ended, whoever was first.
func TestCancel_waitsForTheEnd(t *testing.T) {
	t.Parallel()
	cancelled := completeResult()
	cancelled.Outcome, cancelled.Kept, cancelled.Kinds.Reports = workflows.OutcomeCancelled, 1034, 5000
	cancelled.States.Reused = 0
	for _, row := range []struct {
		ended         error
		outcome, says string
	}{
		{
			temporal.NewCanceledError(*cancelled), "cancelled",
			"The sync of acme was cancelled; 1,034 of 5,000 reports are described and kept for the next one. `a-starter sync acme` starts the next one.",
		},
		{nil, "complete", "The sync of acme was done before the cancel came: complete. `a-starter sync acme` starts the next one."},
		{
			temporal.NewApplicationError("the user is frozen", string(fault.LoginRefused)), "failed",
			"The sync of acme has failed, perhaps before the cancel came: the user is frozen. `a-starter sync acme` starts the next one.",
		},
	} {
		s := steer(describing)
		s.ended <- row.ended
		code, out := give(t, s, "cancel", "acme", "--reason", "the wrong org", "--json")
		var got struct {
			Outcome, Message string
			Done             bool
		}
		if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != 0 {
			t.Fatalf("%s: code %d, %v: %s%s", row.outcome, code, err, out.stdout.String(), out.stderr.String())
		}
		if got.Outcome != row.outcome || got.Message != row.says || !got.Done {
			t.Errorf("%s: got %+v", row.outcome, got)
		}
		if sent := strings.Join(s.orders, "; "); sent != `cancel-reason {"reason":"the wrong org"}; cancel null` {
			t.Errorf("sent %s", sent)
		}
	}
}

// succeeded is a Temporal in which another sync has begun by the time the cancel comes.
type succeeded struct{ *steered }

func (s succeeded) CancelWorkflowWithOptions(_ context.Context, o client.CancelWorkflowOptions) error {
	if o.FirstExecutionRunID != "run-2" {
		s.take("cancel", nil)
		return nil
	}
	return serviceerror.NewNotFound("the open run is of another chain")
}

// TestCancel_leavesTheNextSyncAlone has a sync that ends before the cancel comes.
func TestCancel_leavesTheNextSyncAlone(t *testing.T) {
	t.Parallel()
	s := succeeded{steer(describing)}
	app, out := newTestApp(t, "longhaul", "cancel", "acme")
	app.Dial = func(context.Context, host.DialOptions) (client.Client, error) { return s, nil }
	code := Main(t.Context(), app)
	if want := "has ended meanwhile, and another one has begun, which goes on"; code != exitUsage || !strings.Contains(out.stderr.String(), want) || len(s.orders) > 0 {
		t.Errorf("code %d, orders %v: %s", code, s.orders, out.stderr.String())
	}
}

// TestCancel_standsWhenNobodyWaits interrupts the waiting.
func TestCancel_standsWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	s := steer(describing)
	app, out := newTestApp(t, "longhaul", "cancel", "acme")
	app.Dial = s.dial
	ctx, cancel := context.WithCancel(t.Context())
	s.cancelled = cancel
	if code := Main(ctx, app); code != exitInterrupted || !strings.Contains(out.stderr.String(), "the sync is being cancelled all the same") {
		t.Errorf("code %d: %s", code, out.stderr.String())
	}
}

// TestSync_noWait ends the watching where the quota makes the sync wait, and nowhere else.
func TestSync_noWait(t *testing.T) {
	t.Parallel()
	f := &fakeTemporal{pollers: 1, hang: true, progress: spent}
	code, out := run(t, f, nil, "longhaul", "sync", "acme", "--no-wait")
	if want := "longhaul: the sync waits for API calls: this source has used its share. It goes on by itself, and `longhaul sync acme` joins it again\n"; code != exitWaits ||
		!strings.HasSuffix(out.stderr.String(), want) {
		t.Errorf("code %d:\n%s", code, out.stderr.String())
	}
	code, out = run(t, f, nil, "longhaul", "sync", "acme", "--no-wait", "--json")
	var shown struct {
		Error struct {
			Class    string `json:"class"`
			ExitCode int    `json:"exit_code"`
		} `json:"error"`
	}
	lines := strings.Split(strings.TrimSpace(out.stderr.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &shown); err != nil || code != exitWaits || shown.Error.Class != "quota_wait" ||
		shown.Error.ExitCode != exitWaits || out.stdout.Len() > 0 {
		t.Errorf("code %d, %v: %s%s", code, err, out.stdout.String(), out.stderr.String())
	}
	throttled := workflows.Progress{Phase: workflows.PhaseDescribe, Wait: history.WaitThrottled, Waiting: "Salesforce asked to wait"}
	for _, other := range []workflows.Progress{halfGone, frozen, paused, throttled} {
		f := &fakeTemporal{pollers: 1, result: completeResult(), progress: other}
		if code, out := run(t, f, nil, "longhaul", "sync", "acme", "--no-wait"); code != 0 {
			t.Errorf("%s: code %d:\n%s", other.Wait, code, out.stderr.String())
		}
	}
}
