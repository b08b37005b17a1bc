package salesforce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
)

// through sends one request below the bearer, under allowance a, and gives its error.
func through(t *testing.T, a *Allowance, path string, bottom roundTripFunc) error {
	t.Helper()
	req := newRequest(t, "GET", "https://h"+path)
	ctx, heard := listen(WithAllowance(req.Context(), a))
	resp, err := metering{bottom}.RoundTrip(req.WithContext(ctx))
	if err == nil {
		err = resp.Body.Close()
		heard.believe(ctx, new(belief))
	}
	return err
}

// tell has an answer that was asked for, under a context, bring a header.
func tell(ctx context.Context, b *belief, header http.Header) {
	ctx, heard := listen(ctx)
	note(ctx, header, 0)
	heard.believe(ctx, b)
}

// knowing is what is believed of an org whose clock is known: it was at a moment just now.
func knowing(at time.Time) *belief { return &belief{date: at, at: time.Now()} }

const somePath = "/services/data/v59.0/limits"

func TestAllowance_letsThroughSoManyCallsAndNoneMore(t *testing.T) {
	t.Parallel()
	const calls = 500
	a := NewAllowance(calls, 0)
	var sent, refused atomic.Int64
	bottom := func(*http.Request) (*http.Response, error) {
		if sent.Add(1)%3 == 0 {
			return nil, io.ErrUnexpectedEOF // may have reached Salesforce, so it counts
		}
		return reply(200, ""), nil
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 20 {
				if err := through(t, a, somePath, bottom); errors.Is(err, ErrAllowance) {
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

func TestAllowance_takesBackWhatNeverLeft(t *testing.T) {
	t.Parallel()
	a := NewAllowance(1, 100)
	for range 5 {
		err := through(t, a, somePath, func(*http.Request) (*http.Response, error) { return nil, dialError() })
		if err == nil || errors.Is(err, ErrAllowance) {
			t.Fatalf("a host that cannot be reached gives %v", err)
		}
	}
	if err := through(t, a, somePath, func(*http.Request) (*http.Response, error) { return reply(200, ""), nil }); err != nil {
		t.Errorf("after five dials that failed: %v", err)
	}
}

func TestAllowance_countsWhatSalesforceCounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, path string
		spent      int64
	}{
		{"a describe", "/services/data/v59.0/analytics/reports/1/describe", 1},
		{"the list of versions", "/services/data/", 0},
		{"a login", tokenPath, 0},
	} {
		a := NewAllowance(1, 0)
		if err := through(t, a, row.path, func(*http.Request) (*http.Response, error) { return reply(200, ""), nil }); err != nil {
			t.Fatal(err)
		}
		if got := 1 - a.rest(); got != row.spent {
			t.Errorf("%s: spent %d, want %d", row.name, got, row.spent)
		}
		spent := NewAllowance(0, 0)
		err := through(t, spent, row.path, func(*http.Request) (*http.Response, error) { return reply(200, ""), nil })
		if errors.Is(err, ErrAllowance) != (row.spent == 1) {
			t.Errorf("%s under a spent allowance: %v", row.name, err)
		}
	}
}

func TestAllowance_keepsToTheBoundOfTheOrg(t *testing.T) {
	t.Parallel()
	told := func(date, usage string) http.Header {
		return http.Header{"Date": {"Mon, 23 Nov 2026 18:16:" + date + " GMT"}, usageHeader: {usage}}
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
		a := NewAllowance(10, 1600)
		for _, header := range row.told {
			tell(WithAllowance(t.Context(), a), knowing(dateOf(header)), header)
		}
		if got := a.rest(); got != row.left {
			t.Errorf("%s: %d left, want %d", row.name, got, row.left)
		}
		sent := 0
		for range 20 {
			if through(t, a, somePath, func(*http.Request) (*http.Response, error) { sent++; return reply(200, ""), nil }) != nil {
				break
			}
		}
		if sent != int(row.left) {
			t.Errorf("%s: %d were sent without further news, want %d", row.name, sent, row.left)
		}
	}
}

func TestAllowance_spendsOneCallForEachTry(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		answers []int // statuses; then 200
		calls   int64
		spent   int64
		ok      bool
	}{
		{"an answer at once", nil, 1, 1, true},
		{"a redirect that is followed", []int{302}, 2, 2, true},
		{"a redirect that the allowance does not cover", []int{302}, 1, 1, false},
		{"a session that is renewed", []int{401}, 2, 2, true},
		{"a session whose repeat the allowance does not cover", []int{401}, 1, 1, false},
		{"a server in trouble", []int{503, 503}, 3, 3, true},
		{"a server in trouble for longer than the allowance lasts", []int{503, 503}, 2, 2, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			org, asked := &fakeOrg{}, 0
			client := inside(t, roundTripFunc(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == tokenPath {
					return inProcess(org).RoundTrip(r)
				}
				asked++
				if asked <= len(row.answers) {
					return reply(row.answers[asked-1], "", "Location: /services/data/v59.0/query?q=other"), nil
				}
				return reply(200, `{"totalSize":7,"done":true,"records":[]}`, "Content-Type: application/json"), nil
			}))
			a := NewAllowance(row.calls, 0)
			_, err := client.Count(WithAllowance(t.Context(), a), "Report", "", "")
			if spent := row.calls - a.rest(); (err == nil) != row.ok || spent != row.spent || int64(asked) != row.spent {
				t.Errorf("%s: %v, spent %d for %d requests, want %d", row.name, err, spent, asked, row.spent)
			}
			if row.ok {
				return
			}
			e := mustError(t, err)
			if !errors.Is(err, ErrAllowance) || e.Class != fault.QuotaExhausted || !e.Whole || e.again || e.Op == "" {
				t.Errorf("%s: the refusal is %+v", row.name, e)
			}
			if says := fault.Sentence(err); !strings.Contains(says, "granted") {
				t.Errorf("%s: the sentence is %q", row.name, says)
			}
		})
	}
}

// The org's bound holds whatever is in flight when an answer tells of the use: answers are late, and overtake each other.
func TestAllowance_keepsToTheBoundOfTheOrgWithRequestsInFlight(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			const bound, used = 200, 60
			random := rand.New(rand.NewPCG(seed, 9))
			var mu sync.Mutex
			count := used
			a := NewAllowance(1000, bound)
			bottom := func(*http.Request) (*http.Response, error) {
				mu.Lock()
				there, back := time.Duration(random.IntN(3000))*time.Millisecond, time.Duration(random.IntN(3000))*time.Millisecond
				mu.Unlock()
				<-time.After(there)
				mu.Lock()
				count++
				told := fmt.Sprintf("%s: api-usage=%d/1000", usageHeader, count)
				date := "Date: " + time.Now().UTC().Format(http.TimeFormat)
				mu.Unlock()
				<-time.After(back)
				return reply(200, "", told, date), nil
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

func TestMeter_takesTheLargerUseOfASecond(t *testing.T) {
	t.Parallel()
	m := new(Meter)
	for _, info := range []string{"api-usage=21/100", "api-usage=20/100"} {
		tell(WithMeter(t.Context(), m), knowing(time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC)), http.Header{"Date": {fakeDate}, usageHeader: {info}})
	}
	if got, _ := m.Limit(); got.Used != 21 {
		t.Errorf("%d are used, want 21", got.Used)
	}
}

func TestMeter_datesWhatItKnowsOfTheLimit(t *testing.T) {
	t.Parallel()
	m := new(Meter)
	at := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	for second, info := range []string{"api-usage=20/100", "", "api-usage=21/100", ""} {
		date := at.Add(time.Duration(second) * time.Second)
		tell(WithMeter(t.Context(), m), knowing(at), http.Header{"Date": {date.Format(http.TimeFormat)}, usageHeader: {info}})
	}
	if got := m.LimitAt(); !got.Equal(at.Add(2 * time.Second)) {
		t.Errorf("the limit is of %v, want %v", got, at.Add(2*time.Second))
	}
}
