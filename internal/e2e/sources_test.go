package e2e_test

import (
	"encoding/json"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/overview"
	"longhaul/internal/schedule"
	"longhaul/workflows"
)

// rowOf asks for the sources, of which there is one.
func rowOf(t *testing.T, c client.Client) overview.Row {
	t.Helper()
	list, err := control.List(t.Context(), c)
	if err != nil || list.Total != 1 || len(list.Sources) != 1 || len(list.Unread) > 0 || len(list.Sources[0].Unread) > 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	return list.Sources[0]
}

// TestSources_tellOfWaitsAndSkippedStarts starts a source by its schedule and by hand while its sync runs, and reads what is listed then, and
// what history tells afterwards.
func TestSources_tellOfWaitsAndSkippedStarts(t *testing.T) {
	t.Parallel()
	p := newPlant(t, longDescribe(), fewInFlight)
	ctx := t.Context()
	row := rowOf(t, p.client)
	if row.Source != "acme" || row.Origin != overview.FromSettings || row.Org == "" || row.Schedule.State != overview.None || row.Running ||
		row.Last != nil || row.Workers == nil || *row.Workers != 1 {
		t.Errorf("before the first sync: %+v", row)
	}
	orders(t, p.client, schedule.Order{Every: "24h"})
	orders(t, p.client, schedule.Order{Pause: true, Reason: "maintenance"}) // nothing starts at midnight
	sync := p.start(t, workflows.SyncID("acme"))
	p.awaitPhase(t, workflows.PhaseDescribe)
	closed(t, p.client.ScheduleClient().GetHandle(ctx, schedule.ID("acme")).Trigger(ctx, client.ScheduleTriggerOptions{}))
	p.await(t, p.scheduled(t, p.client.ScheduleClient().GetHandle(ctx, schedule.ID("acme"))))
	p.await(t, p.start(t, "by-hand", workflows.Input{Source: "acme"}))
	p.signal(t, workflows.PauseSignal)
	p.awaitPhase(t, workflows.PhasePaused)
	row = rowOf(t, p.client)
	if !row.Running || row.Waits == nil || row.Waits.For != overview.ForOperator || row.Waits.Phase != string(workflows.PhasePaused) {
		t.Errorf("while it is paused: %+v, %+v", row, row.Waits)
	}
	if s := row.Schedule; s.State != overview.Paused || s.Words != "every 24h" || s.Note != "maintenance" || s.By != schedule.ByVerb || s.ByHand {
		t.Errorf("the schedule is %+v", s)
	}
	p.signal(t, workflows.ResumeSignal)
	p.quicken(t)
	p.await(t, sync)
	row = rowOf(t, p.client)
	if row.Running || row.Waits != nil || row.Last == nil || row.Last.Outcome == "" || time.Since(row.Last.At) > time.Hour || row.Missed != nil {
		t.Errorf("at the end: %+v, %+v", row, row.Last)
	}

	found, err := control.Inspect(ctx, p.client, "acme", answer.Query{Question: answer.AskHistory})
	var told answer.History
	if err == nil {
		err = json.Unmarshal(found, &told)
	}
	if err != nil || len(told.Syncs) != 1 {
		t.Fatalf("%+v, %v", told, err)
	}
	by := map[string]int64{}
	for _, skip := range told.Syncs[0].Skips {
		by[skip.By] = skip.Count
	}
	if len(by) != 2 || by[history.Scheduled("acme")] != 1 || by[history.TriggerOther] != 1 || told.Syncs[0].Missed != nil || told.Missed != nil {
		t.Errorf("history tells of the skipped starts %v, and of missed runs %+v, %+v", by, told.Syncs[0].Missed, told.Missed)
	}
}
