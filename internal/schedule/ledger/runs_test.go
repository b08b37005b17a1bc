package ledger_test

import (
	"context"
	"slices"
	"testing"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/staging"
)

// dated is a server that knows since when its schedule is there, and starts a sync each full hour and seven minutes.
type dated struct {
	*temporal

	made, changed time.Time // zero: never changed
	from          time.Time // of the last question
	started       []time.Time
}

func (d *dated) DescribeSchedule(
	ctx context.Context, q *workflowservice.DescribeScheduleRequest, o ...grpc.CallOption,
) (*workflowservice.DescribeScheduleResponse, error) {
	answer, err := d.temporal.DescribeSchedule(ctx, q, o...)
	if err == nil {
		answer.Info.CreateTime = timestamppb.New(d.made)
		if !d.changed.IsZero() {
			answer.Info.UpdateTime = timestamppb.New(d.changed)
		}
		for _, at := range d.started {
			answer.Info.RecentActions = append(answer.Info.RecentActions, &schedulepb.ScheduleActionResult{
				ScheduleTime: timestamppb.New(at), ActualTime: timestamppb.New(at.Add(time.Second)),
			})
		}
	}
	return answer, err
}

func (d *dated) ListScheduleMatchingTimes(
	_ context.Context, q *workflowservice.ListScheduleMatchingTimesRequest, _ ...grpc.CallOption,
) (*workflowservice.ListScheduleMatchingTimesResponse, error) {
	d.from = q.GetStartTime().AsTime()
	answer := new(workflowservice.ListScheduleMatchingTimesResponse)
	for at := d.from.Truncate(time.Hour); !at.After(q.GetEndTime().AsTime()) && len(answer.StartTime) < 1000; at = at.Add(time.Hour) {
		if at.After(d.from) { // Temporal looks from the nominal time on, and gives the later one
			answer.StartTime = append(answer.StartTime, timestamppb.New(at.Add(7*time.Minute)))
		}
	}
	return answer, nil
}

// TestRuns_countNothingThatWasNotScheduled asks for the runs of a day, of schedules that are as they are since the moments that the bucket and
// Temporal know.
func TestRuns_countNothingThatWasNotScheduled(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Hour)
	hoursAgo := func(n int) time.Time { return now.Add(-time.Duration(n) * time.Hour) }
	for name, row := range map[string]struct {
		set   func(*dated, *ledger.Kept)
		hours int // since when runs are counted; zero: none is
	}{
		"made by Temporal's word": {func(d *dated, k *ledger.Kept) { d.made, k.Since = hoursAgo(5), time.Time{} }, 5},
		"lost and made again":     {func(d *dated, k *ledger.Kept) { d.made, k.Since = hoursAgo(1), hoursAgo(9) }, 9},
		"changed by hand": {func(d *dated, k *ledger.Kept) {
			d.made, d.changed, k.Since = hoursAgo(20), hoursAgo(3), hoursAgo(9)
			d.byHand(schedule.ID("acme"), everyTwoHours)
		}, 3},
		"older than what is asked": {func(d *dated, k *ledger.Kept) { d.made, k.Since = hoursAgo(400), hoursAgo(400) }, 12},
		"paused": {func(d *dated, k *ledger.Kept) {
			d.made, k.Since = hoursAgo(20), hoursAgo(20)
			d.byHand(schedule.ID("acme"), func(s *schedulepb.Schedule) { s.State = &schedulepb.ScheduleState{Paused: true} })
		}, 0},
		"not there":                {func(d *dated, _ *ledger.Kept) { d.byHand(schedule.ID("acme"), nil) }, 0},
		"newer than what is asked": {func(d *dated, k *ledger.Kept) { d.made, k.Since = now.Add(time.Hour), now.Add(time.Hour) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, store := &dated{temporal: newTemporal()}, bucketOf(t)
			newWorker(on.temporal, store, acme(hourly)).look(t)
			kept, err := ledger.Read(t.Context(), store, "acme")
			if err != nil || kept == nil || kept.Since.IsZero() {
				t.Fatalf("kept is %+v, %v", kept, err)
			}
			row.set(on, kept)
			if err := store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), kept); err != nil {
				t.Fatal(err)
			}
			got, _, err := ledger.Runs(t.Context(), ledger.Server{Service: on}, store, "acme", hoursAgo(12), now)
			if err != nil {
				t.Fatal(err)
			}
			var want []time.Time
			for n := row.hours; n > 0; n-- {
				want = append(want, hoursAgo(n).Add(7*time.Minute))
			}
			if !slices.EqualFunc(got, want, time.Time.Equal) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestRuns_tellsThoseAtWhichTemporalStartedSomething has a start of the last three that came.
func TestRuns_tellsThoseAtWhichTemporalStartedSomething(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Hour)
	second := now.Add(-2*time.Hour + 7*time.Minute)
	on, store := &dated{temporal: newTemporal(), made: now.Add(-9 * time.Hour), started: []time.Time{second}}, bucketOf(t)
	on.byHand(schedule.ID("acme"), everyTwoHours)
	got, came, err := ledger.Runs(t.Context(), ledger.Server{Service: on}, store, "acme", now.Add(-3*time.Hour), now)
	if err != nil || len(got) != 3 || came(got[0]) || !came(got[1]) || !got[1].Equal(second) || came(got[2]) {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestRuns_countsMoreThanOneAnswerHolds asks for the runs of a hundred days.
func TestRuns_countsMoreThanOneAnswerHolds(t *testing.T) {
	t.Parallel()
	const hours = 2400
	now := time.Now().UTC().Truncate(time.Hour)
	on, store := &dated{temporal: newTemporal(), made: now.Add(-9000 * time.Hour)}, bucketOf(t)
	on.byHand(schedule.ID("acme"), everyTwoHours)
	got, _, err := ledger.Runs(t.Context(), ledger.Server{Service: on}, store, "acme", now.Add(-hours*time.Hour), now)
	if err != nil || len(got) != hours || !got[hours-1].Equal(now.Add(-53*time.Minute)) {
		t.Errorf("%d runs, %v", len(got), err)
	}
	unique := slices.CompactFunc(got, time.Time.Equal)
	if len(unique) != hours {
		t.Errorf("%d of them are different", len(unique))
	}
}

// TestKept_saysSinceWhen changes a schedule in each way, and reads since when it is as it is.
func TestKept_saysSinceWhen(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	w := newWorker(on, store, acme(hourly))
	w.look(t)
	since := func() time.Time {
		kept, err := ledger.Read(t.Context(), store, "acme")
		if err != nil || kept == nil {
			t.Fatal(kept, err)
		}
		return kept.Since
	}
	first := since()
	w.look(t)
	on.byHand(schedule.ID("acme"), nil)
	w.look(t)
	if on.at(schedule.ID("acme")) == nil || !since().Equal(first) {
		t.Errorf("a schedule that was lost and made again is so since %s, want %s", since(), first)
	}
	on.byHand(schedule.ID("acme"), func(s *schedulepb.Schedule) { s.State = &schedulepb.ScheduleState{Paused: true, Notes: "quarter end"} })
	w.look(t)
	paused := since()
	if !paused.After(first) {
		t.Errorf("a schedule that was paused is so since %s, as before", paused)
	}
	newWorker(on, store, acme(daily)).look(t)
	if !since().After(paused) {
		t.Errorf("a schedule that was changed is so since %s, as before", since())
	}
}
