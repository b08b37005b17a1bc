package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/workflows"
)

// cost is what one sync took.
type cost struct {
	wall     time.Duration
	cpu      time.Duration // of what does the work
	temporal time.Duration // of Temporal
	peak     int64         // bytes, of what does the work
	calls    int           // as the org counts them
	events   int64
	steps    [][]any
}

// TestOverhead_ofADurableSync compares a sync with a plain loop over the same client that knows neither Temporal nor a
// bucket, in turns on the same machine.
func TestOverhead_ofADurableSync(t *testing.T) {
	onlyWhole(t, "bench-sync")
	reports, rounds := number(t, "REPORTS", 5000), number(t, "ROUNDS", 3)
	rows := [][]any{{
		"latency", "in flight", "what", "wall s", "CPU s", "CPU of Temporal s", "peak MB", "API calls", "events",
		"wall ratio", "CPU ratio", "wall s of each",
	}}
	for _, latency := range []time.Duration{150 * time.Millisecond, 0} {
		org := simulateApart(t, "--reports", strconv.Itoa(reports), "--latency", latency.String())
		for _, inFlight := range []int{50, 24} {
			var plain, durable []cost
			for range rounds {
				plain = append(plain, org.plain(t, inFlight))
				durable = append(durable, org.durable(t, inFlight))
			}
			a, b := middle(plain), middle(durable)
			table(t, [][]any{{"steps of the last durable sync: latency", latency, "in flight", inFlight}})
			table(t, durable[rounds-1].steps)
			rows = append(rows,
				a.row(latency, inFlight, "plain loop", a, plain), b.row(latency, inFlight, "durable sync", a, durable))
			if ratio := b.wall.Seconds() / a.wall.Seconds(); latency > 0 && ratio > 1.1 {
				t.Errorf("at %s and %d in flight the durable sync takes %.2f times as long as a plain loop, want at most 1.10", latency, inFlight, ratio)
			}
		}
	}
	table(t, rows)
}

// number is a size that a make target may be given.
func number(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv("LONGHAUL_E2E_" + name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q and should be a number of at least 1", name, text)
	}
	return n
}

// plain runs the plain loop as a process of its own.
func (o orgProcess) plain(t *testing.T, inFlight int) cost {
	t.Helper()
	path, before := program(t, plainsync), o.stats(t).APICalls
	begin := time.Now()
	p, stdout := launch(t, []string{"PLAINSYNC_SECRET=" + o.ready.ClientSecret}, path,
		"--base-url", o.ready.Salesforce, "--client-id", o.ready.ClientID, "--max-in-flight", strconv.Itoa(inFlight), "--out", t.TempDir())
	var done struct{ Reports, Described, Peak int }
	if err := json.NewDecoder(stdout).Decode(&done); err != nil || done.Described < done.Reports*9/10 {
		t.Fatalf("the plain loop described %d of %d reports: %v\n%s", done.Described, done.Reports, err, p.logged(t))
	}
	c := cost{wall: time.Since(begin), peak: int64(done.Peak)}
	_ = p.cmd.Wait()
	c.calls = o.stats(t).APICalls - before
	c.cpu = p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
	return c
}

// durable runs a sync on a worker and a Temporal that are up and idle, each a process of its own.
func (o orgProcess) durable(t *testing.T, inFlight int) cost {
	t.Helper()
	station := newStation(t, o.ready, fmt.Sprintf("    max_in_flight: %d\n", inFlight))
	temporal := temporalOn(t, t.TempDir(), "0")
	worker := station.work(t, temporal)
	c := connect(t, temporal)
	before, idle, idleTemporal := o.stats(t).APICalls, usageOf(t, worker), usageOf(t, temporal)
	started := time.Now()
	result := outcome(t, begin(t, c, "acme", map[string]any{"upload": false}))
	done := cost{wall: time.Since(started), calls: o.stats(t).APICalls - before}
	busy, busyTemporal := usageOf(t, worker), usageOf(t, temporal)
	done.cpu, done.temporal, done.peak = busy.cpu-idle.cpu, busyTemporal.cpu-idleTemporal.cpu, busy.peak
	requireSettled(t, result)
	d, err := c.DescribeWorkflowExecution(t.Context(), workflows.SyncID("acme"), "")
	if err != nil {
		t.Fatal(err)
	}
	done.steps = stepsOf(t, c)
	done.events = d.GetWorkflowExecutionInfo().GetHistoryLength()
	worker.terminate(t)
	temporal.terminate(t)
	return done
}

// middle takes the median of each figure.
func middle(costs []cost) cost {
	var m cost
	of := func(figure func(cost) int64) int64 {
		var all []int64
		for _, c := range costs {
			all = append(all, figure(c))
		}
		return median(all)
	}
	m.wall = time.Duration(of(func(c cost) int64 { return int64(c.wall) }))
	m.cpu = time.Duration(of(func(c cost) int64 { return int64(c.cpu) }))
	m.temporal = time.Duration(of(func(c cost) int64 { return int64(c.temporal) }))
	m.peak = of(func(c cost) int64 { return c.peak })
	m.calls = int(of(func(c cost) int64 { return int64(c.calls) }))
	m.events = of(func(c cost) int64 { return c.events })
	return m
}

func (c cost) row(latency time.Duration, inFlight int, what string, plain cost, each []cost) []any {
	walls := ""
	for _, e := range each {
		walls += fmt.Sprintf("%.2f ", e.wall.Seconds())
	}
	return []any{
		latency, inFlight, what, c.wall.Seconds(), c.cpu.Seconds(), c.temporal.Seconds(), megabytes(c.peak), c.calls, c.events,
		c.wall.Seconds() / plain.wall.Seconds(), c.cpu.Seconds() / plain.cpu.Seconds(), walls,
	}
}

// stepsOf gives the activities of a sync by type, in the order in which the first of each was scheduled: when that was, and when
// the last of them ended, in seconds since the start.
func stepsOf(t *testing.T, c client.Client) (rows [][]any) {
	t.Helper()
	var began time.Time
	var order []string
	first, last, kind := map[string]float64{}, map[string]float64{}, map[int64]string{}
	history := c.GetWorkflowHistory(t.Context(), workflows.SyncID("acme"), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			t.Fatal(err)
		}
		if began.IsZero() {
			began = event.GetEventTime().AsTime()
		}
		at := event.GetEventTime().AsTime().Sub(began).Seconds()
		if a := event.GetActivityTaskScheduledEventAttributes(); a != nil {
			name := a.GetActivityType().GetName()
			if _, seen := first[name]; !seen {
				first[name], order = at, append(order, name)
			}
			kind[event.GetEventId()] = name
		}
		if a := event.GetActivityTaskCompletedEventAttributes(); a != nil {
			last[kind[a.GetScheduledEventId()]] = at
		}
	}
	rows = [][]any{{"activity", "first scheduled s", "last ended s"}}
	for _, name := range order {
		rows = append(rows, []any{name, first[name], last[name]})
	}
	return rows
}
