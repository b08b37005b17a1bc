package connect_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/saved"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// synced is a world in which acme is connected, has a schedule and records.
func synced(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.run(t.Context(), answered(), "connect", "acme").says(t, 0, "is connected")
	w.scheduled = true
	for _, key := range []string{staging.ScheduleKey("acme"), staging.RecordKey("acme", "x"), staging.RecordKey("acme-eu", "x")} {
		if err := w.store.WriteJSON(t.Context(), key, "x"); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) has(t *testing.T, key string) bool {
	t.Helper()
	there, err := w.store.Exists(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return there
}

func TestDisconnect_takesCredentialsAndScheduleAndKeepsRecords(t *testing.T) {
	t.Parallel()
	w := synced(t)
	w.running = &workflows.Progress{}
	w.run(t.Context(), nil, "disconnect", "acme").says(t, 0, "its credentials are removed", "Its schedule is removed.",
		"A sync of it is running (sync-acme) and is not torn", "longhaul cancel acme", "What its syncs left stays")
	if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || w.scheduled || w.has(t, staging.ScheduleKey("acme")) ||
		!w.has(t, staging.RecordKey("acme", "x")) {
		t.Errorf("%v, schedule %v", err, w.scheduled)
	}
	w.run(t.Context(), nil, "disconnect", "acme").says(t, 2, `source "acme" is not connected, or not any more: there is nothing to do`)
}

// TestDisconnect_aScheduleThatCannotBeRemovedIsTriedAgain has a Temporal that refuses, and then does not.
func TestDisconnect_aScheduleThatCannotBeRemovedIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := synced(t)
	w.unmoved = serviceerror.NewPermissionDenied("no", "")
	if got := w.run(t.Context(), nil, "disconnect", "acme"); got.code == 0 || !w.scheduled {
		t.Fatalf("%+v", got)
	}
	w.unmoved = nil
	w.run(t.Context(), nil, "disconnect", "acme").says(t, 0, "its credentials are removed", "Its schedule is removed.")
	if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || w.scheduled {
		t.Errorf("%v, schedule %v", err, w.scheduled)
	}
}

func TestDisconnect_purgeAsks(t *testing.T) {
	t.Parallel()
	w := synced(t)
	w.running = &workflows.Progress{}
	w.run(t.Context(), nil, "disconnect", "acme", "--purge", "--yes").says(t, 2, "a sync of acme is running (sync-acme)")
	w.running = nil
	w.run(t.Context(), nil, "disconnect", "acme", "--purge").says(t, 2, "add --yes if that is meant")
	w.run(t.Context(), &person{}, "disconnect", "acme", "--purge").says(t, 2, "nothing was removed, as acme was not typed")
	if _, err := w.login(); err != nil || !w.scheduled {
		t.Errorf("something was removed: %v", err)
	}
	who := &person{answers: map[string]string{"This removes the records and the history of acme for good": "acme"}}
	w.run(t.Context(), who, "disconnect", "acme", "--purge", "--json").says(t, 0,
		`{"source":"acme","credentials":true,"schedule":true,"running":"","purged":1}`)
	if w.has(t, staging.RecordKey("acme", "x")) || !w.has(t, staging.RecordKey("acme-eu", "x")) {
		t.Error("it purged too little or too much")
	}
	w.run(t.Context(), nil, "disconnect", "acme", "--purge", "--yes").says(t, 0, "0 objects of its syncs removed")
}

// TestDisconnect_ofANameThatStandsInTheSettingsToo leaves the source of the settings alone.
func TestDisconnect_ofANameThatStandsInTheSettingsToo(t *testing.T) {
	t.Parallel()
	w := synced(t)
	w.settings += "sources: {acme: {salesforce: {credentials: 'file:/x'}}}\n"
	w.run(t.Context(), nil, "disconnect", "acme", "--purge", "--yes").says(t, 2, "leave --purge out")
	w.run(t.Context(), nil, "disconnect", "acme").says(t, 0, "The source of that name in the settings stays, with its schedule.")
	if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || !w.scheduled || !w.has(t, staging.ScheduleKey("acme")) {
		t.Errorf("%v, schedule %v", err, w.scheduled)
	}
	w.run(t.Context(), nil, "disconnect", "acme").says(t, 2, "stands in the settings", "remove sources.acme there")
}

// TestDisconnect_completesWhatIsConnected offers no source that the settings alone have, and nothing where there is no bucket, which it does
// not make either.
func TestDisconnect_completesWhatIsConnected(t *testing.T) {
	t.Parallel()
	w := synced(t)
	w.settings += "sources: {filed: {salesforce: {credentials: 'file:/x'}}}\n"
	for typed, offered := range map[string]string{"": "acme\n:36\n", "a": "acme\n:36\n", "f": ":36\n"} {
		if got := w.run(t.Context(), nil, "__complete", "disconnect", typed); got.out != offered {
			t.Errorf("%q: it offers %q", typed, got.out)
		}
	}
	if got := w.run(t.Context(), nil, "__complete", "disconnect", "acme", ""); got.out != ":36\n" {
		t.Errorf("after a name it offers %q", got.out)
	}
	none := filepath.Join(w.dir, "none")
	w.settings = "storage: " + config.FileURL(none) + "\n"
	got := w.run(t.Context(), nil, "__complete", "disconnect", "")
	if _, err := os.Stat(none); got.out != ":36\n" || !os.IsNotExist(err) {
		t.Errorf("without a bucket it offers %q, and leaves %v", got.out, err)
	}
}

// TestDisconnect_besideASchedule has somebody schedule the source after its schedule is removed: none is left.
func TestDisconnect_besideASchedule(t *testing.T) {
	t.Parallel()
	w := synced(t)
	w.removes = func() {
		w.removes = nil
		w.scheduled = true
	}
	w.run(t.Context(), nil, "disconnect", "acme").says(t, 0, "its credentials are removed", "Its schedule is removed.")
	if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || w.scheduled {
		t.Errorf("%v, schedule %v", err, w.scheduled)
	}
}

// TestDisconnect_saysWhichScheduleMayBeLeft has a Temporal that refuses once the credentials are gone: the verb cannot be said again.
func TestDisconnect_saysWhichScheduleMayBeLeft(t *testing.T) {
	t.Parallel()
	w := synced(t)
	w.removes = func() { w.unmoved = serviceerror.NewPermissionDenied("no", "") }
	w.run(t.Context(), nil, "disconnect", "acme").says(t, 0, "its credentials are removed", "If Temporal has the schedule longhaul-acme, delete it there: ")
}

// TestConnect_besideADisconnect has somebody disconnect the source while a worker checks it, and before it is served.
func TestConnect_besideADisconnect(t *testing.T) {
	t.Parallel()
	const says = "somebody disconnected acme at the same moment, and that counts"
	disconnected := func(w *world) {
		if err := w.saved().Remove(t.Context(), "acme"); err != nil {
			t.Error(err)
		}
	}
	w := synced(t)
	right := w.rows
	w.rows = func(login source.Credentials) []doctor.Finding {
		disconnected(w)
		return right(login)
	}
	w.run(t.Context(), nil, "connect", "acme", "--client-secret", "env:NEW_SECRET").says(t, 2, says)
	w.rows = right
	w.run(t.Context(), answered(), "connect", "acme").says(t, 0, "acme is connected")
	w.running = &workflows.Progress{Phase: workflows.PhaseBlocked, Blocked: &activities.Failure{Class: fault.LoginRefused}}
	w.signalled = func() { disconnected(w) }
	w.run(t.Context(), nil, "connect", "acme", "--client-secret", "env:NEW_SECRET").says(t, 2, says)
	if _, err := w.login(); !errors.As(err, new(*saved.NotSavedError)) || len(w.candidates()) > 0 {
		t.Errorf("%v, left %v", err, w.candidates())
	}
}

func (w *world) ScheduleClient() client.ScheduleClient { return schedules{w: w} }

type schedules struct {
	client.ScheduleClient
	w *world
}

func (s schedules) GetHandle(_ context.Context, id string) client.ScheduleHandle {
	if id != "longhaul-acme" {
		s.w.t.Errorf("the schedule %s", id)
	}
	return handle{w: s.w}
}

type handle struct {
	client.ScheduleHandle
	w *world
}

func (h handle) Delete(context.Context) error {
	if h.w.unmoved != nil {
		return h.w.unmoved
	}
	if !h.w.scheduled {
		return serviceerror.NewNotFound("no such schedule")
	}
	h.w.scheduled = false
	if h.w.removes != nil {
		h.w.removes()
	}
	return nil
}
