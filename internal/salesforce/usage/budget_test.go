package usage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/origin"
)

// through sends one request under a call budget, and returns its error.
func through(t *testing.T, a *CallBudget, path string, bottom answertest.RoundTrip) error {
	t.Helper()
	req := answertest.NewRequest(t, "GET", "https://h"+path)
	ctx, heard := Observe(WithCallBudget(req.Context(), a))
	resp, err := Counter{bottom}.RoundTrip(req.WithContext(ctx))
	if err == nil {
		err = resp.Body.Close()
		heard.Accept(ctx, new(Consensus))
	}
	return err
}

// tell lets the expected answer to a request under a context have a header.
func tell(ctx context.Context, b *Consensus, header http.Header) {
	ctx, heard := Observe(ctx)
	note(ctx, header, 0)
	heard.Accept(ctx, b)
}

// knowing is the consensus about an org whose clock is known: it is at that time now.
func knowing(at time.Time) *Consensus { return &Consensus{date: at, at: time.Now()} }

const somePath = "/services/data/v59.0/limits"

func TestCallBudget_letsThroughSoManyCallsAndNoneMore(t *testing.T) {
	t.Parallel()
	const calls = 500
	a := NewCallBudget(calls, 0)
	var sent, refused atomic.Int64
	bottom := func(*http.Request) (*http.Response, error) {
		if sent.Add(1)%3 == 0 {
			return nil, io.ErrUnexpectedEOF // may have reached Salesforce, so it counts
		}
		return answertest.Reply(200, ""), nil
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 20 {
				if err := through(t, a, somePath, bottom); errors.Is(err, ErrBudgetSpent) {
					refused.Add(1)
				}
			}
		})
	}
	all.Wait()
	if sent.Load() != calls || refused.Load() != 50*20-calls {
		t.Errorf("%d requests were sent and %d refused, want %d sent of 1000", sent.Load(), refused.Load(), calls)
	}
}

func TestCallBudget_lowersWhatIsLeft(t *testing.T) {
	t.Parallel()
	a := NewCallBudget(10, 0)
	for _, row := range [][2]int64{{20, 10}, {7, 7}, {9, 7}, {-3, 0}} {
		if a.Lower(row[0]); a.rest() != row[1] {
			t.Errorf("lowered to %d, %d are left, want %d", row[0], a.rest(), row[1])
		}
	}
}

func TestCallBudget_takesBackWhatNeverLeft(t *testing.T) {
	t.Parallel()
	a := NewCallBudget(1, 100)
	for range 5 {
		err := through(t, a, somePath, func(*http.Request) (*http.Response, error) { return nil, dialError() })
		if err == nil || errors.Is(err, ErrBudgetSpent) {
			t.Fatalf("a host that cannot be reached gives %v", err)
		}
	}
	if err := through(t, a, somePath, func(*http.Request) (*http.Response, error) { return answertest.Reply(200, ""), nil }); err != nil {
		t.Errorf("after five dials that failed: %v", err)
	}
}

func TestCallBudget_countsWhatSalesforceCounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, path string
		spent      int64
	}{
		{"a describe", "/services/data/v59.0/analytics/reports/1/describe", 1},
		{"the list of versions", "/services/data/", 0},
		{"a login", origin.TokenPath, 0},
	} {
		a := NewCallBudget(1, 0)
		if err := through(t, a, row.path, func(*http.Request) (*http.Response, error) { return answertest.Reply(200, ""), nil }); err != nil {
			t.Fatal(err)
		}
		if got := 1 - a.rest(); got != row.spent {
			t.Errorf("%s: spent %d, want %d", row.name, got, row.spent)
		}
		spent := NewCallBudget(0, 0)
		err := through(t, spent, row.path, func(*http.Request) (*http.Response, error) { return answertest.Reply(200, ""), nil })
		if errors.Is(err, ErrBudgetSpent) != (row.spent == 1) {
			t.Errorf("%s under a spent allowance: %v", row.name, err)
		}
	}
}

func TestCallBudget_keepsToTheBoundOfTheOrg(t *testing.T) {
	t.Parallel()
	told := func(date, usage string) http.Header {
		return http.Header{"Date": {"Mon, 23 Nov 2026 18:16:" + date + " GMT"}, Header: {usage}}
	}
	for _, row := range []struct {
		name string
		told []http.Header
		left int64
	}{
		{"nothing is known", nil, 10},
		{"much is left", []http.Header{told("10", "api-usage=1000/2000")}, 10},
		{"little is left", []http.Header{told("10", "api-usage=1597/2000")}, 3},
		{"the bound is reached", []http.Header{told("10", "api-usage=1600/2000")}, 0},
		{"others went beyond it", []http.Header{told("10", "api-usage=1900/2000")}, 0},
		{"an older answer comes late", []http.Header{told("10", "api-usage=1597/2000"), told("09", "api-usage=1200/2000")}, 3},
		{"two answers of a second", []http.Header{told("10", "api-usage=1597/2000"), told("10", "api-usage=1596/2000")}, 3},
		{"some has come back", []http.Header{told("10", "api-usage=1600/2000"), told("11", "api-usage=1595/2000")}, 5},
		{"an answer without the header", []http.Header{told("10", "api-usage=1597/2000"), told("11", "")}, 3},
	} {
		a := NewCallBudget(10, 1600)
		for _, header := range row.told {
			tell(WithCallBudget(t.Context(), a), knowing(httpkit.Date(header)), header)
		}
		if got := a.rest(); got != row.left {
			t.Errorf("%s: %d left, want %d", row.name, got, row.left)
		}
		sent := 0
		for range 20 {
			if through(t, a, somePath, func(*http.Request) (*http.Response, error) { sent++; return answertest.Reply(200, ""), nil }) != nil {
				break
			}
		}
		if sent != int(row.left) {
			t.Errorf("%s: %d were sent without further news, want %d", row.name, sent, row.left)
		}
	}
}

// The org's bound holds with any number of requests in flight when an answer reports the use: answers are late, and overtake each other.
func TestCallBudget_keepsToTheBoundOfTheOrgWithRequestsInFlight(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			const bound, used = 200, 60
			random := rand.New(rand.NewPCG(seed, 9))
			var mu sync.Mutex
			count := used
			a := NewCallBudget(1000, bound)
			bottom := func(*http.Request) (*http.Response, error) {
				mu.Lock()
				there, back := time.Duration(random.IntN(3000))*time.Millisecond, time.Duration(random.IntN(3000))*time.Millisecond
				mu.Unlock()
				<-time.After(there)
				mu.Lock()
				count++
				told := fmt.Sprintf("%s: api-usage=%d/1000", Header, count)
				date := "Date: " + time.Now().UTC().Format(http.TimeFormat)
				mu.Unlock()
				<-time.After(back)
				return answertest.Reply(200, "", told, date), nil
			}
			var all sync.WaitGroup
			for range 24 {
				all.Go(func() {
					for through(t, a, somePath, bottom) == nil {
						continue
					}
				})
			}
			all.Wait()
			if count > bound || count < bound-24 {
				t.Errorf("seed %d: the org has used %d, where the bound is %d", seed, count, bound)
			}
		})
	}
}
