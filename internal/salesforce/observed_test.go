package salesforce

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"longhaul/internal/fault"
)

// routes notes what a client tells of its requests.
type routes struct {
	mu   sync.Mutex
	told []string
}

func (r *routes) note(route string, _ time.Duration, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	class := "ok"
	if err != nil {
		class = string(fault.From(err).Class)
	}
	r.told = append(r.told, route+" "+class)
}

func (r *routes) are(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.told, want) {
		t.Errorf("got %q, want %q", r.told, want)
	}
	for _, one := range r.told {
		if route, _, _ := strings.Cut(one, " "); !slices.Contains(Routes, route) {
			t.Errorf("%s is none of the routes", route)
		}
	}
	r.told = nil
}

func TestObserved_isToldOfEachTryByItsRoute(t *testing.T) {
	t.Parallel()
	told := new(routes)
	busy := 1
	org := &fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/query/"):
			writeJSON(w, `{"totalSize":2,"done":true,"records":[]}`)
		case strings.HasSuffix(r.URL.Path, "/query") && busy > 0:
			busy--
			writeError(w, http.StatusServiceUnavailable, "SERVER_UNAVAILABLE", "busy")
		case strings.HasSuffix(r.URL.Path, "/query"):
			writeJSON(w, `{"totalSize":2,"done":true,"records":[]}`)
		case strings.HasSuffix(r.URL.Path, "/limits"):
			writeJSON(w, `{"DailyApiRequests":{"Max":15000,"Remaining":14000}}`)
		default:
			writeError(w, http.StatusNotFound, "NOT_FOUND", "gone")
		}
	}}
	client := connect(t, org, func(c *Config) { c.Observed = told.note })
	if _, err := client.Count(t.Context(), Query{Object: "Report", Fields: []string{"Id"}}); err != nil {
		t.Fatal(err)
	}
	told.are(t, "login ok", "query transient", "query ok")
	if _, err := client.DescribeReport(t.Context(), "00O5g000004AbcdEAA"); !fault.Is(err, fault.Gone) {
		t.Errorf("got %v", err)
	}
	told.are(t, "describe gone")
	if _, _, err := client.Usage(t.Context()); err != nil {
		t.Error(err)
	}
	told.are(t, "limits ok")
}

// A login that is refused is one request, and what waited for it was never sent.
func TestObserved_isToldOfNothingThatWasNotSent(t *testing.T) {
	t.Parallel()
	told := new(routes)
	org := &fakeOrg{refuse: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_client","error_description":"invalid client credentials"}`)
	}}
	client := connect(t, org, func(c *Config) { c.Observed = told.note })
	if _, err := client.Count(t.Context(), Query{Object: "Report", Fields: []string{"Id"}}); !fault.Is(err, fault.LoginRefused) {
		t.Errorf("got %v", err)
	}
	told.are(t, "login login_refused")
	ctx := WithCallBudget(t.Context(), NewCallBudget(0, 0))
	org.refuse = nil
	client = connect(t, org, func(c *Config) { c.Observed = told.note })
	if _, err := client.Count(ctx, Query{Object: "Report", Fields: []string{"Id"}}); err == nil {
		t.Error("a request without budget succeeds")
	}
	told.are(t, "login ok")
}
