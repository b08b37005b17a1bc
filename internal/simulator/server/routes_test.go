package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

func (c *client) find(object string, wanted func(i int) bool) string {
	c.t.Helper()
	for i := range c.s.live.Tenant().Count(object) {
		if c.s.live.Tenant().Visible(object, i) && wanted(i) {
			return c.s.live.Tenant().ID(object, i)
		}
	}
	c.t.Fatalf("no %s is like that", object)
	return ""
}

func (c *client) reportThatAnswers(want org.Describe) string {
	c.t.Helper()
	return c.find("Report", func(i int) bool {
		d := c.s.live.Tenant().Org().Describe(i)
		return d.Status == want.Status && d.Message == want.Message
	})
}

func TestEveryRouteAnswers(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 200, Columns: 3})
	report := c.reportThatAnswers(org.Describe{Status: 200})
	dashboard := c.find("Dashboard", func(int) bool { return true })
	nested := c.find("Folder", func(i int) bool { return c.s.live.Tenant().Text("Folder", i, "ParentId") != "" })
	below, _ := c.s.live.Tenant().Find("Folder", nested)
	parent := c.s.live.Tenant().Text("Folder", below, "ParentId")
	for path, want := range map[string]string{
		"/services/data/":                                                         `"version":"67.0"`,
		"/services/data":                                                          `"version":"54.0"`,
		"/services/data/v60.0":                                                    `"analytics":"/services/data/v60.0/analytics"`,
		"/services/data/v54.0/limits":                                             `"DailyApiRequests":{"Max":5000000,"Remaining":`,
		"//services/data/v67.0/limits":                                            `"HourlySyncReportRuns"`,
		"/services/data/v59.0/sobjects":                                           `"name":"DashboardComponent"`,
		"/services/data/v59.0/sobjects/report/describe":                           `"relationshipName":"Owner"`,
		"/services/data/v59.0/sobjects/Dashboard/describe":                        `"childSObject":"DashboardComponent"`,
		"/services/data/v59.0/sobjects/Report/" + report:                          `"Id":"` + report + `"`,
		"/services/data/v59.0/sobjects/Report/" + report[:15] + "?fields=Id,Name": `"Name":`,
		"/services/data/v59.0/analytics/reports":                                  `[]`,
		"/services/data/v59.0/analytics/dashboards":                               `[]`,
		"/services/data/v59.0/analytics/reports/" + report + "/describe":          `"reportTypeMetadata":{"categories"`,
		"/services/data/v59.0/analytics/reports/" + report[:15] + "/describe":     `"reportId":"` + report + `"`,
		"/services/data/v59.0/analytics/dashboards/" + dashboard + "/describe":    `"componentData":0`,
		"/services/data/v59.0/analytics/dashboards/" + dashboard + "/describe?loadComponentProperties=false": `"properties":null`,
		"/services/data/v59.0/analytics/reportTypes":                                                         `"type":"Opportunity"`,
		"/services/data/v59.0/analytics/report-types/Opportunity":                                            `"supportsJoinedFormat":true`,
		"/services/data/v59.0/folders?type=Report&pageSize=3":                                                `/v59.0/folders?page=2`,
		"/services/data/v59.0/folders/" + nested:                                                             `"ancestors":[{"id"`,
		"/services/data/v59.0/folders/" + parent + "/children":                                               nested,
		"/services/oauth2/userinfo":                                                                          `"user_id":"005`,
	} {
		a := c.get(path)
		if a.status != 200 || !json.Valid(a.body) || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %.300s, want %s in it", path, a.status, a.body, want)
		}
		isCounted := strings.Contains(path, "/v")
		if (a.header.Get("Sforce-Limit-Info") != "") != isCounted || a.header.Get("Content-Type") != wire.JSONType {
			t.Errorf("%s: the headers are %v", path, a.header)
		}
	}
	if stats := c.s.Stats(); stats.APICalls != 19 || stats.Routes["describe"]["200"] != 2 || stats.Routes["limits"]["200"] != 2 {
		t.Errorf("the statistics are %+v, want 19 calls", stats)
	}
}

func TestEveryStrictness(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 100, Columns: 3})
	report := c.reportThatAnswers(org.Describe{Status: 200})
	user := c.s.live.Tenant().Org().Info().RunAsUserID
	data, describe := "/services/data/v59.0", "/services/data/v59.0/analytics/reports/%s/describe"
	for name, test := range map[string]struct {
		method, path string
		header       []string
		status       int
		code         string
	}{
		"no token":                {"GET", data + "/limits", []string{"Authorization", ""}, 401, "INVALID_SESSION_ID"},
		"no token, no resource":   {"GET", data + "/nothing", []string{"Authorization", ""}, 401, "INVALID_SESSION_ID"},
		"another scheme":          {"GET", data + "/limits", []string{"Authorization", "Basic x"}, 401, "INVALID_AUTH_HEADER"},
		"a wrong token":           {"GET", data + "/limits", []string{"Authorization", "Bearer x"}, 401, "INVALID_SESSION_ID"},
		"an unknown resource":     {"GET", data + "/nothing", nil, 404, "NOT_FOUND"},
		"an unknown path":         {"GET", "/nothing", nil, 404, "NOT_FOUND"},
		"a retired version":       {"GET", "/services/data/v30.0/limits", nil, 410, "GONE"},
		"an old version":          {"GET", "/services/data/v53.0/limits", nil, 404, "NOT_FOUND"},
		"a future version":        {"GET", "/services/data/v68.0/limits", nil, 404, "NOT_FOUND"},
		"a malformed version":     {"GET", "/services/data/v59/limits", nil, 404, "NOT_FOUND"},
		"a wrong method":          {"PUT", data + "/limits", nil, 405, "METHOD_NOT_ALLOWED"},
		"a query by POST":         {"POST", data + "/query", nil, 405, "METHOD_NOT_ALLOWED"},
		"XML wanted":              {"GET", data + "/limits", []string{"Accept", "application/xml"}, 406, ""},
		"a body that is no JSON":  {"POST", data + "/composite", []string{"Content-Type", "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"a body without a type":   {"POST", data + "/composite/batch", nil, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"an empty JSON body":      {"POST", data + "/composite", []string{"Content-Type", "application/json"}, 400, "JSON_PARSER_ERROR"},
		"a long address":          {"GET", data + "/query?q=" + strings.Repeat("x", 16_400), nil, 414, ""},
		"long headers":            {"GET", data + "/limits", []string{"X-Long", strings.Repeat("x", 16_400)}, 431, ""},
		"an unknown object":       {"GET", data + "/sobjects/Nothing/describe", nil, 404, "NOT_FOUND"},
		"an id of another object": {"GET", data + "/sobjects/Report/" + user, nil, 400, "MALFORMED_ID"},
		"an unknown field":        {"GET", data + "/sobjects/Report/" + report + "?fields=Foo", nil, 400, "INVALID_FIELD"},
		"a row that is not there": {"GET", data + "/sobjects/Report/00O000000000001", nil, 404, "NOT_FOUND"},
		"an unknown report":       {"GET", fmt.Sprintf(describe, "00O000000000001AAA"), nil, 404, "NOT_FOUND"},
		"no id of a report":       {"GET", fmt.Sprintf(describe, "xyz"), nil, 404, "NOT_FOUND"},
		"a wrong checksum":        {"GET", fmt.Sprintf(describe, report[:15]+"AA0"), nil, 404, "NOT_FOUND"},
		"a user for a report":     {"GET", fmt.Sprintf(describe, user), nil, 404, "NOT_FOUND"},
		"an obsolete report":      {"GET", fmt.Sprintf(describe, c.reportThatAnswers(org.Obsolete)), nil, 403, "FORBIDDEN"},
		"a forbidden report":      {"GET", fmt.Sprintf(describe, c.reportThatAnswers(org.Forbidden)), nil, 403, "FORBIDDEN"},
		"a report that is gone":   {"GET", fmt.Sprintf(describe, c.reportThatAnswers(org.Gone)), nil, 404, "NOT_FOUND"},
		"a joined report":         {"GET", fmt.Sprintf(describe, c.reportThatAnswers(org.Joined)), nil, 501, "NOT_IMPLEMENTED"},
		"an unknown dashboard":    {"GET", data + "/analytics/dashboards/01Z000000000001AAA/describe", nil, 404, "NOT_FOUND"},
		"an unknown type":         {"GET", data + "/analytics/reportTypes/Nothing", nil, 404, "NOT_FOUND"},
		"a folder page of 0":      {"GET", data + "/folders?page=0", nil, 400, "BAD_REQUEST"},
		"an unknown folder":       {"GET", data + "/folders/00l000000000001AAA", nil, 404, "NOT_FOUND"},
	} {
		a := c.do(test.method, test.path, "", test.header...)
		if a.status != test.status || a.code() != test.code {
			t.Errorf("%s: %d %.200s, want %d %s", name, a.status, a.body, test.status, test.code)
		}
		if test.status == 405 && a.header.Get("Allow") == "" {
			t.Errorf("%s: there is no Allow header", name)
		}
		if test.status == 403 && !strings.Contains(string(a.body), "obsolete") && !strings.Contains(string(a.body), "don’t") {
			t.Errorf("%s: %s has no typographic apostrophe", name, a.body)
		}
	}
}

func TestAnalyticsAsAWholeMayBeRefused(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{StepUp: true}, {Revoked: []string{org.RunReports}}} {
		c := start(t, o)
		for _, path := range []string{"/analytics/reports", "/analytics/reports/00O000000000001AAA/describe", "/analytics/reportTypes"} {
			if a := c.get("/services/data/v59.0" + path); a.status != 403 {
				t.Errorf("%s answers %d", path, a.status)
			}
		}
		if a := c.query("SELECT Id FROM Report"); a.status != 200 {
			t.Errorf("the query of reports answers %d", a.status)
		}
	}
}

func TestCompositeCountsOnceAndBatchForEachPart(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 50, Columns: 1})
	post := func(path string, body any) answer {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return c.do("POST", "/services/data/v59.0/"+path, string(raw), "Content-Type", "application/json")
	}
	type part = map[string]string
	count := "query?q=" + url.QueryEscape("SELECT COUNT() FROM Report")
	a := post("composite", map[string]any{"compositeRequest": []part{
		{"method": "GET", "url": "/services/data/v59.0/" + count, "referenceId": "a"},
		{"method": "GET", "url": "/services/data/v59.0/analytics/reports", "referenceId": "b"},
		{"method": "GET", "url": "/services/data/v59.0/sobjects/Nothing/describe", "referenceId": "c"},
	}})
	var composite struct {
		CompositeResponse []struct {
			HTTPStatusCode int
			ReferenceID    string
		}
	}
	a.decode(t, &composite)
	var got []string
	for _, r := range composite.CompositeResponse {
		got = append(got, fmt.Sprint(r.ReferenceID, r.HTTPStatusCode))
	}
	if diff := cmp.Diff([]string{"a200", "b400", "c404"}, got); diff != "" || c.s.Stats().APICalls != 1 {
		t.Errorf("composite counts %d calls (-want +got):\n%s", c.s.Stats().APICalls, diff)
	}
	a = post("composite/batch", map[string]any{"batchRequests": []part{
		{"method": "GET", "url": "v59.0/limits"}, {"method": "GET", "url": "v59.0/" + count}, {"method": "GET", "url": "v59.0/folders"},
	}})
	var batch struct {
		HasErrors bool
		Results   []struct{ StatusCode int }
	}
	a.decode(t, &batch)
	if len(batch.Results) != 3 || batch.Results[1].StatusCode != 200 || batch.Results[2].StatusCode != 400 || !batch.HasErrors {
		t.Errorf("the batch answers %s", a.body)
	}
	if calls := c.s.Stats().APICalls; calls != 4 {
		t.Errorf("after a batch of three there are %d calls, want 4", calls)
	}
	var many []part
	for n := range 6 {
		many = append(many, part{"method": "GET", "url": "/services/data/v59.0/" + count, "referenceId": fmt.Sprint("r", n)})
	}
	if a := post("composite", map[string]any{"compositeRequest": many}); a.status != 400 {
		t.Errorf("six queries at once answer %d", a.status)
	}
}

func TestLatencyAndCallsInFlight(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Latency: 100 * time.Millisecond})
	begun := time.Now()
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			if a := c.get("/services/data/v59.0/limits"); a.status != 200 {
				t.Errorf("a call answers %d", a.status)
			}
		})
	}
	calls.Wait()
	if took := time.Since(begun); took < 100*time.Millisecond {
		t.Errorf("20 calls at once took %v", took)
	}
	var stats Stats
	c.do("GET", "/simulator/stats", "", "Authorization", "").decode(t, &stats)
	if stats.MaxInFlight < 2 || stats.MaxInFlight > 20 || stats.Logins != 1 || stats.APICalls != 20 {
		t.Errorf("the statistics are %+v", stats)
	}
	if diff := cmp.Diff(c.s.Stats(), stats); diff != "" {
		t.Error(diff)
	}
}

func TestTheStatisticsHaveNoLatency(t *testing.T) {
	t.Parallel()
	s, err := Start(Options{Latency: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	response, err := fetch(t, transport, s.Ready().Salesforce+"/simulator/stats")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	transport.CloseIdleConnections()
	if err := s.Close(); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("the statistics answer %d, %v", response.StatusCode, err)
	}
}

func TestCallsOneAfterAnotherAreNeverTwoInFlight(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	for range 300 {
		c.get("/services/data/v59.0/limits")
	}
	if peak := c.s.Stats().MaxInFlight; peak != 1 {
		t.Errorf("there were %d calls in flight, want 1", peak)
	}
}
