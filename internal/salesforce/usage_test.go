package salesforce

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

// versionList is the list of API versions.
const versionList = `[{"label":"Summer '26","url":"/services/data/v67.0","version":"67.0"}]`

func TestClock_needsNoLoginAndNoCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client := inside(t, roundTripFunc(func(r *http.Request) (*http.Response, error) {
			asked++
			if r.URL.String() != "https://acme.my.salesforce.com/services/data/" || r.Header.Get("Authorization") != "" {
				t.Errorf("asked for %s with %q", r.URL, r.Header.Get("Authorization"))
			}
			switch asked {
			case 1:
				return reply(503, webPage, "Content-Type: text/html", "Date: "+fakeDate), nil
			case 2:
				return reply(200, "[]", "Content-Type: application/json"), nil
			default:
				return reply(200, `[{"version":"67.0"}]`, "Content-Type: application/json", "Date: "+fakeDate), nil
			}
		}))
		m, a := new(Meter), NewCallBudget(0, 0)
		now, err := client.Clock(WithMeter(WithCallBudget(t.Context(), a), m))
		if want := time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC); err != nil || !now.Equal(want) || asked != 4 {
			t.Errorf("got %v, %v after %d requests, want %v after a page, an answer without a date, and two that agree", now, err, asked, want)
		}
		if m.Calls() != 0 || m.Logins() != 0 || !m.Date().Equal(now) {
			t.Errorf("the meter has %d calls, %d logins, date %v", m.Calls(), m.Logins(), m.Date())
		}
	})
}

func TestClock_asksTheInstanceOfTheSession(t *testing.T) {
	t.Parallel()
	const instance = "acme2.my.salesforce.com"
	org, asked := &fakeOrg{instance: "https://" + instance}, ""
	client := inside(t, roundTripFunc(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == origin.TokenPath {
			return inProcess(org).RoundTrip(r)
		}
		asked = r.URL.Host
		return reply(200, versionList, "Content-Type: application/json", "Date: "+fakeDate), nil
	}))
	if _, err := client.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Clock(t.Context()); err != nil || asked != instance {
		t.Errorf("%v after a question to %q, want %s", err, asked, instance)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	const header = usage.Header + ": api-usage=27000/115000"
	for _, row := range []struct {
		name   string
		answer func() *http.Response
		want   LimitInfo
		told   bool
		class  fault.Class // of the error; none when empty
	}{
		{
			"the header, which is fresh, goes before the limits",
			func() *http.Response {
				return reply(200, `{"DailyApiRequests":{"Max":115000,"Remaining":88231}}`, "Content-Type: application/json", header)
			},
			LimitInfo{Used: 27000, Max: 115000},
			true, "",
		},
		{
			"the limits tell it where the header is silent",
			func() *http.Response {
				return reply(200, `{"DailyApiRequests":{"Max":115000,"Remaining":88231}}`, "Content-Type: application/json")
			},
			LimitInfo{Used: 26769, Max: 115000},
			true, "",
		},
		{
			"more is used than there is",
			func() *http.Response {
				return reply(200, `{"DailyApiRequests":{"Max":100,"Remaining":-7}}`, "Content-Type: application/json")
			},
			LimitInfo{Used: 107, Max: 100},
			true, "",
		},
		{
			"limits without the daily requests leave the header",
			func() *http.Response { return reply(200, `{}`, "Content-Type: application/json", header) },
			LimitInfo{Used: 27000, Max: 115000},
			true, "",
		},
		{
			"a missing permission leaves the header",
			func() *http.Response {
				return reply(403, `[{"errorCode":"FORBIDDEN","message":"no"}]`, "Content-Type: application/json", header)
			},
			LimitInfo{Used: 27000, Max: 115000},
			true, "",
		},
		{
			"neither tells it",
			func() *http.Response {
				return reply(403, `[{"errorCode":"FORBIDDEN","message":"no"}]`, "Content-Type: application/json")
			},
			LimitInfo{},
			false, "",
		},
		{
			"the daily requests are used up",
			func() *http.Response {
				return reply(403, `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`, "Content-Type: application/json", header)
			},
			LimitInfo{},
			false, fault.QuotaExhausted,
		},
		{
			"the user may not use the API at all",
			func() *http.Response {
				return reply(403, `[{"errorCode":"API_CURRENTLY_DISABLED","message":"no"}]`, "Content-Type: application/json", header)
			},
			LimitInfo{},
			false, fault.PermissionMissing,
		},
	} {
		org := &fakeOrg{}
		client := inside(t, roundTripFunc(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == origin.TokenPath {
				return inProcess(org).RoundTrip(r)
			}
			return row.answer(), nil
		}))
		m := new(Meter)
		usage, told, err := client.Usage(WithMeter(t.Context(), m))
		if usage != row.want || told != row.told || (err == nil) != (row.class == "") || err != nil && !fault.Is(err, row.class) {
			t.Errorf("%s: %v, %t, %v", row.name, usage, told, err)
		}
		if m.Calls() != 1 {
			t.Errorf("%s: it cost %d calls", row.name, m.Calls())
		}
	}
}
