package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/server"
)

// effect is what a fault is documented to do to a sync. The zero value: the sync overcomes it by itself, and nothing is
// missing in the end.
type effect struct {
	class  fault.Class // of the failure; where it is one that somebody can fix, the sync blocks instead once it has begun
	waits  bool        // for longer than an operator has patience
	reason string      // in the account, of the reports that were struck

	partial bool // reports that were struck keep some of their columns only, and a warning counts them
}

// effects are those of all faults that have any.
var effects = map[string]effect{
	"oauth_invalid_client_id": {class: fault.LoginRefused}, "oauth_invalid_client": {class: fault.LoginRefused},
	"oauth_not_installed": {class: fault.LoginRefused}, "oauth_app_blocked": {class: fault.LoginRefused},
	"oauth_no_run_as": {class: fault.LoginRefused}, "oauth_wrong_domain": {class: fault.LoginRefused},
	"oauth_no_scopes": {class: fault.LoginRefused}, "oauth_authentication_failure": {class: fault.LoginRefused},
	"oauth_expired_token": {class: fault.LoginRefused}, "oauth_jwt_audience": {class: fault.LoginRefused},
	"oauth_jwt_unapproved": {class: fault.LoginRefused}, "oauth_not_approved": {class: fault.LoginRefused},
	"oauth_inactive_user": {class: fault.LoginRefused}, "oauth_user_is_inactive": {class: fault.LoginRefused},
	"oauth_ip_restricted": {class: fault.LoginRefused}, "oauth_inactive_org": {class: fault.LoginRefused},
	"oauth_maximum_logins": {class: fault.LoginRefused}, "oauth_unsupported_grant_type": {class: fault.LoginRefused},
	"oauth_invalid_request": {class: fault.LoginRefused}, "oauth_login_rate_exceeded": {waits: true},
	"oauth_login_hours": {class: fault.LoginRefused, waits: true},

	"api_malformed_query": {class: fault.Invalid}, "api_malformed_id": {class: fault.Invalid},
	"api_number_outside_valid_range": {class: fault.Invalid}, "api_method_not_allowed": {class: fault.Invalid},
	"api_415": {class: fault.Invalid}, "api_410": {class: fault.Invalid}, "api_414": {class: fault.Invalid}, "api_431": {class: fault.Invalid},
	"api_not_found":     {class: fault.Invalid, reason: "gone"},
	"api_invalid_field": {class: fault.PermissionMissing}, "api_invalid_type": {class: fault.PermissionMissing},
	"api_operation_too_large": {class: fault.PermissionMissing}, "api_disabled_for_org": {class: fault.PermissionMissing},
	"api_currently_disabled":  {class: fault.PermissionMissing},
	"api_insufficient_access": {class: fault.PermissionMissing, reason: "no_access"},
	"api_expired_password":    {class: fault.LoginRefused},
	"session_not_for_rest":    {class: fault.SessionPolicy}, "session_app_not_attached": {class: fault.SessionPolicy},
	"high_assurance": {class: fault.SessionPolicy}, "api_total_requests": {waits: true},

	"report_too_many_columns": {reason: "too_many_columns"}, "report_no_columns": {reason: "no_columns_selected"},
	"report_unsupported_format": {reason: "unsupported"}, "report_no_historical_trend": {reason: "unsupported"},
	"report_obsolete": {reason: "obsolete"}, "report_gone": {reason: "gone"}, "report_no_privileges": {reason: "no_access"},
	"report_no_run_reports": {class: fault.PermissionMissing}, "report_too_many_an_hour": {waits: true},
	"report_invalid_url": {class: fault.Invalid}, "report_retired": {class: fault.Invalid}, "report_only_json": {class: fault.Invalid},

	"describe_some_columns": {partial: true},

	"upload_401": {class: fault.LoginRefused}, "upload_403": {class: fault.LoginRefused}, "upload_413": {class: fault.Invalid},
	"upload_302":                  {class: fault.Invalid},
	"catalog_api_unauthenticated": {class: fault.LoginRefused}, "catalog_api_401": {class: fault.LoginRefused},
}

// exitOf is the documented exit code of a class; see docs/errors.md, which TestErrors holds against the program.
func exitOf(class fault.Class, ofCatalog bool) int {
	switch {
	case ofCatalog:
		return 6
	case class == fault.Invalid:
		return 2
	case class == fault.PermissionMissing:
		return 4
	default:
		return 3
	}
}

// faultRun is all that became of a fault: how a sync ended that met it from the start, how one did that met it in the
// middle or as it listed the reports, and what the last of those brought that met it by the rate.
type faultRun struct {
	name     string
	hits     int
	meetings []string
	seconds  float64
	again    int // describes beyond one for each report
	missing  map[string]int
	partial  int                  // reports that lack some of their columns
	classes  map[fault.Class]bool // that a sync failed as, or was blocked for
	waited   bool
}

// rate is the part of the requests that meet a fault.
const rate = 0.05

// meet runs syncs against a fault until one has come to its end: one that meets it from the start, and where that fails
// at once, one that meets it in the middle; where that fails too, one after the fault was fixed.
func (l *lane) meet(t *testing.T, name string) faultRun {
	t.Helper()
	begun := time.Now()
	r := faultRun{name: name, classes: map[fault.Class]bool{}}
	o := l.fixer(name, server.Fault{Name: name, Rate: rate})
	if name == everyFault {
		o.list, o.fixed = all(), fixable
	}
	if strings.HasPrefix(name, "query_") {
		o.arm(t) // the queries of a small org are over before an operator looks
	}
	m := l.attempt(t, &r, o)
	if m.exit != 0 && m.begun == 0 {
		o.rest(t)
		o.late = max(l.reports/10, 1)
		m = l.attempt(t, &r, o)
	}
	r.missing = l.finish(t, &r, o, m)
	if class := effects[name].class; class != "" && !r.classes[class] {
		l.meetAtListing(t, &r)
	}
	r.seconds = time.Since(begun).Seconds()
	l.requireMet(t, &r)
	return r
}

// meetAtListing has a sync meet a fault in all that it asks once the folders are listed, which is the reports first: the
// few queries that the rate strikes may be those of the login, which a sync can do without.
func (l *lane) meetAtListing(t *testing.T, r *faultRun) {
	t.Helper()
	o := l.fixer(r.name+atListing, server.Fault{Name: r.name})
	o.listing = true
	slow := server.Fault{Name: "stall", Route: "query", Delay: time.Second} // so that the operator comes in time
	if err := l.sim.SetFaults([]server.Fault{slow}); err != nil {
		t.Fatal(err)
	}
	l.finish(t, r, o, l.attempt(t, r, o))
}

// fixer is an operator who stands by a sync.
func (l *lane) fixer(sync string, list ...server.Fault) *fixer {
	return &fixer{sim: l.sim, sync: sync, signal: l.resume(sync), list: list}
}

// finish starts a sync again until it comes to its end, each time with what it met fixed, and says what it lacks.
func (l *lane) finish(t *testing.T, r *faultRun, o *fixer, m meeting) (missing map[string]int) {
	t.Helper()
	for tries := 0; m.exit != 0 && tries < len(effects); tries++ {
		o.fix(t)
		m = l.attempt(t, r, o)
	}
	o.rest(t)
	r.hits += o.hits
	r.again -= l.reports
	if m.exit != 0 {
		t.Fatalf("no sync of many came to its end; the last ended with %d: %s", m.exit, m.message)
	}
	missing, r.partial = l.requireWhole(t, r.name, m.result)
	return missing
}

// requireMet checks that a fault has struck, and has done each thing that it is documented to do.
func (l *lane) requireMet(t *testing.T, r *faultRun) {
	t.Helper()
	if r.hits == 0 {
		t.Error("no request met it")
	}
	want := effects[r.name]
	if want.class != "" && !r.classes[want.class] {
		t.Errorf("no sync failed as %s or was blocked for it: %s", want.class, strings.Join(r.meetings, "; then "))
	}
	if want.waits && !r.waited {
		t.Error("no sync waited for long")
	}
	missing := func(what string) bool { return strings.HasSuffix(what, "("+want.reason+")") }
	if want.reason != "" && !slices.ContainsFunc(slices.Collect(maps.Keys(r.missing)), missing) {
		t.Errorf("no report is in the account for %s: %v", want.reason, r.missing)
	}
	if want.partial && r.partial == 0 {
		t.Error("no report lacks some of its columns")
	}
}

// attempt runs one sync and checks that it ended as its faults are documented to end one.
func (l *lane) attempt(t *testing.T, r *faultRun, o *fixer) meeting {
	t.Helper()
	armed := o.armed
	m := l.sync(t, o)
	r.again += m.begun
	r.waited = r.waited || m.waited
	var said []string
	for _, why := range m.blocked {
		said = append(said, "blocked, fixed and resumed")
		r.classes[why.Class] = true
		if !slices.ContainsFunc(l.struck(r.name), func(e effect) bool { return e.class == why.Class && fixes(e.class) }) {
			t.Errorf("the sync blocked as %s: %s", why.Class, why.Message)
		}
	}
	if m.waited {
		said = append(said, "waited")
		if !slices.ContainsFunc(l.struck(r.name), func(e effect) bool { return e.waits }) {
			t.Error("the sync waited for long")
		}
	}
	switch {
	case m.exit != 0:
		said = append(said, fmt.Sprintf("failed as `%s`, exit code %d", m.class, m.exit))
		r.classes[m.class] = true
		catalog := strings.HasPrefix(r.name, "catalog_api_") || strings.HasPrefix(r.name, "upload_") && r.name != "upload_302" ||
			r.name == everyFault && m.exit == 6
		if !slices.ContainsFunc(l.struck(r.name), func(e effect) bool { return e.class == m.class }) || m.exit != exitOf(m.class, catalog) {
			t.Errorf("the sync failed as %s with exit code %d: %s", m.class, m.exit, m.message)
		}
	case len(said) == 0 && armed && len(o.list) == 0:
		said = append(said, "continued after that")
	default:
		said = append(said, string(m.result.Outcome))
	}
	r.meetings = append(r.meetings, strings.Join(slices.Compact(said), ", "))
	return m
}

// struck are the effects that a sync may meet.
func (l *lane) struck(name string) []effect {
	if name == everyFault {
		return slices.Collect(maps.Values(effects))
	}
	return []effect{effects[name]}
}

// fixes says whether a sync blocks for a failure of a class, rather than fail: for an invalid one too, once it has brought
// something home, as settings may have gone wrong in mid-sync.
func fixes(class fault.Class) bool {
	return class == fault.LoginRefused || class == fault.SessionPolicy || class == fault.PermissionMissing || class == fault.Invalid
}

// all are the faults that share the rate, those that somebody has to fix first.
func all() (list []server.Fault) {
	names := faults.Names()
	for _, stopping := range []bool{true, false} {
		for _, name := range names {
			if e := effects[name]; (e.class != "" || e.waits) == stopping {
				list = append(list, server.Fault{Name: name, Rate: rate / float64(len(names))})
			}
		}
	}
	return list
}

// fixable says whether an operator fixes a fault that was met, or lets the sync overcome it.
func fixable(state server.FaultState) bool {
	e := effects[state.Fault.Name]
	return e.class != "" || e.waits
}
