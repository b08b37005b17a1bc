package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/host"
	"longhaul/internal/notify"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

// notified is a Temporal whose workers send messages about acme.
type notified struct {
	questioned

	facts []notify.Fact
}

func (n *notified) dial(context.Context, host.DialOptions) (client.Client, error) { return n, nil }

func (n *notified) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	fact, is := args[0].(notify.Fact)
	ours := strings.HasPrefix(o.ID, "notify-acme-test-") && o.TaskQueue == workflows.TaskQueue
	if !is || !ours || workflow != tell.NotifySourceType || fact.ID != o.ID {
		return nil, errors.New("started in another way than agreed: " + o.ID)
	}
	n.facts = append(n.facts, fact)
	return &answered{q: &n.questioned}, nil
}

func tried(t *testing.T, told []notify.Told, args ...string) (code int, out *output, facts []notify.Fact) {
	t.Helper()
	app, out := newTestApp(t, append([]string{"longhaul-starter", "notify"}, args...)...)
	n := &notified{questioned: questioned{answer: tell.Result{Told: told}, fakeTemporal: &fakeTemporal{pollers: 1}}}
	app.Verbs, app.Dial = append(app.Verbs, Notify), n.dial
	return Main(t.Context(), app), out, n.facts
}

// TestNotify_showsWhatBecameOfATest has receivers that take the message and others.
func TestNotify_showsWhatBecameOfATest(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 6, 30, 0, 0, time.UTC)
	took := notify.Told{ID: "x", Event: notify.Test, Receiver: "mail", At: at}
	failed := notify.Told{ID: "x", Event: notify.Test, Receiver: "ops", At: at, Failure: "the receiver answered 404: check its url"}
	const refused = "ops: failed: the receiver answered 404: check its url.\n"
	for _, row := range []struct {
		told   []notify.Told
		args   string
		code   int
		stdout string
		stderr string
	}{
		{[]notify.Told{took}, "test acme", exitDone, "mail: it took the message.\n", ""},
		{[]notify.Told{took, failed}, "test acme", exitUnreachable, refused, "1 of 2 receivers did not take"},
		{nil, "test acme", exitUsage, "", "nobody is told of source acme"},
		{nil, "test acme --receiver pager", exitUsage, "", "has no receiver pager"},
		{[]notify.Told{failed}, "test acme --json", exitUnreachable, `"failure":"the receiver answered 404: check its url"`, "did not take"},
	} {
		code, out, facts := tried(t, row.told, strings.Fields(row.args)...)
		if code != row.code || !strings.Contains(out.stdout.String(), row.stdout) || !strings.Contains(out.stderr.String(), row.stderr) {
			t.Errorf("%s ended with %d: %s%s", row.args, code, out.stdout.String(), out.stderr.String())
		}
		if len(facts) != 1 || facts[0].Event != notify.Test || facts[0].Source != "acme" || facts[0].At.IsZero() ||
			(facts[0].Receiver == "pager") != strings.Contains(row.args, "pager") {
			t.Errorf("%s started %+v", row.args, facts)
		}
	}
}

func TestNotify_refusesBeforeItAsks(t *testing.T) {
	t.Parallel()
	for args, says := range map[string]string{
		"":                          "takes the word test and the name of one source",
		"acme":                      "takes the word test",
		"try acme":                  "takes the word test",
		"test sync-acme":            "say `notify test acme`",
		"test acme --receiver Ops!": "not a name for a receiver",
	} {
		code, out, facts := tried(t, nil, strings.Fields(args)...)
		if code != exitUsage || !strings.Contains(out.stderr.String(), says) || len(facts) > 0 {
			t.Errorf("%q ended with %d: %s", args, code, out.stderr.String())
		}
	}
}

// TestNotify_needsAWorkerOfTheSource does not wait for one.
func TestNotify_needsAWorkerOfTheSource(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-starter", "notify", "test", "acme")
	n := &notified{questioned: questioned{fakeTemporal: &fakeTemporal{pollers: 1, polled: map[string]time.Time{"longhaul-acme": {}}}}}
	app.Verbs, app.Dial = append(app.Verbs, Notify), n.dial
	if code := Main(t.Context(), app); code != exitUnreachable || !strings.Contains(out.stderr.String(), "no worker") || len(n.facts) > 0 {
		t.Errorf("ended with %d: %s", code, out.stderr.String())
	}
}
