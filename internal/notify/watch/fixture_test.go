package watch_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	commonpb "go.temporal.io/api/common/v1"
	schedulepb "go.temporal.io/api/schedule/v1"
	"go.uber.org/zap"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/notify/watch"
	"longhaul/internal/notify/words"
	"longhaul/internal/source"
	"longhaul/internal/streamtest"
	"longhaul/workflows"
)

// world is a Temporal, a bucket and the hour, in which messages are sent at once.
type world struct {
	*watch.Watch
	t *testing.T

	now     time.Time
	served  []string
	running map[string]bool
	left    map[string]bool
	plans   map[string]*schedulepb.ScheduleListInfo
	polled  map[string]time.Time
	runs    map[string]*history.Missed
	asked   map[string]int // requests by kind and source
	err     error

	started map[string]notify.Fact // by id
	news    []notify.Fact          // since the last look
	desk    *desk.Desk
}

func newWorld(t *testing.T, events ...notify.Event) *world {
	t.Helper()
	w := &world{
		t: t, now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), running: map[string]bool{}, // a Wednesday
		left: map[string]bool{}, plans: map[string]*schedulepb.ScheduleListInfo{},
		polled: map[string]time.Time{}, runs: map[string]*history.Missed{}, asked: map[string]int{}, started: map[string]notify.Fact{},
	}
	settings := notify.Settings{Receivers: []notify.Configured{{Name: "ops", Events: events}}}
	own := func(name string) source.Notify {
		if name == "silent" {
			return source.Notify{"ops": nil}
		}
		return nil
	}
	store := streamtest.Open(t, "mem://")
	w.desk = &desk.Desk{
		Store: store, Settings: settings, Own: own, Logger: zap.NewNop(), Links: func(context.Context) words.Links { return words.Links{} },
		Send: func(_ context.Context, m notify.Message, _ []notify.Asking) []notify.Told {
			return []notify.Told{{ID: m.ID, Event: m.Event, Receiver: "ops", At: m.At}}
		},
	}
	w.Watch = w.worker()
	return w
}

// worker is another worker of the same world.
func (w *world) worker() *watch.Watch {
	return &watch.Watch{
		Store: w.desk.Store, Settings: w.desk.Settings, Own: w.desk.Own, Served: func() []string { return w.served }, World: w,
		Left: func(name string) bool { return w.left[name] }, Running: w.syncs,
		Scheduled: func() map[string]*schedulepb.ScheduleListInfo { return w.plans },
		Pace:      watch.Pace{Now: func() time.Time { return w.now }},
	}
}

// plan is a schedule whose next run is at a moment; zero: it is paused.
func plan(next time.Time) *schedulepb.ScheduleListInfo {
	info := &schedulepb.ScheduleListInfo{WorkflowType: &commonpb.WorkflowType{Name: workflows.SyncSourceType}, Paused: next.IsZero()}
	if !info.Paused {
		info.FutureActionTimes = []*timestamppb.Timestamp{timestamppb.New(next)}
	}
	return info
}

func (w *world) syncs(context.Context) (map[string]time.Time, error) {
	began := map[string]time.Time{}
	for name, runs := range w.running {
		if runs {
			began[name] = w.now
		}
	}
	return began, w.err
}

func (w *world) Polled(_ context.Context, source string) (time.Time, error) {
	w.asked["polled "+source]++
	return w.polled[source], nil
}

func (w *world) Missed(_ context.Context, source string) (*history.Missed, error) {
	w.asked["missed "+source]++
	return w.runs[source], nil
}

func (w *world) Start(ctx context.Context, fact notify.Fact) error {
	if _, there := w.started[fact.ID]; there {
		return nil
	}
	w.started[fact.ID] = fact
	w.news = append(w.news, fact)
	_, err := w.desk.Tell(ctx, fact)
	return err
}

// look looks for as long as d, once a minute, or each five minutes of many hours, and wants these events.
func (w *world) look(d time.Duration, want ...notify.Event) {
	w.t.Helper()
	w.news = nil
	step := time.Minute
	if d > 10*time.Hour {
		step = 5 * time.Minute
	}
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(step) {
		if err := w.Look(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	var got []notify.Event
	for _, fact := range w.news {
		got = append(got, fact.Event)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("at %s people were told otherwise (-want +got):\n%s", w.now.Format(time.DateTime), diff)
	}
}
