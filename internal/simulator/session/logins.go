package session

import (
	"slices"
	"sync"
	"time"
)

// Login is one row of the run-as user's login history.
type Login struct {
	At       time.Time
	SourceIP string
	SubType  string // as OauthClientCredentials
	Status   string // Success, or why it was refused
}

// Success is the status of a login that opened a session.
const Success = "Success"

// mostLogins is how many logins Salesforce shows.
const mostLogins = 20_000

// Logins are the logins of the run-as user, oldest first. Their numbers never change.
type Logins struct {
	mu    sync.Mutex
	first int // number of the oldest
	kept  []Login
}

// Add notes a login. Beyond what Salesforce shows the oldest goes.
func (l *Logins) Add(login Login) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, login)
	if len(l.kept) > mostLogins {
		l.kept = slices.Delete(l.kept, 0, 1)
		l.first++
	}
}

// Count is one more than the number of the newest login.
func (l *Logins) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first + len(l.kept)
}

// At gives the login of a number, and false for one that Salesforce does not show.
func (l *Logins) At(n int) (Login, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n < l.first || n >= l.first+len(l.kept) {
		return Login{}, false
	}
	return l.kept[n-l.first], true
}
