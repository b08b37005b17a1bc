package host

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/config"
	"longhaul/internal/saved"
	"longhaul/internal/seal"
	"longhaul/internal/source"
)

// sealedBy is the configuration of a keeper whose key is made of a letter.
func sealedBy(letter string) seal.Config {
	return seal.Config{Keeper: seal.Local, Key: source.Held(base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32))))}
}

// connecting is a host whose bucket may hold saved sources, with what it logs, and the store to connect them by.
func connecting(t *testing.T, configured ...source.Source) (*Host, *saved.Store, *observer.ObservedLogs) {
	t.Helper()
	registry, err := source.NewRegistry(configured...)
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.InfoLevel)
	h, err := Open(t.Context(), config.Config{DataDir: t.TempDir(), Sources: registry, Secrets: sealedBy("a")}, Options{Logger: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h, storeOf(t, h, "a"), logs
}

func storeOf(t *testing.T, h *Host, letter string) *saved.Store {
	t.Helper()
	keeper, err := seal.New(sealedBy(letter))
	if err != nil {
		t.Fatal(err)
	}
	return saved.New(h.store, keeper, nil)
}

func connect(t *testing.T, s *saved.Store, name, host string) {
	t.Helper()
	version, err := s.Propose(t.Context(), saved.Document{Source: name, Salesforce: saved.Salesforce{
		BaseURL: host, Auth: string(source.ClientCredentials), ClientID: "3MVG9", ClientSecret: "a-client-secret",
	}}, host)
	if err == nil {
		err = s.Promote(t.Context(), name, version)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// afterALook waits until the workers have looked.
func afterALook() {
	time.Sleep(lookEvery + stopTimeout + time.Second) //nolint:forbidigo // of a synctest bubble
	synctest.Wait()
}

// times is how often a message stands in the log.
func times(logs *observer.ObservedLogs, part string) int {
	n := 0
	for _, entry := range logs.All() {
		why, _ := entry.ContextMap()["why"].(string)
		if strings.Contains(entry.Message+" "+why, part) {
			n++
		}
	}
	return n
}

// A source is served within half a minute after it was connected, and no more after it was disconnected.
func TestWorkers_findSourcesThatAreConnectedAndDisconnected(t *testing.T) {
	t.Parallel()
	h, store, logs := connecting(t)
	synctest.Test(t, func(t *testing.T) {
		c, seen := idle(t)
		w := h.NewWorker(c)
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		connect(t, store, "acme", "acme.my.salesforce.com")
		slots := w.tuner.activities.MaxSlots()
		afterALook()
		if served, left := w.Served(); seen.polls("longhaul-acme") != sourcePollers || !slices.Equal(served, []string{"acme"}) || len(left) > 0 {
			t.Errorf("connected: it polls %v, serves %v, leaves out %v", seen.now, served, left)
		}
		if got := w.tuner.activities.MaxSlots(); got != slots+source.DefaultMaxShards+sourcePollers {
			t.Errorf("there are %d slots after %d", got, slots)
		}
		if err := store.Remove(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		afterALook()
		if served, left := w.Served(); seen.polls("longhaul-acme") != 0 || len(served)+len(left) > 0 || w.tuner.activities.MaxSlots() != slots {
			t.Errorf("disconnected: it polls %v, serves %v, leaves out %v", seen.now, served, left)
		}
		connect(t, store, "acme", "acme.my.salesforce.com")
		if afterALook(); seen.polls("longhaul-acme") != sourcePollers {
			t.Errorf("connected again: it polls %v", seen.now)
		}
	})
	if times(logs, "was disconnected") != 1 || times(logs, "is served from now on") != 2 {
		t.Errorf("it logged %v", logs.All())
	}
}

// Whoever waits for a step of a source that was disconnected gets an answer, as long as its sync runs.
func TestWorkers_tellASyncThatItsSourceWasDisconnected(t *testing.T) {
	t.Parallel()
	h, store, _ := connecting(t)
	connect(t, store, "acme", "acme.my.salesforce.com")
	synctest.Test(t, func(t *testing.T) {
		c, seen := idle(t)
		seen.setRunning(true)
		w := h.NewWorker(c)
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		if err := store.Remove(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		afterALook()
		if served, _ := w.Served(); len(served) > 0 || seen.polls("longhaul-acme") == 0 {
			t.Errorf("it serves %v and polls %v", served, seen.now)
		}
		if _, err := h.sources.Source(t.Context(), "acme"); err == nil || !strings.Contains(err.Error(), "was disconnected") {
			t.Errorf("a step hears %v", err)
		}
		connect(t, store, "acme", "acme.my.salesforce.com")
		if _, err := h.sources.Source(t.Context(), "acme"); err != nil {
			t.Errorf("a step that comes before the workers look hears %v", err)
		}
		if afterALook(); seen.polls("longhaul-acme") != sourcePollers {
			t.Errorf("connected again, it polls %v", seen.now)
		}
		if err := store.Remove(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		afterALook()
		seen.setRunning(false)
		if afterALook(); seen.polls("longhaul-acme") != 0 {
			t.Errorf("after the sync it polls %v", seen.now)
		}
	})
}

// One key that is wrong, and a bucket that is away, take no source from those who work with it.
func TestWorkers_keepWhatTheyServe(t *testing.T) {
	t.Parallel()
	h, store, logs := connecting(t)
	connect(t, store, "acme", "acme.my.salesforce.com")
	connect(t, storeOf(t, h, "b"), "beta", "beta.my.salesforce.com")
	away := filepath.Join(t.TempDir(), "away")
	synctest.Test(t, func(t *testing.T) {
		c, seen := idle(t)
		w := h.NewWorker(c)
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		synctest.Wait()
		for range 2 * againEvery {
			afterALook()
		}
		if served, left := w.Served(); !slices.Equal(served, []string{"acme"}) || !slices.Equal(left, []string{"beta"}) {
			t.Errorf("it serves %v, leaves out %v", served, left)
		}
		dir := strings.TrimPrefix(h.store.Name(), "file://")
		if err := os.Rename(dir, away); err != nil {
			t.Fatal(err)
		}
		afterALook()
		afterALook()
		if served, _ := w.Served(); !slices.Equal(served, []string{"acme"}) || seen.polls("longhaul-acme") != sourcePollers {
			t.Errorf("without the bucket it serves %v and polls %v", served, seen.now)
		}
		if err := os.Rename(away, dir); err != nil {
			t.Fatal(err)
		}
		if err := storeOf(t, h, "b").Remove(t.Context(), "beta"); err != nil {
			t.Fatal(err)
		}
		connect(t, store, "beta", "beta.my.salesforce.com")
		if afterALook(); seen.polls("longhaul-beta") != sourcePollers {
			t.Errorf("with the right key it polls %v", seen.now)
		}
	})
	if times(logs, "left out") != 1 || times(logs, "cannot be listed") != 1 || times(logs, "was disconnected") != 0 {
		for _, entry := range logs.All() {
			t.Errorf("it logged %s: %v", entry.Message, entry.ContextMap())
		}
	}
}

// Both origins are named, and what is served goes on.
func TestWorkers_sayThatASourceHasTwoOrigins(t *testing.T) {
	t.Parallel()
	h, store, logs := connecting(t, acme("acme", source.Held("a-client-secret")), acme("beta", source.Held("a-client-secret")))
	connect(t, store, "acme", "acme.my.salesforce.com")
	synctest.Test(t, func(t *testing.T) {
		c, seen := idle(t)
		w := h.NewWorker(c)
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		connect(t, store, "beta", "beta.my.salesforce.com")
		afterALook()
		afterALook()
		if served, left := w.Served(); !slices.Equal(served, []string{"beta"}) || !slices.Equal(left, []string{"acme"}) || seen.has("longhaul-acme") {
			t.Errorf("it serves %v, leaves out %v, polls %v", served, left, seen.now)
		}
		if err := store.Remove(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
		if afterALook(); seen.polls("longhaul-acme") != sourcePollers {
			t.Errorf("with one origin left it polls %v", seen.now)
		}
	})
	const both = "stands in the settings of this process and is saved in the bucket"
	if times(logs, `"acme" `+both) != 1 || times(logs, `"beta" `+both+"; this process goes on serving it") != 1 {
		t.Errorf("it logged %v", logs.All())
	}
}

// A running step keeps the clients that it began with; the next one gets those of the new address. New credentials of the same org and app
// change no client, so its session and its bounds stay.
func TestSource_changesItsClientsWithItsAddress(t *testing.T) {
	t.Parallel()
	h, store, _ := connecting(t)
	connect(t, store, "acme", "acme.my.salesforce.com")
	see := func() {
		if err := h.roster.Look(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	see()
	first, err := h.sources.Source(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	connect(t, store, "acme", "acme.my.salesforce.com")
	see()
	if same, err := h.sources.Source(t.Context(), "acme"); err != nil || same.Salesforce != first.Salesforce {
		t.Errorf("the same address has another client, %v", err)
	}
	connect(t, store, "acme", "other.my.salesforce.com")
	see()
	second, err := h.sources.Source(t.Context(), "acme")
	if err != nil || second.Salesforce == first.Salesforce || second.Salesforce.BaseURL() != "https://other.my.salesforce.com" {
		t.Errorf("the new address has %v, %v", second, err)
	}
	if _, err := first.Salesforce.Login(t.Context()); err == nil || !strings.Contains(err.Error(), "was changed while it was in use") {
		t.Errorf("a login at the old address: %v", err)
	}
	if err := store.Remove(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Salesforce.Login(t.Context()); err == nil || !strings.Contains(err.Error(), "was disconnected") {
		t.Errorf("a login without credentials: %v", err)
	}
}

// A mistake in the settings is said at the start, and takes no source down that was connected.
func TestCheck_ofSettingsThatAreWrongBesideAConnectedSource(t *testing.T) {
	t.Parallel()
	h, store, _ := connecting(t, acme("acme", reference(t, "env:ACME_CLIENT_SECRET")))
	if err := h.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "ACME_CLIENT_SECRET") {
		t.Errorf("alone: %v", err)
	}
	connect(t, store, "beta", "beta.my.salesforce.com")
	if err := h.Check(t.Context()); err != nil {
		t.Errorf("beside one that was connected: %v", err)
	}
	if none, _, _ := connecting(t); none.Check(t.Context()) != nil {
		t.Error("a process without a source does not start")
	}
}
