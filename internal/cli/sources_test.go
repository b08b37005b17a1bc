package cli

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/host"
	"longhaul/internal/overview"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

// listed is a Temporal whose workers list sources page by page.
type listed struct {
	*fakeTemporal

	pages   []overview.List
	failure error
	asked   []string // after which name
}

func (l *listed) dial(context.Context, host.DialOptions) (client.Client, error) { return l, nil }

func (l *listed) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	in, ok := args[0].(question.Listing)
	if !ok || !strings.HasPrefix(o.ID, "list-sources-") || workflow != question.ListSourcesType || o.TaskQueue != workflows.TaskQueue ||
		o.WorkflowRunTimeout != question.Longest {
		return nil, errors.New("started in another way than agreed: " + o.ID)
	}
	l.asked = append(l.asked, in.After)
	return &answered{q: &questioned{answer: l.pages[len(l.asked)-1], failure: l.failure}}, nil
}

func listSources(t *testing.T, l *listed, args ...string) (int, *output) {
	t.Helper()
	app, out := newTestApp(t, append([]string{"longhaul"}, args...)...)
	app.Dial, app.Verbs = l.dial, append(app.Verbs, Sources)
	return Main(t.Context(), app), out
}

func twoPages() []overview.List {
	one := 1
	row := func(name string) overview.Row {
		return overview.Row{Source: name, Origin: overview.FromSettings, Workers: &one, Schedule: overview.Schedule{State: overview.None}}
	}
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	return []overview.List{
		{AsOf: at, Total: 3, Sources: []overview.Row{row("acme"), row("beta")}, After: "beta"}, {AsOf: at, Total: 3, Sources: []overview.Row{row("gamma")}},
	}
}

func TestSources_listsAllPages(t *testing.T) {
	t.Parallel()
	l := &listed{fakeTemporal: &fakeTemporal{pollers: 1}, pages: twoPages()}
	code, out := listSources(t, l, "sources")
	if code != exitDone || !strings.HasPrefix(out.stdout.String(), "3 sources. Times are in ") || !strings.Contains(out.stdout.String(), "\ngamma ") ||
		out.stderr.Len() > 0 {
		t.Errorf("code %d, stderr %s, stdout:\n%s", code, out.stderr.String(), out.stdout.String())
	}
	if diff := cmp.Diff([]string{"", "beta"}, l.asked); diff != "" {
		t.Errorf("the pages (-want +got):\n%s", diff)
	}

	pages := twoPages()
	pages[0].Unread, pages[1].Unread = []string{"the bucket is away", "Temporal is slow"}, []string{"the bucket is away"}
	l = &listed{fakeTemporal: &fakeTemporal{pollers: 1}, pages: pages}
	code, out = listSources(t, l, "sources", "--json")
	var got overview.List
	if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != exitDone || len(got.Sources) != 3 || got.After != "" || got.Total != 3 {
		t.Errorf("code %d, %v: %s", code, err, out.stdout.String())
	}
	if diff := cmp.Diff([]string{"the bucket is away", "Temporal is slow"}, got.Unread); diff != "" {
		t.Errorf("what could not be found out, once each (-want +got):\n%s", diff)
	}
}

// TestSources_namesTheProgramInCommands as the other screens do: a worker knows no name but the usual one.
func TestSources_namesTheProgramInCommands(t *testing.T) {
	t.Parallel()
	page := twoPages()[1]
	page.Sources[0].Running, page.Sources[0].Waits = true, &overview.Wait{Phase: "paused", Do: "`longhaul resume gamma`", For: overview.ForOperator}
	l := &listed{fakeTemporal: &fakeTemporal{pollers: 1}, pages: []overview.List{page}}
	app, out := newTestApp(t, "longhaul-starter", "sources")
	app.Dial, app.Verbs = l.dial, append(app.Verbs, Sources)
	code := Main(t.Context(), app)
	text := strings.Join(strings.Fields(out.stdout.String()), " ")
	if code != exitDone || !strings.Contains(text, "What to do: `longhaul-starter resume gamma`.") {
		t.Errorf("code %d: %s%s", code, text, out.stderr.String())
	}
}

func TestSources_failsWithASentence(t *testing.T) {
	t.Parallel()
	l := &listed{fakeTemporal: &fakeTemporal{pollers: 1}, pages: twoPages(), failure: temporal.NewApplicationError("it is gone", "transient")}
	if code, out := listSources(t, l, "sources"); code != exitUnreachable || !strings.Contains(out.stderr.String(), "it is gone") {
		t.Errorf("code %d: %s", code, out.stderr.String())
	}
	if code, out := listSources(t, l, "sources", "acme"); code != exitUsage || !strings.Contains(out.stderr.String(), "no arguments") {
		t.Errorf("code %d: %s", code, out.stderr.String())
	}
	l = &listed{fakeTemporal: &fakeTemporal{}}
	if code, out := listSources(t, l, "sources"); code != exitUnreachable || !strings.Contains(out.stderr.String(), "no worker polls") {
		t.Errorf("code %d: %s", code, out.stderr.String())
	}
}
