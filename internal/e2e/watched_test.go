package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/host"
	"longhaul/internal/notify"
	"longhaul/internal/notify/mailtest"
	lookout "longhaul/internal/notify/watch"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

// onlooker is a worker without sources, on the Temporal and the bucket of others.
func onlooker(t *testing.T, c client.Client, bucket string, box *letterbox, pace lookout.Pace) {
	t.Helper()
	registry, err := source.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	settings := config.Config{
		Storage: bucket, Sources: registry,
		Notify: notify.Settings{Stall: 10 * time.Second, Receivers: []notify.Configured{box.receiver("hook", askable()...)}},
	}
	h, err := host.Open(t.Context(), settings, host.Options{Version: "test", Logger: zap.NewNop(), Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, h.Close()) })
	worker := h.NewWorker(c)
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(worker.Stop)
}

// watchers are workers that look at their sources every moment, by a clock that a test sets forward.
type watchers struct {
	ahead atomic.Int64
	looks []*atomic.Int64 // of each worker
}

// add starts one more, which ends with what is returned.
func (w *watchers) add(t *testing.T, c client.Client, settings config.Config, gone time.Duration) (stop func()) {
	t.Helper()
	looks := new(atomic.Int64)
	w.looks = append(w.looks, looks)
	pace := lookout.Pace{Every: 100 * time.Millisecond, Overdue: time.Second, Gone: gone, Now: func() time.Time {
		looks.Add(1)
		return time.Now().Add(time.Duration(w.ahead.Load()))
	}}
	h, err := host.Open(t.Context(), settings, host.Options{Version: "test", Logger: zap.NewNop(), Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	worker := h.NewWorker(c)
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		worker.Stop()
		closed(t, h.Close())
	})
	t.Cleanup(stop)
	return stop
}

// look waits until each of the workers that run has looked again and again.
func (w *watchers) look(t *testing.T) {
	t.Helper()
	for _, looks := range w.looks {
		before := looks.Load()
		eventually(t, longest, func() bool { return looks.Load() > before+3 })
	}
}

// again sends a message once more, as a worker does whose Temporal has forgotten that it was sent.
func (w *watched) again(t *testing.T, id string) {
	t.Helper()
	var fact notify.Fact
	started := w.history(t, id, "")[0].GetWorkflowExecutionStartedEventAttributes()
	closed(t, converter.GetDefaultDataConverter().FromPayloads(started.GetInput(), &fact))
	run, err := w.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id + "-again", TaskQueue: workflows.TaskQueue},
		tell.NotifySourceType, fact)
	if err != nil {
		t.Fatal(err)
	}
	var result tell.Result
	closed(t, run.Get(t.Context(), &result))
	want := []notify.Told{}
	for _, name := range []string{"hook", "mail", "slack"} {
		want = append(want, notify.Told{ID: id, Event: fact.Event, Receiver: name})
	}
	sort := cmpopts.SortSlices(func(a, b notify.Told) bool { return a.Receiver < b.Receiver })
	if diff := cmp.Diff(want, result.Told, sort, cmpopts.IgnoreFields(notify.Told{}, "At")); diff != "" {
		t.Errorf("of %s the bucket knows otherwise (-want +got):\n%s", id, diff)
	}
}

// daily is a schedule whose runs are half a day away from now.
func daily() schedule.Order {
	at := time.Now().UTC().Add(12 * time.Hour)
	return schedule.Order{Cron: fmt.Sprintf("%d %d * * *", at.Minute(), at.Hour())}
}

// watched is an installation whose workers look by such a clock.
type watched struct {
	heard
	*watchers
	settings config.Config
	stops    []func()
}

// TestTells_whatNoSyncCan has two workers on one Temporal and one bucket tell of runs that did not come, of the week and of a source that
// nobody serves, to a webhook, to Slack and by mail: each once, however often they look, and once where a message is sent again that Temporal
// has forgotten.
func TestTells_whatNoSyncCan(t *testing.T) {
	t.Parallel()
	w := &watched{
		heard: heard{
			box: newLetterbox(t, nil), mail: mailtest.Serve(t, mailKey), chat: hook{"T0000WATCH", "B0000WATCH", "ffffffffffffffffffffffff"},
		},
		watchers: new(watchers),
	}
	options := server.Options{Reports: 20, Columns: 3}
	settings := notify.Settings{Stall: time.Minute, Receivers: w.takers()}
	w.plant = told(t, options, settings)
	w.settings = w.plant.settings(t, options)
	w.settings.Notify = settings
	w.misses(t)
	w.weeks(t)
	w.goes(t)
	w.requireAlike(t)
	if len(w.box.wrong) > 0 {
		t.Errorf("not verified: %v", w.box.wrong)
	}
}

// none wants no more messages, however often is looked.
func (w *watched) none(t *testing.T) {
	t.Helper()
	w.look(t)
	if more := w.box.events(w.seen); len(more) > 0 {
		t.Errorf("there came %v more", more)
	}
}

// misses has a Temporal that lost its database after it had been away for two runs of a schedule, until there is a sync.
func (w *watched) misses(t *testing.T) {
	t.Helper()
	orders(t, w.client, daily())
	w.stop()
	kept, err := ledger.Read(t.Context(), w.store, "acme")
	if err != nil {
		t.Fatal(err)
	}
	kept.Since = time.Now().Add(-40 * time.Hour)
	closed(t, w.store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), kept))
	for range 2 {
		w.stops = append(w.stops, w.add(t, w.client, w.settings, 0))
	}
	missed := w.came(t, "schedule_missed")
	if !strings.Contains(missed.Text, "2 runs did not begin") {
		t.Errorf("got %+v", missed)
	}
	w.none(t)
	w.again(t, missed.ID)
	w.none(t)
	w.sync(t)
	eventually(t, longest, func() bool { return len(w.box.all()) >= w.seen+2 })
	events, over := w.box.events(w.seen), []string{}
	slices.Sort(events)
	for _, one := range w.box.all() {
		over = append(over, one.Over...)
	}
	if diff := cmp.Diff([][]string{{"first_sync_complete", "recovered"}, {"schedule_missed"}}, [][]string{events, over}); diff != "" {
		t.Errorf("after a sync came otherwise (-want +got):\n%s", diff)
	}
	w.seen += 2
}

// weeks sets the clock to next Monday, and has another worker start.
func (w *watched) weeks(t *testing.T) {
	t.Helper()
	now := time.Now().UTC()
	monday := now.Truncate(24*time.Hour).AddDate(0, 0, 7-(int(now.Weekday())+6)%7)
	w.ahead.Store(int64(monday.Add(7 * time.Hour).Sub(now)))
	digest := w.came(t, "digest")
	if !strings.Contains(digest.Text, ": 1 sync delivered.") {
		t.Errorf("got %+v", digest)
	}
	w.none(t)
	w.again(t, digest.ID)
	w.stops = append(w.stops, w.add(t, w.client, w.settings, 0))
	w.none(t)
}

// goes stops all workers of the source, and starts two that have none.
func (w *watched) goes(t *testing.T) {
	t.Helper()
	for _, stop := range w.stops {
		stop()
	}
	w.ahead.Store(0)
	w.looks = nil
	var err error
	w.settings.Sources, err = source.NewRegistry()
	closed(t, err)
	for range 2 {
		w.add(t, w.client, w.settings, time.Second)
	}
	if gone := w.came(t, "worker_gone"); !strings.Contains(gone.Text, "longhaul-acme") {
		t.Errorf("got %+v", gone)
	}
	w.none(t)
}
