package org

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/place"
)

// sessionsRow answers what it can of the settings of sessions, which no program may read with these rights: whether this session lasted.
func (f sessions) sessionsRow() doctor.Finding {
	r := about("session.limits", "Session limits")
	if f.because() != "" {
		return r.skip(f.because())
	}
	more := f.Meter.Logins() - f.logins - 1
	if fault.Is(f.report.err, fault.SessionPolicy) {
		more-- // the client has tried whether a new session meets the policy too
	}
	const look = "look at Timeout Value, \"Lock sessions to the IP address from which they originated\" and \"Enforce login IP ranges on every request\""
	if more > 0 {
		return r.warn(fmt.Sprintf("Salesforce ended the session within this check %s", times(more)),
			"a sync logs in 60 times in an hour at most, and then waits",
			look+": this network may have more than one public address", place.Sessions)
	}
	passed := r.pass("Salesforce did not end the session while the check asked. A sync logs in again whenever one ends, so any length will do. The API does not tell the " +
		"limits: if a sync reports ended sessions, " + look)
	passed.Where = place.Sessions
	return passed
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return humanize.Number(n) + " times"
}

// recordLag is how much earlier than the login its record may be dated.
const recordLag = 2 * time.Minute

// lookFor says what to look for in the login history of Setup.
const lookFor = "look there for the newest row of this app: Status says why Salesforce refused it, Source IP is the address it came from; " +
	"where there is no row, Salesforce did not get as far as the user"

func (f sessions) addressRow() doctor.Finding {
	r := about("login.address", "Our address, as Salesforce saw it")
	if skipped, unread := f.withoutHistory(r); unread {
		if f.login != nil { // the row of the history says where to look
			return r.skip(f.because())
		}
		return skipped
	}
	var newest *salesforce.RecordedLogin
	for k := range f.history.value {
		if l := &f.history.value[k]; newest == nil && f.succeeded(*l) && l.SourceIP != "" {
			newest = l
		}
	}
	if newest == nil {
		return r.skip("Salesforce shows no granted login of this user yet")
	}
	var passed doctor.Finding
	if !f.isOurs(newest) {
		passed = r.pass("%s at the login of %s; Salesforce does not show this login yet", newest.SourceIP, clockTime(newest.At))
	} else {
		passed = r.pass("%s at the login of %s", newest.SourceIP, clockTime(newest.At))
	}
	if others := f.otherAddresses(newest); len(others) > 0 {
		passed.Found += "; other logins of " + newest.Application + " came from " + humanize.List(others)
	}
	passed.Where = place.Addresses + "; " + place.LoginRanges
	return passed
}

// isOurs reports whether a recorded login may be the one of this check.
func (f sessions) isOurs(l *salesforce.RecordedLogin) bool {
	return !f.loggedIn.IsZero() && !l.At.Before(f.loggedIn.Add(-recordLag))
}

// succeeded reports whether a recorded login was granted. Where no row says so in English, the status of the newest one, which is that of
// this check, says how the org writes it.
func (f sessions) succeeded(l salesforce.RecordedLogin) bool {
	rows := f.history.value
	english := slices.ContainsFunc(rows, salesforce.RecordedLogin.Succeeded)
	return l.Succeeded() || !english && f.isOurs(&rows[0]) && l.Status == rows[0].Status
}

// otherAddresses are the addresses from which the same app logged in too.
func (f sessions) otherAddresses(than *salesforce.RecordedLogin) []string {
	var others []string
	for _, l := range f.history.value {
		if l.Application == than.Application && l.SourceIP != "" && l.SourceIP != than.SourceIP && !slices.Contains(others, l.SourceIP) {
			others = append(others, l.SourceIP)
		}
	}
	return others
}

func (f sessions) historyRow() doctor.Finding {
	r := about("login.history", "Last logins of the run-as user")
	if skipped, unread := f.withoutHistory(r); unread {
		return skipped
	}
	refused := 0
	lines := make([]string, 0, len(f.history.value))
	for _, l := range f.history.value {
		lines = append(lines, fmt.Sprintf("%s %s: %s", clockTime(l.At), l.Application, l.Status))
		if !f.succeeded(l) {
			refused++
		}
	}
	switch {
	case len(lines) == 0:
		return r.skip("Salesforce shows no login of this user yet")
	case refused > 0:
		return r.warn(strings.Join(lines, "; "), "refused logins that go on can lock out the user, or block the address they come from",
			"find the program that logs in as this user and is refused", place.Logins)
	}
	passed := r.pass("%s", strings.Join(lines, "; "))
	passed.Where = place.Logins
	return passed
}

// withoutHistory is the row where the logins could not be read.
func (f sessions) withoutHistory(r row) (skipped doctor.Finding, unread bool) {
	switch {
	case f.because() == loginFailed:
		skipped = r.skip(loginFailed + "; " + lookFor)
		skipped.Where = place.Logins
		return skipped, true
	case f.because() != "":
		return r.skip(f.because()), true
	case f.history.err != nil:
		return r.unanswered(f.history.err, ""), true
	}
	return doctor.Finding{}, false
}
