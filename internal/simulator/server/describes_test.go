package server

import (
	"testing"

	"longhaul/internal/simulator/org"
)

func TestDescribes_countWhatWasAdmitted(t *testing.T) {
	t.Parallel()
	c := start(t, Options{DailyLimit: 4, Columns: 2, TypeMetadata: 1000})
	one := c.reportThatAnswers(org.Describe{Status: 200})
	obsolete := c.reportThatAnswers(org.Obsolete)
	describe := func(id string, header ...string) int {
		return c.get("/services/data/v59.0/analytics/reports/"+id+"/describe", header...).status
	}
	check := func(step, want string) {
		t.Helper()
		if a := c.get("/simulator/describes"); a.status != 200 || string(a.body) != want {
			t.Errorf("%s: %d %s, want %s", step, a.status, a.body, want)
		}
	}
	_, _ = describe(one, "Authorization", "Bearer nothing"), describe(one, "Authorization", "")
	c.set(Fault{Name: "api_502", Times: 1}, Fault{Name: "api_total_requests", Times: 1})
	_, _ = describe(one), describe(one)
	check("without a session, at a broken gateway and beyond the quota", `{"repeated":0,"reports":0,"total":0}`)
	_, _, _ = describe(one), describe(one[:15]), describe(obsolete)
	check("one report twice, and one that is refused", `{"repeated":1,"reports":2,"total":3}`)
	_, _ = describe("nothing"), describe(obsolete)
	check("no id, and a call beyond the limit", `{"repeated":1,"reports":2,"total":3}`)
}
