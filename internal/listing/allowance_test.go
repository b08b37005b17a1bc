package listing

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/orgtest"
	"longhaul/internal/salesforce"
	"longhaul/internal/streamtest"
)

// lease lets a few calls through and refuses the others, until it is renewed.
type lease struct {
	mu    sync.Mutex
	left  int
	spent map[string]int // calls that were let through, by object and scope
}

func (l *lease) refuse(q salesforce.Query) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == 0 {
		return &salesforce.Error{Class: fault.QuotaExhausted, Whole: true, Err: salesforce.ErrBudgetSpent}
	}
	l.left--
	if l.spent == nil {
		l.spent = map[string]int{}
	}
	l.spent[strings.TrimSpace(q.Object+" "+q.Scope)]++
	return nil
}

// attempts calls attempt with a lease of calls each time until it succeeds, and returns how often it was called.
func (l *lease) attempts(t *testing.T, calls, most int, attempt func() error) int {
	t.Helper()
	for n := 1; n <= most; n++ {
		l.left = calls
		err := attempt()
		if err == nil {
			return n
		}
		if !errors.Is(err, salesforce.ErrBudgetSpent) {
			t.Fatalf("attempt %d: %v, want the end of its lease", n, err)
		}
	}
	t.Fatalf("%d attempts with %d calls each did not end; they spent %v", most, calls, l.spent)
	return 0
}

func TestEnumerate_repeatsNoPageWhenItsCallsRunOut(t *testing.T) {
	t.Parallel()
	for _, calls := range []int{1, 2, 3, 7} {
		store := streamtest.Open(t, "mem://")
		client := newServer(caseless, map[string][]string{"": streamtest.ReportIDs(0, 950), "allPrivate": streamtest.ReportIDs(950, 1250)})
		client.page = 100
		l := &lease{}
		client.refuse = l.refuse
		var got Enumerated
		l.attempts(t, calls, 20, func() (err error) {
			got, err = Enumerate(t.Context(), EnumerateInput{Client: client, Store: store, Sync: current, Kind: Reports, Private: true})
			return err
		})
		sorted(t, store, got, streamtest.ReportIDs(0, 1250))
		if diff := cmp.Diff(map[string]int{"Report": 10, "Report allPrivate": 3}, l.spent); diff != "" {
			t.Errorf("with %d calls at a time, pages (-want +got):\n%s", calls, diff)
		}
	}
}

func TestEnumerate_keepsWhatItReadWhenItIsCancelled(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 950)})
	client.page = 100
	ctx, cancel := context.WithCancel(t.Context())
	client.record = func(id string, version int) string {
		if version == 4 {
			cancel()
		}
		return record(id, version)
	}
	in := EnumerateInput{Client: cancellable{client}, Store: store, Sync: current, Kind: Reports}
	if _, err := Enumerate(ctx, in); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the context's error", err)
	}
	sorted(t, store, enumerate(t, store, client, false), streamtest.ReportIDs(0, 950))
	if client.version > 11 {
		t.Errorf("%d pages were read for 10", client.version)
	}
}

// cancellable is a Pager whose next page fails once its context is over.
type cancellable struct{ Pager }

func (c cancellable) Pages(ctx context.Context, q salesforce.Query) iter.Seq2[salesforce.Page, error] {
	return func(yield func(salesforce.Page, error) bool) {
		for page, err := range c.Pager.Pages(ctx, q) {
			if !yield(page, err) {
				return
			}
			if ctx.Err() != nil {
				yield(salesforce.Page{}, ctx.Err())
				return
			}
		}
	}
}

// A kind in which nothing changed is asked once, however often the others need another attempt.
func TestCatchUp_repeatsNothingWhenItsCallsRunOut(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := listed(t, s)
	o.Set(orgtest.Record{Kind: "dashboards", N: 2, Modified: later, Name: "renamed"})
	o.Set(orgtest.Record{Kind: "components", N: 9, Modified: later, Name: "new"})
	l := &lease{}
	o.Refuse = l.refuse
	var got CaughtUp
	l.attempts(t, 1, 10, func() (err error) {
		got, err = CatchUp(t.Context(), CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart, AtOnce: 2})
		return err
	})
	if got.Changed[Dashboards] != 1 || got.Added[Components] != 1 {
		t.Errorf("%+v", got)
	}
	want := map[string]int{"Folder": 1, "Report": 1, "Dashboard": 1, "User": 1, "DashboardComponent": 1}
	if diff := cmp.Diff(want, l.spent); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
