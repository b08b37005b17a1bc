package tenant

import (
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/session"
)

const (
	loginHistory = "LoginHistory"

	momentForm = "2006-01-02T15:04:05.000-0700" // as Salesforce writes dates and times

	// Application is the name of the app that clients log in with.
	Application = "CatalogConnector"
)

// logins are the rows of LoginHistory: those of the run-as user, whom they need no permission.
type logins struct{ *session.Logins }

func (l logins) count() int {
	if l.Logins == nil {
		return 0
	}
	return l.Count()
}

func (logins) id(i int) string { return org.NumberedID("0YaHs0", i) }

func (l logins) find(id18 string) (int, bool) {
	i, ok := org.NumberOf("0YaHs0", id18)
	return i, ok && i < l.count()
}

// shown reports whether Salesforce still shows a login.
func (l logins) shown(i int) bool {
	_, ok := l.At(i)
	return ok
}

func (l logins) field(i int, field, user string) any {
	login, _ := l.At(i)
	switch field {
	case "UserId":
		return user
	case "LoginTime":
		return login.At.UTC().Format(momentForm)
	case "LoginType":
		return "Remote Access 2.0"
	case "LoginSubType":
		return login.SubType
	case "SourceIp":
		return login.SourceIP
	case "TlsProtocol":
		return "TLS 1.3"
	case "Status":
		return login.Status
	case "Application":
		return Application
	}
	return nil
}
