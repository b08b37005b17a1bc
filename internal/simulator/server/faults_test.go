package server

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/session"
)

// pattern sends requests on a route and marks those that are not answered 200.
func (c *client) pattern(route string, requests int) string {
	c.t.Helper()
	var marks strings.Builder
	for range requests {
		if c.send(route).status == 200 {
			marks.WriteByte('.')
		} else {
			marks.WriteByte('x')
		}
	}
	return marks.String()
}

func TestFaults_whomTheyStrike(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Columns: 2, TypeMetadata: 1000})
	for name, test := range map[string]struct {
		faults []Fault
		route  string
		want   string
	}{
		"every request without a rate":            {[]Fault{{Name: "api_503"}}, "query", "xxxxxxxx"},
		"every third, the first among them":       {[]Fault{{Name: "api_503", Rate: 1.0 / 3}}, "query", "x..x..x."},
		"every tenth, though tenths are not even": {[]Fault{{Name: "api_503", Rate: 0.1}}, "query", "x.........x.........x.........x."},
		"six of ten":                             {[]Fault{{Name: "api_503", Rate: 0.6}}, "query", "x.x.xx.x.x"},
		"seven of ten":                           {[]Fault{{Name: "api_503", Rate: 0.7}}, "query", "x.xx.xx.xx"},
		"at most twice":                          {[]Fault{{Name: "api_503", Times: 2}}, "query", "xx......"},
		"at most twice of every third":           {[]Fault{{Name: "api_503", Rate: 1.0 / 3, Times: 2}}, "query", "x..x...."},
		"the first one for a rate of next to no": {[]Fault{{Name: "api_503", Rate: math.SmallestNonzeroFloat64}}, "query", "x......."},
		"on its route":                           {[]Fault{{Name: "api_503", Route: "query", Times: 1}}, "query", "x......."},
		"on no other":                            {[]Fault{{Name: "api_503", Route: "describe"}}, "query", "........"},
		"not on routes that are not its own":     {[]Fault{{Name: "api_malformed_query"}}, "describe", "........"},
		"the first that is due, and it alone counts the request": {
			[]Fault{{Name: "api_503", Rate: 0.5}, {Name: "api_502", Rate: 0.5}}, "query", "xxx.xxx.",
		},
	} {
		c.set(test.faults...)
		if got := c.pattern(test.route, len(test.want)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestFaults_strikeRecordsByTheirIDs(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Columns: 2, TypeMetadata: 1000})
	one := c.reportThatAnswers(org.Describe{Status: 200})
	other := c.find("Report", func(i int) bool {
		return c.s.live.Tenant().ID("Report", i) != one && c.s.live.Tenant().Org().Describe(i).Status == 200
	})
	c.set(Fault{Name: "report_metadata_error", IDs: []string{one[:15]}})
	describe := func(id string) int { return c.get("/services/data/v59.0/analytics/reports/" + id + "/describe").status }
	if got := []int{describe(one), describe(one[:15]), describe(other)}; !cmp.Equal(got, []int{500, 500, 200}) {
		t.Errorf("the poisoned report, its short id, and another answer %v", got)
	}
	if total, distinct := c.s.Describes(); total != 3 || distinct != 2 {
		t.Errorf("%d describes of %d reports were begun, want 3 of 2", total, distinct)
	}
}

func TestFaults_lastForATimeOfTheSimulatorsClock(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock()})
	c.set(Fault{Name: "api_503", For: time.Hour})
	c.s.Advance(time.Hour - time.Second)
	within := c.send("query").status
	c.s.Advance(time.Second)
	if after := c.send("query").status; within != 503 || after != 200 {
		t.Errorf("within the hour %d, after it %d", within, after)
	}
	if state := c.s.Faults(); len(state) != 1 || state[0].Hits != 1 {
		t.Errorf("a fault that is over is listed as %+v", state)
	}
}

func TestFaults_headersAndDelay(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Faults: []Fault{{Name: "api_429", Route: "query", RetryAfter: 7, Delay: 50 * time.Millisecond}}})
	begun := time.Now()
	a := c.send("query")
	if took := time.Since(begun); took < 50*time.Millisecond || a.status != 429 || a.header.Get("Retry-After") != "7" {
		t.Errorf("after %v: %d, Retry-After %q", took, a.status, a.header.Get("Retry-After"))
	}
	c.set(Fault{Name: "api_total_requests"})
	if a := c.send("query"); a.header.Get("Sforce-Limit-Info") == "" {
		t.Error("a refusal for the limit does not tell of it")
	}
	for header, o := range map[string]Options{"none": {NoLimitInfo: true}, "none of analytics": {NoAnalyticsLimitInfo: true}} {
		c := start(t, o)
		query, describe := c.send("query").header.Get("Sforce-Limit-Info"), c.send("describe").header.Get("Sforce-Limit-Info")
		if describe != "" || (query == "") != o.NoLimitInfo {
			t.Errorf("%s: a query tells %q, a describe %q", header, query, describe)
		}
	}
}

// badFaults are refused with these texts.
var badFaults = map[string]string{
	`[{"name":"api_999"}]`:                              "no fault is called \"api_999\"; there are oauth_invalid_client_id, ",
	`[{"name":"api_503","route":"everywhere"}]`:         "no route is called \"everywhere\"; there are token, ",
	`[{"name":"api_503","route":"upload"}]`:             "not at upload",
	`[{"name":"report_gone","route":"query"}]`:          "strikes at describe, not at query",
	`[{"name":"api_503","rate":1.5}]`:                   "above 0 and at most 1",
	`[{"name":"api_503","rate":-0.1}]`:                  "above 0 and at most 1",
	`[{"name":"api_503","rate":0}]`:                     "above 0 and at most 1",
	`[{"name":"api_503","times":-1}]`:                   "is negative",
	`[{"name":"api_503","for":"-1h"}]`:                  "is negative",
	`[{"name":"api_503","for":"an hour"}]`:              "no duration as 10s",
	`[{"name":"api_503","delay":3}]`:                    "of the form",
	`[{"name":"api_503","ids":["00O"]}]`:                "no id of 15 or 18 characters",
	`[{"name":"upload_500","ids":["00OHs0000000001"]}]`: "takes no ids",
	`[{"name":"api_503","often":true}]`:                 "of the form",
	`[{"name":"api_503"}] []`:                           "of the form",
	`{"name":"api_503"}`:                                "of the form",
	`null`:                                              "[] clears all faults",
	`[`:                                                 "of the form",
	``:                                                  "of the form",
	`[` + strings.Repeat(`{"name":"reset"},`, 1000) + `{"name":"reset"}]`: "at most 1000",
}

func TestFaultsRoute_readsReplacesAndClears(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock()})
	const list = `[{"name":"api_503","route":"describe","ids":["00OHs0000000001"],"rate":0.05,"times":3,"for":"1h0m0s","retry_after":9,` +
		`"delay":"2s"},{"name":"reset"}]`
	if a := c.do("POST", "/simulator/faults", list); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for body, want := range badFaults {
		a := c.do("POST", "/simulator/faults", body)
		if a.status != 400 || !strings.Contains(string(a.body), strings.ReplaceAll(want, `"`, `\"`)) || strings.Contains(string(a.body), `\n`) {
			t.Errorf("%.80s: %d %s, want %q", body, a.status, a.body, want)
		}
	}
	var got []FaultState
	c.get("/simulator/faults").decode(t, &got)
	want := []FaultState{
		{Fault: Fault{
			Name: "api_503", Route: "describe", IDs: []string{"00OHs0000000001"}, Rate: 0.05, Times: 3, For: time.Hour, RetryAfter: 9,
			Delay: 2 * time.Second,
		}},
		{Fault: Fault{Name: "reset"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is set, after bad lists that change nothing (-want +got):\n%s", diff)
	}
	if a := c.do("POST", "/simulator/faults", "[]"); a.status != 200 || string(a.body) != "[]" || len(c.s.Faults()) != 0 {
		t.Errorf("clearing answers %d %s", a.status, a.body)
	}
	if err := c.s.SetFaults([]Fault{{Name: "api_503", Rate: math.NaN()}}); err == nil {
		t.Error("a rate that is no number is accepted")
	}
	if s, err := Start(Options{Faults: []Fault{{Name: "x"}}}); err == nil {
		_ = s.Close()
		t.Error("a server starts with a fault that there is not")
	}
}

func TestFaults_removingSomeLeavesTheRestAsItIs(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock()})
	c.set(
		Fault{Name: "api_502", Times: 2}, Fault{Name: "api_503", Rate: 0.25}, Fault{Name: "api_502", Rate: 0.5}, Fault{Name: "api_504", Times: 1},
		Fault{Name: "api_406", For: time.Hour, Route: "limits"},
	)
	if got := c.pattern("query", 4); got != "xxxx" { // 502 and 502, 503, the other 502
		t.Fatalf("the first four queries: %s", got)
	}
	c.s.Advance(30 * time.Minute)
	a := c.do("POST", "/simulator/faults", `{"remove":["api_502","api_504","reset"]}`)
	var left []FaultState
	a.decode(t, &left)
	want := []FaultState{
		{Fault: Fault{Name: "api_503", Rate: 0.25}, Matched: 2, Hits: 1},
		{Fault: Fault{Name: "api_406", For: time.Hour, Route: "limits"}},
	}
	if diff := cmp.Diff(want, left); a.status != 200 || diff != "" {
		t.Errorf("%d, and what is left (-want +got):\n%s", a.status, diff)
	}
	if got := c.pattern("query", 7); got != "..x...x" {
		t.Errorf("what is left strikes %s: it does not go on where it was", got)
	}
	c.s.Advance(30 * time.Minute)
	if got := c.pattern("limits", 1); got != "." {
		t.Error("the hour of a fault began again when another was removed")
	}
}

func TestFaultsRoute_refusesToRemoveWhatThereIsNot(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Faults: []Fault{{Name: "api_503"}}})
	for body, want := range map[string]string{
		`{"remove":["api_503","api_999"]}`:  "no fault is called \\\"api_999\\\"; there are ",
		`{"remove":[]}`:                     "[] clears all faults",
		` {"remove":"api_503"}`:             "of the form",
		`{"remove":["api_503"],"add":true}`: "of the form",
	} {
		if a := c.do("POST", "/simulator/faults", body); a.status != 400 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %s, want %q", body, a.status, a.body, want)
		}
	}
	if state := c.s.Faults(); len(state) != 1 {
		t.Errorf("after refusals there are %+v", state)
	}
}

func FuzzParse(f *testing.F) {
	for body := range badFaults {
		f.Add([]byte(body[:min(len(body), 100)]))
	}
	f.Add([]byte(`[{"name":"stall","route":"token","rate":1e-3,"delay":"1ms","for":"87600h"},{"name":"upload_reset"}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := faults.Parse(body)
		if err != nil {
			return
		}
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		again, err := faults.Parse(text)
		if diff := cmp.Diff(list, again); err != nil || diff != "" {
			t.Errorf("%s comes back as %s: %v\n%s", body, text, err, diff)
		}
		set := faults.NewSet(newClock())
		if err := set.Replace(list); err != nil {
			t.Fatal(err)
		}
		for _, at := range []faults.Place{faults.AtEdge, faults.AtLogin, faults.AtSession, faults.AtUpload} {
			set.Strike(at, &faults.Request{
				Route: "describe", Args: []string{"00OHs0000000001"}, Gzip: true, Caller: t.Context(), On: &session.Session{},
			})
		}
	})
}
