package org

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/salesforce"
)

// The rows of the logins say what the history shows, in whatever language, and from how many addresses it came.
func TestLogins_whatTheHistoryShows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 14, 2, 10, 0, time.UTC)
	login := func(ago time.Duration, ip, app, status string) salesforce.RecordedLogin {
		return salesforce.RecordedLogin{At: now.Add(-ago), SourceIP: ip, Application: app, Status: status}
	}
	for name, test := range map[string]struct {
		rows              []salesforce.RecordedLogin
		address, history  doctor.Status
		saysAddress, says string
	}{
		"this login": {
			[]salesforce.RecordedLogin{login(0, "203.0.113.7", "CatalogConnector", "Success")},
			doctor.Pass, doctor.Pass,
			"203.0.113.7 at the login of 28 Nov 14:02:10 UTC", "CatalogConnector: Success",
		},
		"not yet this login": {
			[]salesforce.RecordedLogin{login(time.Hour, "203.0.113.7", "CatalogConnector", "Success")},
			doctor.Pass, doctor.Pass,
			"does not show this login yet", "13:02:10",
		},
		"two addresses": {
			[]salesforce.RecordedLogin{
				login(0, "203.0.113.7", "CatalogConnector", "Success"), login(time.Hour, "203.0.113.8", "CatalogConnector", "Success"),
				login(2*time.Hour, "203.0.113.9", "Other", "Success"),
			},
			doctor.Pass, doctor.Pass, "other logins of CatalogConnector came from 203.0.113.8", "Other: Success",
		},
		"refused before": {
			[]salesforce.RecordedLogin{
				login(0, "203.0.113.7", "CatalogConnector", "Success"), login(time.Hour, "203.0.113.8", "CatalogConnector", "Restricted IP"),
			},
			doctor.Pass, doctor.Warn, "203.0.113.7", "Restricted IP",
		},
		"in another language": {
			[]salesforce.RecordedLogin{login(0, "203.0.113.7", "CatalogConnector", "Erfolgreich"), login(time.Hour, "", "CatalogConnector", "Erfolgreich")},
			doctor.Pass, doctor.Pass, "203.0.113.7", "Erfolgreich",
		},
		"refused only": {
			[]salesforce.RecordedLogin{login(time.Hour, "203.0.113.8", "CatalogConnector", "Restricted IP")},
			doctor.Skipped, doctor.Warn,
			"no granted login", "Restricted IP",
		},
		"none": {nil, doctor.Skipped, doctor.Skipped, "no granted login", "no login"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &facts{loggedIn: now, history: answer[[]salesforce.RecordedLogin]{value: test.rows, asked: true}}
			address, history := sessions{f}.addressRow(), sessions{f}.historyRow()
			if address.Status != test.address || !strings.Contains(address.Found, test.saysAddress) {
				t.Errorf("%+v", address)
			}
			if history.Status != test.history || !strings.Contains(history.Found, test.says) {
				t.Errorf("%+v", history)
			}
		})
	}
}
