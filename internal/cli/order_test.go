package cli

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/history"
	"longhaul/internal/host"
	"longhaul/workflows"
)

// steered is a Temporal whose sync takes orders: what an order makes of the sync is what the sync shows next.
type steered struct {
	*fakeTemporal

	becomes map[string]workflows.Progress // by order; an order that is not there changes nothing
	refuses error                         // every update
	mute    bool                          // no worker answers a query or an update
	orders  []string                      // each with its input
	ended   chan error                    // what a cancelled sync ends with

	cancelled func() // called when it is cancelled; may be nil
}

// steer makes one whose sync runs.
func steer(now workflows.Progress) *steered {
	now.Source = "acme"
	return &steered{
		fakeTemporal: &fakeTemporal{pollers: 1, open: true, progress: now}, becomes: map[string]workflows.Progress{}, ended: make(chan error, 1),
	}
}

func (s *steered) dial(context.Context, host.DialOptions) (client.Client, error) { return s, nil }

// take notes an order.
func (s *steered) take(name string, input any) {
	written, _ := json.Marshal(input)
	s.orders = append(s.orders, name+" "+string(written))
	if next, known := s.becomes[name]; known {
		next.Source = "acme"
		s.progress = next
	}
}

func (s *steered) SignalWorkflow(_ context.Context, id, run, name string, input any) error {
	if id != "sync-acme" || run != "" || !s.open {
		return serviceerror.NewNotFound("no such workflow")
	}
	s.take(name, input)
	return nil
}

func (s *steered) UpdateWorkflow(ctx context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	if s.mute {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if s.refuses != nil {
		return nil, s.refuses
	}
	var input any
	if len(o.Args) > 0 {
		input = o.Args[0]
	}
	s.take(o.UpdateName, input)
	return handled{}, nil
}

func (s *steered) CancelWorkflowWithOptions(_ context.Context, o client.CancelWorkflowOptions) error {
	if o.WorkflowID != "sync-acme" || o.FirstExecutionRunID != "run-2" {
		return errors.New("cancelled another sync than the one that was looked at")
	}
	s.take("cancel", nil)
	if s.cancelled != nil {
		s.cancelled()
	}
	return nil
}

func (s *steered) QueryWorkflow(ctx context.Context, id, run, name string, args ...any) (converter.EncodedValue, error) {
	if s.mute {
		return nil, serviceerror.NewDeadlineExceeded("no worker")
	}
	return s.fakeTemporal.QueryWorkflow(ctx, id, run, name, args...)
}

func (s *steered) GetWorkflow(_ context.Context, id, _ string) client.WorkflowRun {
	return &endingRun{fakeRun{id: id}, s.ended}
}

// endingRun ends as it is told.
type endingRun struct {
	fakeRun
	ended chan error
}

func (r *endingRun) Get(ctx context.Context, into any) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-r.ended:
		if err == nil {
			return encoded{completeResult()}.Get(into)
		}
		return err
	}
}

// give gives an order by the program of that name.
func give(t *testing.T, s *steered, args ...string) (int, *output) {
	t.Helper()
	app, out := newTestApp(t, append([]string{"a-starter"}, args...)...)
	app.Dial = s.dial
	return Main(t.Context(), app), out
}

var (
	describing = workflows.Progress{Phase: workflows.PhaseDescribe, ToDescribe: 100, Done: 50}
	paused     = workflows.Progress{
		Phase: workflows.PhasePaused, ToDescribe: 100, Done: 50, Wait: history.WaitPaused,
		Waiting: "paused by an operator since 29 Nov 07:32 UTC" + workflows.AfterResume,
	}
	writing  = workflows.Progress{Phase: workflows.PhaseAssemble, Pausing: true, Files: map[string]workflows.Count{"castor": {Done: 3, Total: 7}}}
	halfGone = workflows.Progress{Phase: workflows.PhaseHeld, Wait: history.WaitHeld, Waiting: "half of the reports are missing"}
	spent    = workflows.Progress{
		Phase: workflows.PhaseDescribe, ToDescribe: 100, Done: 50, Wait: history.WaitQuota, Waiting: "this source has used its share",
	}
	frozen = workflows.Progress{Phase: workflows.PhaseBlocked, Wait: history.WaitBlocked, Waiting: "the user is frozen"}
)

// TestOrders_sayWhatHappened has an order for each state in which it means something.
func TestOrders_sayWhatHappened(t *testing.T) {
	t.Parallel()
	wider := describing
	wider.Quota = &workflows.Quota{Ceiling: 95, Share: 50}
	for _, row := range []struct {
		args         []string
		now, becomes workflows.Progress
		order, says  string
	}{
		{
			[]string{"pause", "acme", "--reason", "quarter end"},
			describing, paused, `pause {"reason":"quarter end"}`,
			"The sync of acme is paused: 50 of 100 reports (50%). `a-starter resume acme` continues it.",
		},
		{
			[]string{"pause", "acme"},
			halfGone, halfGone, "pause null",
			"The sync of acme is held, and will be paused once that is answered: `a-starter status acme` says what it is held for.",
		},
		{
			[]string{"resume", "acme"},
			paused, describing, "resume null",
			"The sync of acme has got the order and goes on: describe: 50 of 100 reports (50%), 0 API calls. `a-starter sync acme` watches it.",
		},
		{
			[]string{"resume", "acme"},
			writing, describing, "resume null",
			"The sync of acme has got the order and goes on: describe: 50 of 100 reports (50%), 0 API calls. `a-starter sync acme` watches it.",
		},
		{
			[]string{"resume", "acme"},
			frozen, spent, "resume null",
			"The sync of acme has got the order and still waits: describe: 50 of 100 reports (50%); waiting: this source has used its share. `a-starter sync acme` watches it.",
		},
		{
			[]string{"resume", "acme"},
			frozen, describing, "resume null",
			"The sync of acme has got the order and tries again, which may fail or have to wait as before: describe: 50 of 100 reports (50%), 0 API calls. `a-starter status acme` says what came of it.",
		},
		{
			[]string{"approve", "acme", "--reason", "on purpose"},
			halfGone, describing, `approve {"reason":"on purpose"}`,
			"The sync of acme is approved and goes on: describe: 50 of 100 reports (50%), 0 API calls. `a-starter sync acme` watches it.",
		},
		{
			[]string{"discard", "acme"},
			halfGone, halfGone, "discard null",
			"The sync of acme is discarded: nothing of it reaches the catalog. `a-starter sync acme` starts the next one, which reuses what it had described.",
		},
		{
			[]string{"set-quota", "acme", "--ceiling", "95", "--share", "50"},
			spent, wider, `set-quota {"ceiling":95,"share":50}`,
			"The sync of acme has its new quota (a ceiling of 95 % and a share of 50 %) and goes on: describe: 50 of 100 reports (50%), 0 API calls. " +
				"`a-starter sync acme` watches it.",
		},
		{
			[]string{"cancel", "acme", "--detach"},
			describing, describing, "cancel null",
			"The sync of acme is being cancelled: it stores what it has and ends. `a-starter status acme` shows it.",
		},
	} {
		s := steer(row.now)
		s.becomes[row.args[0]] = row.becomes
		s.ended <- nil
		code, out := give(t, s, row.args...)
		if got := strings.TrimSpace(out.stdout.String()); code != 0 || got != row.says || strings.Join(s.orders, "\n") != row.order {
			t.Errorf("%v: code %d, sent %q, says\n%s%s\nwant\n%s", row.args, code, s.orders, got, out.stderr.String(), row.says)
		}
	}
}

// TestOrders_refuseWhatMeansNothing sends nothing, and says what does mean something.
func TestOrders_refuseWhatMeansNothing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		args []string
		now  workflows.Progress
		says string
	}{
		{[]string{"approve", "acme"}, describing, "approve answers a sync that is held, and this one is not: the sync of acme is in describe: 50 of 100 reports"},
		{[]string{"discard", "acme"}, paused, "discard answers a sync that is held, and this one is not: the sync of acme is in paused"},
		{[]string{"resume", "acme"}, describing, "the sync is neither paused nor blocked, so there is nothing to resume: the sync of acme is in describe"},
		{[]string{"resume", "acme"}, halfGone, "resume answers no hold: `a-starter approve acme` or `a-starter discard acme` does"},
		{[]string{"resume", "acme"}, spent, "resume makes no room for API calls: the sync goes on by itself, or by `a-starter set-quota acme`"},
		{[]string{"pause", "acme"}, frozen, "there is nothing to pause: the sync of acme is in blocked"},
		{[]string{"set-quota", "acme"}, spent, "set-quota needs --ceiling, --share or both, in percent"},
		{[]string{"set-quota", "acme", "--share", "0"}, spent, "--ceiling and --share are percents from 1 to 100"},
		{[]string{"pause", "acme", "--reason", strings.Repeat("x", 201)}, describing, "--reason has 201 bytes, and a sync keeps 200"},
		{[]string{"cancel", "sync-acme"}, describing, "say `cancel acme`"},
	} {
		s := steer(row.now)
		code, out := give(t, s, row.args...)
		if code != exitUsage || !strings.Contains(out.stderr.String(), row.says) || len(s.orders) > 0 {
			t.Errorf("%v: code %d, sent %q:\n%s", row.args, code, s.orders, out.stderr.String())
		}
	}
	s := steer(halfGone)
	s.refuses = temporal.NewApplicationError("no sync can go on like that, so nobody can approve it: no Run Reports", "")
	if code, out := give(t, s, "approve", "acme"); code != exitUsage || !strings.Contains(out.stderr.String(), "nobody can approve it: no Run Reports") {
		t.Errorf("code %d:\n%s", code, out.stderr.String())
	}
}

// orders are the verbs with the least that each takes.
var orders = [][]string{{"pause"}, {"resume"}, {"approve"}, {"discard"}, {"cancel"}, {"set-quota", "--share", "5"}}

func TestOrders_sayThatNoSyncRuns(t *testing.T) {
	t.Parallel()
	for _, row := range orders {
		s := steer(describing)
		s.open, s.known = false, []string{"sync-acme2"}
		s.polled = map[string]time.Time{"longhaul-acme": {}, "longhaul-acme2": time.Now()}
		code, out := give(t, s, append(row, "acme")...)
		want := "a-starter: no sync of acme runs, so there is nothing to " + row[0] + ": `a-starter status acme` says how the last one ended\n"
		if code != exitUsage || !strings.Contains(out.stderr.String(), want) || !strings.Contains(out.stderr.String(), "did you mean acme2?") {
			t.Errorf("%v: code %d, %s", row, code, out.stderr.String())
		}
	}
}

// TestOrders_sayThatNoWorkerAnswers tells the orders that Temporal keeps from those that were not given.
func TestOrders_sayThatNoWorkerAnswers(t *testing.T) {
	t.Parallel()
	for _, row := range orders {
		s := steer(describing)
		s.mute, s.unattended = true, true
		code, out := give(t, s, append(row, "acme")...)
		want, sent := "Temporal keeps the order "+row[0]+", and the sync of acme takes it as soon as a worker answers: ", 1
		if row[0] == "approve" || row[0] == "discard" || row[0] == "set-quota" {
			want, sent = row[0]+" needs a worker that answers, and nothing was sent: ", 0
		}
		if code != exitUnreachable || !strings.Contains(out.stderr.String(), want) || len(s.orders) != sent {
			t.Errorf("%v: code %d, sent %q\n%s", row, code, s.orders, out.stderr.String())
		}
	}
}

func TestOrders_json(t *testing.T) {
	t.Parallel()
	s := steer(describing)
	s.becomes["pause"] = paused
	code, out := give(t, s, "pause", "acme", "--reason", "quarter end", "--json")
	var got struct {
		Source, Order, Reason, Message string
		Done                           bool
		Outcome                        *string
		Running                        struct{ Phase string }
		Workflow                       map[string]string
	}
	if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != 0 {
		t.Fatalf("code %d, %v: %s", code, err, out.stdout.String())
	}
	if got.Source != "acme" || got.Order != "pause" || got.Reason != "quarter end" || !got.Done || got.Outcome != nil || got.Running.Phase != "paused" ||
		!strings.HasPrefix(got.Message, "The sync of acme is paused") ||
		!cmp.Equal(got.Workflow, map[string]string{"id": "sync-acme", "run_id": "run-2"}) {
		t.Errorf("got %s", out.stdout.String())
	}
}
