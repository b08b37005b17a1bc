package host

import (
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/notify"
	"longhaul/internal/source"
)

// TestSource_knowsWhetherAnybodyIsTold of it, by the settings for all sources and by its own.
func TestSource_knowsWhetherAnybodyIsTold(t *testing.T) {
	t.Parallel()
	quiet, own := acme("quiet", source.Held("a-client-secret")), acme("own", source.Held("a-client-secret"))
	quiet.Notify, own.Notify = source.Notify{"ops": nil}, source.Notify{"ops": {"failed"}}
	registry, err := source.NewRegistry(acme("acme", source.Held("a-client-secret")), quiet, own)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		events []notify.Event // of the only receiver
		heard  map[string]bool
	}{
		{nil, map[string]bool{"acme": true, "quiet": false, "own": true}},
		{[]notify.Event{}, map[string]bool{"acme": false, "quiet": false, "own": true}},
	} {
		settings := notify.Settings{Stall: time.Minute, Receivers: []notify.Configured{{Name: "ops", URL: source.Held("ntfy://x/y"), Events: row.events}}}
		h, err := Open(t.Context(), config.Config{DataDir: t.TempDir(), Sources: registry, Notify: settings}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for name, heard := range row.heard {
			got, err := h.sources.Source(t.Context(), name)
			if want := (activities.Notify{Heard: heard, Stall: time.Minute}); err != nil || got.Notify != want {
				t.Errorf("%s: %+v, %v, want %+v", name, got.Notify, err, want)
			}
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
}
