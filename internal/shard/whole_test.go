package shard

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard/slots"
)

// orgAnswer is a refusal of Salesforce and the class that the rules of the client give it.
type orgAnswer struct {
	status  int
	code    string
	message string
	class   fault.Class
}

func (a orgAnswer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	fmt.Fprintf(w, `[{"errorCode":%q,"message":%q}]`, a.code, a.message)
}

// A fault of the whole org stops a run at the first answer that shows it, whatever else is going on.
func TestRun_stopsAtTheFirstAnswerThatConcernsTheWholeOrg(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]orgAnswer{
		"no Run Reports": {
			403, "FORBIDDEN", "You don’t have permission to run reports. Check that you have the Run Reports user permission.",
			fault.PermissionMissing,
		},
		"high assurance":    {403, "FORBIDDEN", "This operation needs a high assurance session.", fault.SessionPolicy},
		"no scope for REST": {401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API", fault.SessionPolicy},
		"an app without agent": {
			401, "INVALID_SESSION_ID", "Connected app is not attached to Agent", fault.SessionPolicy,
		},
		"an org without API":     {403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.", fault.PermissionMissing},
		"a user without API":     {403, "API_CURRENTLY_DISABLED", "API is currently disabled for this user", fault.PermissionMissing},
		"an expired password":    {403, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "The password has expired", fault.LoginRefused},
		"a blocked app":          {403, "OAUTH_APP_BLOCKED", "this app is blocked by admin", fault.LoginRefused},
		"a frozen user":          {403, "FORBIDDEN", "User is frozen", fault.LoginRefused},
		"an inactive user":       {403, "FORBIDDEN", "inactive user", fault.LoginRefused},
		"no requests are left":   {403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", fault.QuotaExhausted},
		"a wrong address":        {404, "NOT_FOUND", "Use a valid URL, for example, /services/data/(apiversion)/analytics", fault.Invalid},
		"a retired version":      {410, "GONE", "The requested resource has been retired or removed.", fault.Invalid},
		"a version never served": {400, "UNSUPPORTED_API_VERSION", "no", fault.Invalid},
		"a wrong method":         {405, "METHOD_NOT_ALLOWED", "HTTP Method 'GET' not allowed.", fault.Invalid},
		"a wrong content type":   {415, "UNSUPPORTED_MEDIA_TYPE", "JSON only", fault.Invalid},
		"an address too long":    {414, "", "", fault.Invalid},
		"headers too long":       {431, "", "", fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const share, first = 4, 41
			var after atomic.Int64
			client := clientOf(t, func(w http.ResponseWriter, _ *http.Request, call int64) {
				if call < first {
					w.Header().Set("Content-Type", "application/json")
					fmt.Fprint(w, `{"reportMetadata":{},"reportExtendedMetadata":{}}`)
					return
				}
				if call > first {
					after.Add(1)
				}
				answer.write(w)
			})
			f := newFakeStore()
			plan(f, 250)
			started := time.Now()
			result, err := run(t.Context(), input(client, share), f)
			var refused *salesforce.Error
			if !errors.As(err, &refused) || !refused.Whole || refused.Class != answer.class || !fault.Is(err, answer.class) {
				t.Fatalf("error %v, want one of class %s that concerns the whole org", err, answer.class)
			}
			if after.Load() > share {
				t.Errorf("%d describes were sent after the first refusal, want at most %d", after.Load(), share)
			}
			if !result.Partial || result.Reports != first-1 || result.States[description.StateDescribed] != first-1 {
				t.Errorf("result %+v, want the %d answers before the refusal", result, first-1)
			}
			if took := time.Since(started); took > graceFatal {
				t.Errorf("took %v", took)
			}
		})
	}
}

// lender notes what a run lends.
type lender struct {
	slots.Fixed
	lent atomic.Int64
}

func (l *lender) SetIdle(idle bool) {
	if idle {
		l.lent.Add(1)
	}
}

// TestRun_lendsNothingAfterARefusalOfTheWholeOrg keeps its slots from runs that have not met the refusal yet: they would
// spend them on more of the same.
func TestRun_lendsNothingAfterARefusalOfTheWholeOrg(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		message string
		lends   bool
	}{
		"no Run Reports":       {"You don’t have permission to run reports. Check that you have the Run Reports user permission.", false},
		"no requests are left": {"TotalRequests Limit exceeded.", true},
	} {
		client := clientOf(t, func(w http.ResponseWriter, _ *http.Request, call int64) {
			if call < 10 {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"reportMetadata":{},"reportExtendedMetadata":{}}`)
				return
			}
			code := "FORBIDDEN"
			if row.lends {
				code = "REQUEST_LIMIT_EXCEEDED"
			}
			orgAnswer{status: 403, code: code, message: row.message}.write(w)
		})
		f := newFakeStore()
		plan(f, 50)
		in := input(client, 4)
		lending := &lender{Fixed: 4}
		in.Slots = lending
		if _, err := run(t.Context(), in, f); err == nil {
			t.Errorf("%s: the run did not stop", name)
		}
		if lent := lending.lent.Load() > 0; lent != row.lends {
			t.Errorf("%s: it lent its slots: %v", name, lent)
		}
	}
}

// What concerns one report is never taken for a fault of the org, and its sentence says what to change or what Salesforce said.
func TestRun_goesOnAfterAnAnswerThatConcernsOneReport(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		orgAnswer
		state  description.State
		reason description.Reason
		says   string
	}{
		"an obsolete report": {
			orgAnswer{403, "FORBIDDEN", "The report definition is obsolete. Your administrator", ""},
			description.StateObsolete, description.ReasonObsolete, "obsolete",
		},
		"no access": {
			orgAnswer{403, "FORBIDDEN", "You don’t have sufficient privileges to perform this operation.", ""},
			description.StateDenied, description.ReasonNoAccess, "give it access",
		},
		"another refusal": {orgAnswer{403, "FORBIDDEN", "No.", ""}, description.StateDenied, description.ReasonNoAccess, "give it access"},
		"an object that cannot be seen": {
			orgAnswer{400, "INVALID_TYPE", "sObject type 'Secret__c' is not supported.", ""},
			description.StateDenied, description.ReasonNoAccess, "give it access",
		},
		"a deleted report": {
			orgAnswer{404, "NOT_FOUND", "The data you’re trying to access is unavailable.", ""},
			description.StateGone, description.ReasonGone, "not there any more",
		},
		"no columns": {
			orgAnswer{400, "BAD_REQUEST", "Can’t run the report because it doesn’t have any columns selected.", ""},
			description.StateUnsupported, description.ReasonNoColumnsSelected, "select some",
		},
		"too many columns": {
			orgAnswer{400, "BAD_REQUEST", "Only a report with fewer than 100 columns can be run.", ""},
			description.StateUnsupported, description.ReasonTooManyColumns, "leave fewer than 100 columns",
		},
		"a joined report": {
			orgAnswer{501, "NOT_IMPLEMENTED", "You’re requesting data for an unsupported report format.", ""},
			description.StateUnsupported, description.ReasonUnsupported, "(You're requesting data for an unsupported report format)",
		},
		"an id it won't take": {
			orgAnswer{400, "MALFORMED_ID", "id value of incorrect type", ""},
			description.StateFailed, description.ReasonServerError, "(id value of incorrect type)",
		},
		"a bad request in unknown words": {
			orgAnswer{400, "BAD_REQUEST", "Zu viele Spalten.", ""},
			description.StateFailed, description.ReasonServerError, "(Zu viele Spalten)",
		},
		"a query of its own that took too long": {
			orgAnswer{400, "QUERY_TIMEOUT", "Your query request was running for too long.", ""},
			description.StateFailed, description.ReasonUnreachable, "other reports were answered",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, func(w http.ResponseWriter, r *http.Request, _ int64) {
				if strings.Contains(r.URL.Path, reportID(7)) {
					row.write(w)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"reportMetadata":{},"reportExtendedMetadata":{}}`)
			})
			f := newFakeStore()
			plan(f, 20)
			in := input(client, 4)
			in.LastRound = true
			result, err := run(t.Context(), in, f)
			if err != nil || result.States[description.StateDescribed] != 19 || !slices.Contains(description.Reasons, row.reason) {
				t.Fatalf("result %+v, error %v; want one %s for %s", result, err, row.state, row.reason)
			}
			got := wantWhole(t, f, 20)[7]
			if got.State != row.state || got.Reason != row.reason || !strings.Contains(got.Reason.Sentence(got.Answer), row.says) {
				t.Errorf("%s for %s: %q; want %s for %s with %q", got.State, got.Reason, got.Reason.Sentence(got.Answer), row.state, row.reason, row.says)
			}
		})
	}
}

// A user that is frozen in mid-run shows when the session ends and the login is refused.
func TestRun_stopsWhenTheLoginIsRefused(t *testing.T) {
	t.Parallel()
	var calls, logins atomic.Int64
	client := clientOfLogin(t, func(w http.ResponseWriter, _ *http.Request) bool {
		if logins.Add(1) == 1 {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant","error_description":"inactive user"}`)
		return true
	}, func(w http.ResponseWriter, _ *http.Request, call int64) {
		calls.Store(call)
		if call <= 40 {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"reportMetadata":{},"reportExtendedMetadata":{}}`)
			return
		}
		orgAnswer{401, "INVALID_SESSION_ID", "Session expired or invalid", ""}.write(w)
	})
	f := newFakeStore()
	plan(f, 250)
	result, err := run(t.Context(), input(client, 4), f)
	if !fault.Is(err, fault.LoginRefused) || result.Reports != 40 || result.Stop != StopFault {
		t.Errorf("result %+v, error %v", result, err)
	}
	if calls.Load() > 40+2*4 || logins.Load() != 2 {
		t.Errorf("%d requests and %d logins", calls.Load(), logins.Load())
	}
}
