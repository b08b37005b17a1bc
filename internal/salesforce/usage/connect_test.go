package usage

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"longhaul/internal/answertest"
)

// A proxy that refuses to connect keeps every request from Salesforce, so none is a call.
func TestCounter_aRefusedConnectIsNoCall(t *testing.T) {
	t.Parallel()
	asked := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Error(w, "URLBlocked", http.StatusForbidden)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(at), DisableKeepAlives: true}
	budget, meter := NewCallBudget(1, 0), new(Meter)
	for range 3 {
		req := answertest.NewRequest(t, "GET", "https://acme.my.salesforce.com"+somePath)
		resp, err := Counter{transport}.RoundTrip(req.WithContext(WithMeter(WithCallBudget(req.Context(), budget), meter)))
		if err == nil {
			_ = resp.Body.Close()
			t.Fatal("the request came through")
		}
	}
	if meter.Calls() != 0 || budget.rest() != 1 || asked != 3 {
		t.Errorf("%d calls are counted, %d of 1 are left, after %d refusals", meter.Calls(), budget.rest(), asked)
	}
}
