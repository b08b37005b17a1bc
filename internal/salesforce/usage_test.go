package salesforce

import (
	"net/http"
	"testing"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

const usageLine = usage.Header + ": api-usage=27000/115000"

// usageAnswers are answers to the request for limits, and what is known of the use after each.
var usageAnswers = []struct {
	name   string
	answer func() *http.Response
	want   LimitInfo
	told   bool
	class  fault.Class // of the error; none when empty
}{
	{
		"the header, which is fresh, goes before the limits",
		func() *http.Response {
			return answertest.Reply(200, `{"DailyApiRequests":{"Max":115000,"Remaining":88231}}`, "Content-Type: application/json", usageLine)
		},
		LimitInfo{Used: 27000, Max: 115000},
		true, "",
	},
	{
		"the limits tell it where the header is silent",
		func() *http.Response {
			return answertest.Reply(200, `{"DailyApiRequests":{"Max":115000,"Remaining":88231}}`, "Content-Type: application/json")
		},
		LimitInfo{Used: 26769, Max: 115000},
		true, "",
	},
	{
		"more is used than there is",
		func() *http.Response {
			return answertest.Reply(200, `{"DailyApiRequests":{"Max":100,"Remaining":-7}}`, "Content-Type: application/json")
		},
		LimitInfo{Used: 107, Max: 100},
		true, "",
	},
	{
		"limits without the daily requests leave the header",
		func() *http.Response { return answertest.Reply(200, `{}`, "Content-Type: application/json", usageLine) },
		LimitInfo{Used: 27000, Max: 115000},
		true, "",
	},
	{
		"a missing permission leaves the header",
		func() *http.Response {
			return answertest.Reply(403, `[{"errorCode":"FORBIDDEN","message":"no"}]`, "Content-Type: application/json", usageLine)
		},
		LimitInfo{Used: 27000, Max: 115000},
		true, "",
	},
	{
		"neither tells it",
		func() *http.Response {
			return answertest.Reply(403, `[{"errorCode":"FORBIDDEN","message":"no"}]`, "Content-Type: application/json")
		},
		LimitInfo{},
		false, "",
	},
	{
		"the daily requests are used up",
		func() *http.Response {
			const body = `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`
			return answertest.Reply(403, body, "Content-Type: application/json", usageLine)
		},
		LimitInfo{},
		false, fault.QuotaExhausted,
	},
	{
		"the user may not use the API at all",
		func() *http.Response {
			return answertest.Reply(403, `[{"errorCode":"API_CURRENTLY_DISABLED","message":"no"}]`, "Content-Type: application/json", usageLine)
		},
		LimitInfo{},
		false, fault.PermissionMissing,
	},
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, row := range usageAnswers {
		org := &fakeOrg{}
		client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
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
