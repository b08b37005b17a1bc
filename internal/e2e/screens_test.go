package e2e_test

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	querypb "go.temporal.io/api/query/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"longhaul/internal/monitor"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// numbers are those that screens show of a sync.
type numbers struct{ described, toDescribe, calls int64 }

// screens look at one sync in every way that people have.
type screens struct {
	client client.Client
	sim    *server.Server
	last   workflows.Progress
	page   string // the newest in the UI
	looks  int
	oldest time.Duration // of the page, while the sync described
}

// details are what Temporal's UI shows; empty where no worker answers.
func (s *screens) details(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	answer, err := s.client.WorkflowService().QueryWorkflow(ctx, &workflowservice.QueryWorkflowRequest{
		Namespace: client.DefaultNamespace, Execution: &commonpb.WorkflowExecution{WorkflowId: "sync-acme"},
		Query: &querypb.WorkflowQuery{QueryType: "__temporal_workflow_metadata"},
	})
	var metadata sdkpb.WorkflowMetadata
	if err != nil || converter.GetDefaultDataConverter().FromPayloads(answer.GetQueryResult(), &metadata) != nil {
		return ""
	}
	return metadata.GetCurrentDetails()
}

var (
	linesOfReports = regexp.MustCompile(`(?m)^- ([\d,]+) of ([\d,]+) reports looked at$`)
	lineOfCalls    = regexp.MustCompile(`(?m)^- ([\d,]+) API calls? by this sync$`)
)

func digits(text string) int64 {
	n, _ := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
	return n
}

// onPage reads the numbers of the page.
func onPage(page string) (on numbers) {
	if m := linesOfReports.FindStringSubmatch(page); m != nil {
		on.described, on.toDescribe = digits(m[1]), digits(m[2])
	}
	if m := lineOfCalls.FindStringSubmatch(page); m != nil {
		on.calls = digits(m[1])
	}
	return on
}

// ask asks the sync; false where no worker answers.
func (s *screens) ask(ctx context.Context) (p workflows.Progress, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	answer, err := s.client.QueryWorkflow(ctx, "sync-acme", "", workflows.ProgressQuery)
	return p, err == nil && answer.Get(&p) == nil
}

// look compares the screens with each other, with what they showed before, and with Salesforce.
func (s *screens) look(t *testing.T) {
	t.Helper()
	s.turn(t, s.details(t.Context()))
	before, ok := s.ask(t.Context())
	if !ok || before.Sync == "" {
		return
	}
	s.follows(t, "progress", before)
	page := s.details(t.Context())
	status, err := monitor.NewStatus(t.Context(), s.client, "acme", monitor.UI{})
	after, ok := s.ask(t.Context())
	if !ok || err != nil || status.Running == nil || status.Running.Sync == "" {
		return // the worker was killed, or the sync has ended
	}
	s.follows(t, "status", *status.Running)
	s.follows(t, "progress", after)
	s.turn(t, page)
	at, on := workflows.ShownAt(page), onPage(page)
	if at.Before(before.Updated.Truncate(time.Second)) || at.After(after.Updated) {
		return // no worker has the sync in its memory, and the page says of which moment it is
	}
	if before.ToDescribe > 0 && (on.described < before.Done || on.described > after.Done) ||
		on.calls < before.APICalls || on.calls > after.APICalls {
		t.Errorf("the page has %+v, where progress says %d and then %d reports, %d and then %d calls:\n%s",
			on, before.Done, after.Done, before.APICalls, after.APICalls, page)
	}
	s.looks++
}

// turn notes a page: how old it is, and that nothing on it falls.
func (s *screens) turn(t *testing.T, page string) {
	t.Helper()
	at, before := workflows.ShownAt(page), workflows.ShownAt(s.page)
	if at.IsZero() || at.Before(before) { // as a new worker has read it in the history
		return
	}
	if s.last.Phase == workflows.PhaseDescribe && s.last.Waiting == "" {
		s.oldest = max(s.oldest, time.Since(at))
	}
	if now, then := onPage(page), onPage(s.page); now.described < then.described || now.calls < then.calls {
		t.Errorf("the page shows %+v after %+v", now, then)
	}
	s.page = page
}

// follows checks that no count falls or runs ahead of Salesforce.
func (s *screens) follows(t *testing.T, where string, p workflows.Progress) {
	t.Helper()
	if p.Done < s.last.Done || p.Listed < s.last.Listed || p.APICalls < s.last.APICalls || p.Shards.Done < s.last.Shards.Done {
		t.Errorf("%s shows %d reports, %d records, %d calls, %d shards, after %d, %d, %d and %d", where, p.Done, p.Listed, p.APICalls,
			p.Shards.Done, s.last.Done, s.last.Listed, s.last.APICalls, s.last.Shards.Done)
	}
	if sent := int64(s.sim.Stats().APICalls); p.APICalls > sent {
		t.Errorf("%s shows %d API calls, Salesforce got %d", where, p.APICalls, sent)
	}
	if p.Done > p.ToDescribe {
		t.Errorf("%s shows %d of %d reports", where, p.Done, p.ToDescribe)
	}
	s.last = p
}

// until looks again and again until something is so.
func (s *screens) until(t *testing.T, met func() bool) {
	t.Helper()
	eventually(t, longest, func() bool {
		s.look(t)
		return met()
	})
}

// same checks that every screen shows the same at the end.
func (s *screens) same(t *testing.T, result workflows.Result) {
	t.Helper()
	p := progressOf(t, s.client, "sync-acme")
	s.follows(t, "progress, at the end,", p)
	on := onPage(s.details(t.Context()))
	want := numbers{p.Done, p.ToDescribe, p.APICalls}
	if on != want || p.Done != p.ToDescribe || result.APICalls != p.APICalls || result.States != p.States || result.Kinds != p.Kinds {
		t.Errorf("at the end the page has %+v, progress %+v, the result %d calls and %+v", on, p, result.APICalls, result.States)
	}
	status, err := monitor.NewStatus(t.Context(), s.client, "acme", monitor.UI{})
	if err != nil || status.Result == nil || status.Result.APICalls != p.APICalls || status.Result.States != p.States {
		t.Errorf("the status is %+v (%v)", status, err)
	}
}

// TestScreens_showOneTruth has a worker killed, attempts that fail, a pause and a second round, and compares all screens all the time.
func TestScreens_showOneTruth(t *testing.T) {
	t.Parallel()
	const reports = 1000
	sim := simulate(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond})
	temporal := temporalOn(t, t.TempDir(), "0")
	station := newStation(t, sim.Ready(), "    max_in_flight: 12\n    max_shards: 4\n")
	worker := station.work(t, temporal)
	s := &screens{client: connect(t, temporal), sim: sim}
	r := running{begin(t, s.client, "acme"), s.client}

	s.until(t, func() bool { return described(sim) > reports/5 })
	worker.kill(t)
	station.work(t, temporal)
	s.until(t, func() bool { return described(sim) > 2*reports/5 })
	if err := sim.SetFaults([]server.Fault{{Name: "api_503", Route: "describe", Rate: 1}}); err != nil {
		t.Fatal(err)
	}
	s.until(t, func() bool { return s.last.Trouble != "" }) // attempts fail
	r.signal(t, workflows.PauseSignal)
	s.until(t, func() bool { return s.last.Phase == workflows.PhasePaused })
	if err := sim.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	r.signal(t, workflows.ResumeSignal)
	s.until(t, func() bool { return described(sim) > 3*reports/5 })
	if _, err := sim.Churn(server.Churn{Create: 20, Rename: server.Picks{Number: 30}}); err != nil {
		t.Fatal(err)
	}
	s.until(t, func() bool { return s.last.Phase == workflows.PhaseCatchUp || s.last.Outcome != "" })
	s.until(t, func() bool {
		d, err := s.client.DescribeWorkflowExecution(t.Context(), "sync-acme", "")
		return err == nil && d.GetWorkflowExecutionInfo().GetCloseTime() != nil
	})
	result := outcome(t, r)
	s.same(t, result)
	if sent := int64(sim.Stats().APICalls); result.APICalls > sent || result.APICalls < sent-200 {
		t.Errorf("the result says %d API calls, Salesforce got %d", result.APICalls, sent)
	}
	if s.oldest > 20*time.Second { // ten, and what a busy machine adds
		t.Errorf("the page was %s old", s.oldest)
	}
	t.Logf("%d looks, the oldest page %s, %d events", s.looks, s.oldest, chainOf(t, s.client, "sync-acme", r.GetRunID()).events)
}

// TestScreens_thePageIsFreshThoughNobodyAsks watches the page alone while one long shard runs: it moves on without an event.
func TestScreens_thePageIsFreshThoughNobodyAsks(t *testing.T) {
	t.Parallel()
	const reports = 200
	p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 250 * time.Millisecond}, func(s *source.Source) {
		s.MaxInFlight, s.MaxShards = 2, 1
	})
	r := p.begin(t)
	r.inPhase(t, workflows.PhaseDescribe)
	s := &screens{client: p.client, sim: p.sim}
	seen, oldest := map[int64]bool{}, time.Duration(0)
	events := func() int64 {
		d, err := p.client.DescribeWorkflowExecution(t.Context(), r.GetID(), "")
		if err != nil {
			t.Fatal(err)
		}
		return d.GetWorkflowExecutionInfo().GetHistoryLength()
	}
	eventually(t, time.Minute, func() bool { return described(p.sim) > reports/8 })
	d, err := p.client.DescribeWorkflowExecution(t.Context(), r.GetID(), "")
	if memo := d.GetWorkflowExecutionInfo().GetMemo().GetFields(); err != nil || string(memo["source"].GetData()) != `"acme"` ||
		string(memo["trigger"].GetData()) != `"other"` {
		t.Errorf("the memo is %v (%v)", memo, err)
	}
	before := events()
	eventually(t, time.Minute, func() bool {
		page := s.details(t.Context())
		s.turn(t, page)
		if at := workflows.ShownAt(page); !at.IsZero() {
			oldest = max(oldest, time.Since(at))
			seen[onPage(page).described] = true
		}
		return described(p.sim) > 9*reports/10
	})
	if after := events(); after != before {
		t.Errorf("the page has cost %d events", after-before)
	}
	if len(seen) < 2 || oldest > 20*time.Second { // ten, and what a busy machine adds
		t.Errorf("the page has shown %d counts, and was %s old", len(seen), oldest)
	}
	r.result(t)
}
