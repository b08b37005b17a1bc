package listing

import (
	"errors"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/streamtest"
)

func TestEnumerate_takesOnlyTheRefusalOfAScopeForAMissingPermission(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		refusal error
		warns   bool
	}{
		{"the scope is forbidden", &salesforce.Error{Class: fault.PermissionMissing, Status: 403, Code: "INSUFFICIENT_ACCESS"}, true},
		{"the scope is not known as an object is not", &salesforce.Error{Class: fault.PermissionMissing, Status: 400, Code: "INVALID_TYPE"}, true},
		{"the query does not parse", &salesforce.Error{Class: fault.Invalid, Status: 400, Code: "MALFORMED_QUERY", Whole: true}, true},
		{"a code that nobody has written down", &salesforce.Error{Class: fault.Invalid, Status: 400, Code: "INVALID_QUERY_SCOPE", Whole: true}, true},
		{"the user may not use the API any more", &salesforce.Error{
			Class: fault.PermissionMissing, Status: 403, Code: "API_CURRENTLY_DISABLED", Whole: true,
		}, false},
		{"the API version is retired", &salesforce.Error{Class: fault.Invalid, Status: 410, Whole: true}, false},
		{"the API version is not there", &salesforce.Error{Class: fault.Invalid, Status: 400, Code: "UNSUPPORTED_API_VERSION", Whole: true}, false},
		{"the proxy asks for a login", &salesforce.Error{Class: fault.Invalid, Status: 407, Whole: true}, false},
		{"the org asks for a high assurance session", &salesforce.Error{Class: fault.SessionPolicy, Status: 403, Whole: true}, false},
		{"the app is blocked", &salesforce.Error{Class: fault.LoginRefused, Status: 403, Whole: true}, false},
		{"the quota is used up", &salesforce.Error{Class: fault.QuotaExhausted, Status: 403, Whole: true}, false},
		{"Salesforce is in trouble", &salesforce.Error{Class: fault.Transient, Status: 503}, false},
		{"the login is of another org now", fault.Invalidf("the credentials now lead to another org"), false},
		{"the bucket lost something", &fault.Error{Class: fault.PermissionMissing, System: fault.Bucket, Message: "no"}, false},
	} {
		client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 3)})
		client.failure = row.refusal
		got, err := Enumerate(t.Context(), EnumerateInput{
			Client: client, Store: streamtest.Open(t, "mem://"), Sync: current, Kind: Reports, Private: true,
		})
		if row.warns && (err != nil || len(got.Warnings) != 1) || !row.warns && !errors.Is(err, row.refusal) {
			t.Errorf("%s: %q, %v", row.name, got.Warnings, err)
		}
	}
}
