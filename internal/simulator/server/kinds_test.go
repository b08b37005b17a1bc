package server

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

// send makes a good request on a route.
func (c *client) send(route string) answer {
	c.t.Helper()
	const data = "/services/data/v59.0"
	switch route {
	case "token":
		return c.grant()
	case faults.UploadRoute:
		return c.deliver("1-reports.json", "[]")
	case faults.PublicRoute:
		return c.askPublic(`{"query":"{__typename}"}`)
	case "query":
		return c.query("SELECT Id FROM Report LIMIT 1")
	case "query_more":
		return c.get(data + "/query/01gHs0000000000AAA-200")
	case "describe", "reports":
		return c.get(data + "/analytics/reports/" + c.reportThatAnswers(org.Describe{Status: 200}) + "/describe")
	}
	return c.get(data + "/limits")
}

// deliver sends a file to the catalog.
func (c *client) deliver(name, content string) answer {
	c.t.Helper()
	ready := c.s.Ready()
	body, contentType := form(c.t, "file", name, content)
	return c.do("POST", ready.Catalog+"/visualization-"+ready.SourceID+"/"+name, body,
		"Content-Type", contentType, "Authorization", "Token "+ready.CatalogToken)
}

func (c *client) set(list ...Fault) {
	c.t.Helper()
	if err := c.s.SetFaults(list); err != nil {
		c.t.Fatal(err)
	}
}

// said is the code and the message of a refusal of any shape, and that shape.
func said(t *testing.T, a answer) (text, shape string) {
	t.Helper()
	var list []wire.Error
	var object struct {
		Error       string
		Description string `json:"error_description"`
		Message     string
		Errors      []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	isJSON := a.header.Get("Content-Type") == wire.JSONType
	switch {
	case len(a.body) == 0:
		return "", faults.BodyEmpty
	case isJSON && json.Unmarshal(a.body, &list) == nil && len(list) == 1:
		return list[0].ErrorCode + ": " + list[0].Message, faults.BodyArray
	case isJSON && json.Unmarshal(a.body, &object) == nil && len(object.Errors) == 1:
		return object.Errors[0].Extensions.Code + ": " + object.Errors[0].Message, faults.BodyGraphQL
	case isJSON && json.Unmarshal(a.body, &object) == nil:
		return object.Error + ": " + object.Description + object.Message, faults.BodyObject
	case strings.Contains(string(a.body), "<title>"): // whatever it says its type is
		return "", faults.BodyHTML
	}
	t.Errorf("a body of no known shape: %s %.200s", a.header.Get("Content-Type"), a.body)
	return "", ""
}

func TestKinds_answerAsDocumented(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Columns: 2, TypeMetadata: 1000})
	var names []string
	for _, kind := range faults.Kinds() {
		names = append(names, kind.Name)
		if slices.Contains(damaging, kind.Name) {
			continue
		}
		want := documented[kind.Name]
		c.set()
		c.token = c.login() // a fault of sessions leaves none that is good
		before := c.s.Stats()
		c.set(Fault{Name: kind.Name})
		a := c.send(kind.Routes[0])
		text, shape := said(t, a)
		if a.status != want.status || kind.Status != want.status || shape != kind.Body || !strings.HasPrefix(text, want.text) ||
			want.text == "" && text != "" {
			t.Errorf("%s answers %d, %s, %q; want %d, %s, %q", kind.Name, a.status, shape, text, want.status, kind.Body, want.text)
		}
		if hasHeader := a.header.Get("Retry-After") != ""; hasHeader != (kind.RetryAfter > 0) {
			t.Errorf("%s: Retry-After is %q", kind.Name, a.header.Get("Retry-After"))
		}
		after := c.s.Stats()
		route := c.routeOf(kind.Routes[0])
		if status := strconv.Itoa(want.status); after.Routes[route][status] != before.Routes[route][status]+1 {
			t.Errorf("%s: the statistics of %s do not hold one more of %s", kind.Name, route, status)
		}
		if counts := after.APICalls > before.APICalls; counts != countsAtSalesforce(kind) {
			t.Errorf("%s counts against the quota: %v", kind.Name, counts)
		}
		if state := c.s.Faults(); len(state) != 1 || state[0].Hits != 1 || state[0].Matched != 1 {
			t.Errorf("%s: the state is %+v", kind.Name, state)
		}
	}
	c.set()
	c.token = c.login()
	if a := c.send("query"); a.status != 200 {
		t.Errorf("without faults a query answers %d", a.status)
	}
	var known []string
	for name := range documented {
		known = append(known, name)
	}
	known = append(known, damaging...)
	slices.Sort(known)
	slices.Sort(names)
	if diff := cmp.Diff(known, names); diff != "" {
		t.Errorf("the names (-want +got):\n%s", diff)
	}
}

// routeOf is the route that send uses for another.
func (c *client) routeOf(route string) string {
	switch route {
	case "token", faults.UploadRoute, faults.PublicRoute, "query", "query_more", "describe":
		return route
	case "reports":
		return "describe"
	}
	return "limits"
}

// countsAtSalesforce: a refusal counts once the API has accepted the call, unless it is for a limit.
func countsAtSalesforce(kind faults.Kind) bool {
	switch kind.Group {
	case faults.GroupOAuth, faults.GroupWire, faults.GroupUpload, faults.GroupPublic:
		return false
	}
	switch kind.Name {
	case "api_disabled_for_org", "api_currently_disabled", "api_410", "api_503":
		return false
	}
	return kind.Body == faults.BodyArray && kind.Code != "REQUEST_LIMIT_EXCEEDED" && kind.Code != "INVALID_SESSION_ID"
}

func TestKinds_strikeOnRoutesOnly(t *testing.T) {
	t.Parallel()
	routes := faults.RouteNames()
	for _, kind := range faults.Kinds() {
		if len(kind.Routes) == 0 {
			t.Errorf("%s strikes nowhere", kind.Name)
		}
		for _, name := range kind.Routes {
			if !slices.Contains(routes, name) {
				t.Errorf("%s strikes at %s, which is no route", kind.Name, name)
			}
		}
	}
}

func TestFaults_theEdgeComesBeforeTheSession(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	for name, want := range map[string]int{"api_503": 503, "html_200": 200, "api_410": 410, "api_not_found": 401, "api_total_requests": 401} {
		c.set(Fault{Name: name})
		if a := c.get("/services/data/v59.0/limits", "Authorization", "Bearer nothing"); a.status != want {
			t.Errorf("%s without a session: %d, want %d", name, a.status, want)
		}
	}
	c.set(Fault{Name: "api_502", Route: "token"}, Fault{Name: "oauth_inactive_user"})
	if a := c.grant(); a.status != 502 {
		t.Errorf("a login through a broken gateway answers %d", a.status)
	}
	if a := c.do("GET", "/services/oauth2/token?"+url.Values{"grant_type": {"password"}}.Encode(), ""); a.status != 502 {
		t.Errorf("a GET through it answers %d", a.status)
	}
}
