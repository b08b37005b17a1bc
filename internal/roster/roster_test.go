package roster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"longhaul/internal/fault"
	"longhaul/internal/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bucket is what is saved, as a test has it.
type bucket struct {
	versions map[string]string
	away     error            // of the bucket
	shut     map[string]error // why a source cannot be opened

	slow func(name string) error

	mu     sync.Mutex
	opened []string
}

func (b *bucket) Versions(context.Context) (map[string]string, error) {
	return maps.Clone(b.versions), b.away
}

func (b *bucket) Source(_ context.Context, name string) (source.Source, string, error) {
	b.mu.Lock()
	b.opened = append(b.opened, name)
	b.mu.Unlock()
	return source.Source{Name: name, Salesforce: source.Salesforce{
		Credentials: source.Sealed(func(context.Context) (string, error) {
			return `{"baseUrl":"x.my.salesforce.com","clientId":"3MVG9","clientSecret":"secret-of-` + name + `"}`, nil
		}),
	}}, b.versions[name], cmp.Or(b.shut[name], b.wait(name))
}

func (b *bucket) wait(name string) error {
	if b.slow == nil {
		return nil
	}
	return b.slow(name)
}

func of(t *testing.T, b *bucket, names ...string) *Roster {
	t.Helper()
	var all []source.Source
	for _, name := range names {
		all = append(all, source.Source{Name: name})
	}
	settings, err := source.NewRegistry(all...)
	if err != nil {
		t.Fatal(err)
	}
	if b == nil {
		return New(settings, nil)
	}
	return New(settings, b)
}

func look(t *testing.T, r *Roster, again bool, want ...string) {
	t.Helper()
	if err := r.Look(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if got := r.Names(); !slices.Equal(got, want) {
		t.Errorf("the roster has %v, want %v; out are %v", got, want, r.Out())
	}
}

func says(t *testing.T, err error, class fault.Class, words ...string) {
	t.Helper()
	if !fault.Is(err, class) {
		t.Fatalf("got %v, want a fault of class %s", err, class)
	}
	for _, part := range words {
		if !strings.Contains(fault.Sentence(err), part) {
			t.Errorf("%q lacks %q", fault.Sentence(err), part)
		}
	}
}

func TestLook_findsWhatIsNewChangedAndGone(t *testing.T) {
	t.Parallel()
	b := &bucket{versions: map[string]string{"beta": "1", "gamma": "1"}}
	r := of(t, b, "acme")
	look(t, r, false, "acme", "beta", "gamma")
	b.versions = map[string]string{"beta": "2", "delta": "1"}
	look(t, r, false, "acme", "beta", "delta")
	if m, err := r.Get("beta"); err != nil || m.Version != "2" || !m.Saved() || m.MaxShards == 0 {
		t.Errorf("beta is %+v, %v", m, err)
	}
	slices.Sort(b.opened)
	if want := []string{"beta", "beta", "delta", "gamma"}; !slices.Equal(b.opened, want) {
		t.Errorf("it opened %v, want %v: what has not changed is not read again", b.opened, want)
	}
	_, err := r.Get("gamma")
	says(t, err, fault.LoginRefused, `"gamma" was disconnected`, "connect it again (longhaul connect gamma)")
	b.versions["gamma"] = "3"
	look(t, r, false, "acme", "beta", "delta", "gamma")
	if _, err := r.Get("gamma"); err != nil {
		t.Errorf("connected again: %v", err)
	}
	_, err = r.Get("nobody")
	says(t, err, fault.Invalid, "is not configured", "acme, beta, delta, gamma")
}

func TestLook_aBucketThatIsAwayRemovesNothing(t *testing.T) {
	t.Parallel()
	b := &bucket{versions: map[string]string{"beta": "1"}}
	r := of(t, b, "acme")
	look(t, r, false, "acme", "beta")
	b.away, b.versions = errors.New("no route to host"), nil
	if err := r.Look(t.Context(), true); !errors.Is(err, b.away) {
		t.Errorf("got %v", err)
	}
	if _, err := r.Get("beta"); err != nil || len(r.Names()) != 2 {
		t.Errorf("it has %v, %v", r.Names(), err)
	}
}

// Others are served; a wrong key is not asked for at each look, and a keeper that is away not once for each source.
func TestLook_leavesOutWhatItCannotOpen(t *testing.T) {
	t.Parallel()
	b := &bucket{versions: map[string]string{"beta": "1", "delta": "1"}, shut: map[string]error{"beta": fault.Invalidf("another key")}}
	r := of(t, b)
	look(t, r, false, "delta")
	_, err := r.Get("beta")
	says(t, err, fault.Invalid, "another key")
	look(t, r, false, "delta")
	if len(b.opened) != 2 {
		t.Errorf("it opened %v", b.opened)
	}
	b.shut = nil
	look(t, r, true, "beta", "delta")
	away := &fault.Error{Class: fault.Transient, Message: "the keeper does not answer"}
	b.shut, b.opened = map[string]error{"beta": away, "gamma": away, "mu": away}, nil
	b.versions = map[string]string{"beta": "2", "delta": "1", "gamma": "1", "mu": "1"}
	look(t, r, true, "beta", "delta")
	if m, err := r.Get("beta"); err != nil || m.Version != "1" || r.Out()["beta"] == nil {
		t.Errorf("its new version cannot be opened: %+v, %v, out: %v", m, err, r.Out()["beta"])
	}
	_, err = r.Get("mu")
	says(t, err, fault.Transient, "keeper does not answer")
	delete(b.versions, "mu")
	b.shut = nil
	look(t, r, true, "beta", "delta", "gamma")
}

// A hundred sources wait no hundred times for a keeper that is away.
func TestLook_asksAKeeperThatIsAwayForAFew(t *testing.T) {
	t.Parallel()
	b := &bucket{versions: map[string]string{}, shut: map[string]error{}}
	for i := range 100 {
		name := fmt.Sprintf("s%d", i)
		b.versions[name], b.shut[name] = "1", &fault.Error{Class: fault.Transient, Message: "the keeper does not answer"}
	}
	r := of(t, b)
	if look(t, r, true); len(b.opened) > opensAtOnce || len(r.Out()) != 100 {
		t.Errorf("it asked %d times, and %d are out", len(b.opened), len(r.Out()))
	}
}

// What was opened in the time of a look is served, and the rest is opened at the next one.
func TestLook_thatIsCutTakesWhatItHas(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	b := &bucket{versions: map[string]string{"beta": "1", "gamma": "1"}, slow: func(name string) error {
		if name != "gamma" {
			close(asked)
			return nil
		}
		<-asked
		cancel()
		return ctx.Err()
	}}
	r := of(t, b)
	if err := r.Look(ctx, true); err != nil || !slices.Equal(r.Names(), []string{"beta"}) {
		t.Errorf("it has %v, %v", r.Names(), err)
	}
	_, err := r.Get("gamma")
	says(t, err, fault.Transient, "was not opened in time")
	b.slow = nil
	look(t, r, false, "beta", "gamma")
}

func TestLook_servesANameOfTwoOriginsOnlyWhereItWasServedBefore(t *testing.T) {
	t.Parallel()
	b := &bucket{versions: map[string]string{"acme": "1"}}
	fresh := of(t, b, "acme", "beta")
	look(t, fresh, false, "beta")
	_, err := fresh.Get("acme")
	says(t, err, fault.Invalid, `"acme" stands in the settings of this process and is saved in the bucket`, "remove it from the settings, or disconnect it")
	delete(b.versions, "acme")
	look(t, fresh, false, "acme", "beta")
	b.versions["acme"] = "2"
	look(t, fresh, false, "acme", "beta")
	if m, err := fresh.Get("acme"); err != nil || m.Saved() {
		t.Errorf("it was served before: %+v, %v", m, err)
	}
	says(t, fresh.Twice()["acme"], fault.Invalid, "goes on serving it as its settings say")
	if len(b.opened) > 0 {
		t.Errorf("it opened %v", b.opened)
	}
	late := of(t, b, "acme")
	b.away = errors.New("away at the start")
	_ = late.Look(t.Context(), false)
	b.away = nil
	look(t, late, false, "acme")
}

func TestLook_ofSettingsAloneAsksNobody(t *testing.T) {
	t.Parallel()
	r := of(t, nil, "acme")
	if look(t, r, true, "acme"); r.Grows() {
		t.Error("it grows")
	}
}

// What somebody put into the bucket by hand takes no process down.
func TestLook_leavesOutANameThatNoSourceMayHave(t *testing.T) {
	t.Parallel()
	r := of(t, &bucket{versions: map[string]string{"sync-beta": "1", "beta": "1"}})
	look(t, r, true, "beta")
}
