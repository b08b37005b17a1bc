package apierror

import (
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/place"
)

// Every refusal of a login that has a rule of its own says where in Setup to look, what happened and what to change.
func TestWhere_everyRefusedLoginHasAPlace(t *testing.T) {
	t.Parallel()
	for _, r := range loginRules {
		if r.class != fault.LoginRefused && len(r.text) == 0 {
			continue
		}
		texts := r.text
		if len(texts) == 0 {
			texts = []string{""}
		}
		for _, text := range texts {
			body := `{"error":"` + r.code + `","error_description":"` + text + `"}`
			e := Answer{Op: OpLogin, Host: "acme.my.salesforce.com", Status: 400, Body: []byte(body)}.Classify()
			happened, change := fault.Halves(e.Fault().Message)
			if e.Where() == "" || happened == "" || change == "" {
				t.Errorf("%s: where %q, what happened %q, what to change %q", body, e.Where(), happened, change)
			}
			if strings.Contains(happened, ": ") || !strings.HasPrefix(e.Where(), "Setup > ") {
				t.Errorf("%s: %q at %q", body, happened, e.Where())
			}
		}
	}
}

func TestWhere_ofTheAPI(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`[{"errorCode":"API_CURRENTLY_DISABLED","message":"API is currently disabled for this user"}]`:                            "API Enabled",
		`[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`:                                      "Company Information",
		`[{"errorCode":"INVALID_SESSION_ID","message":"This session is not valid for use with the REST API"}]`:                    "OAuth Scopes",
		`[{"errorCode":"INSUFFICIENT_ACCESS","message":"A high-assurance session is required to access reports and dashboards"}]`: "Identity Verification",
		`[{"errorCode":"UNKNOWN_EXCEPTION","message":"no"}]`:                                                                      "",
	} {
		e := Answer{Op: OpQuery, Status: 403, Body: []byte(body)}.Classify()
		if got := e.Where(); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s is looked into at %q", body, got)
		}
	}
	const over = `[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]`
	if e := (Answer{Op: OpQuery, Status: 401, Body: []byte(over)}).Classify(); e.Where() != place.Sessions {
		t.Errorf("an ended session is looked into at %q", e.Where())
	}
}

func TestSetting_namesWhatTheOrgRefuses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"error":"invalid_client_id","error_description":"client identifier invalid"}`: "client_id",
		`{"error":"invalid_client","error_description":"invalid client credentials"}`:   "client_secret",
		`{"error":"invalid_grant","error_description":"invalid assertion"}`:             "private_key",
		`{"error":"invalid_grant","error_description":"inactive user"}`:                 "",
	} {
		if got := (Answer{Op: OpLogin, Host: "acme.my.salesforce.com", Status: 400, Body: []byte(body)}).Classify().Setting(); got != want {
			t.Errorf("%s: it names %q, want %q", body, got, want)
		}
	}
}
