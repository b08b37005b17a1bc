package session

import (
	"time"
)

// Refusal is an answer of the authorization server to a bad request: an object, where the REST API answers an array.
type Refusal struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// OutOfHours refuses a login outside the user's login hours. Salesforce does not document the words.
var OutOfHours = Refusal{"invalid_grant", "user may not log in at this time"}

// AppBlocked refuses a login of an app that an administrator has blocked for the whole org.
var AppBlocked = Refusal{"OAUTH_APP_BLOCKED", "this app is blocked by admin"}

// Account says whether the run-as user may log in, whether the app may, and whether the app's secret is still the one that clients know.
type Account struct {
	Frozen, Rotated bool
	Blocked         bool      // the app
	closed          bool      // the time is outside the user's login hours
	begin           time.Time // of the next login hours; zero when they do not begin by themselves
}

// OutOfHours reports whether now is outside the user's login hours.
func (a Account) OutOfHours(now time.Time) bool {
	return a.closed && (a.begin.IsZero() || now.Before(a.begin))
}

// refusal is the reason why a login with good secrets is refused, nil when it is not.
func (a Account) refusal(now time.Time) *Refusal {
	switch {
	case a.Rotated:
		return &Refusal{"invalid_client", "invalid client credentials"}
	case a.Blocked:
		return &AppBlocked
	case a.Frozen:
		return &Refusal{"invalid_grant", "user is inactive"}
	case a.OutOfHours(now):
		return &OutOfHours
	}
	return nil
}

// Account reports the state of the account.
func (s *Sessions) Account() Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account
}

// SetFrozen freezes the run-as user, which ends its sessions and refuses its logins, or thaws it.
func (s *Sessions) SetFrozen(frozen bool) { s.change(func(a *Account) { a.Frozen = frozen }) }

// SetBlocked blocks the app, which ends its sessions and refuses its logins, or unblocks it.
func (s *Sessions) SetBlocked(blocked bool) { s.change(func(a *Account) { a.Blocked = blocked }) }

// SetRotated replaces the app's secret, which ends the app's sessions and refuses its logins, or restores the secret that
// clients know.
func (s *Sessions) SetRotated(rotated bool) { s.change(func(a *Account) { a.Rotated = rotated }) }

// CloseHours ends the login hours of the run-as user: its sessions end, and its logins are refused until the hours begin
// again after d by the simulator's clock, or until OpenHours where d is 0.
func (s *Sessions) CloseHours(d time.Duration) {
	begin := time.Time{}
	if d > 0 {
		begin = s.clock.Now().Add(d)
	}
	s.change(func(a *Account) { a.closed, a.begin = true, begin })
}

// OpenHours lets the run-as user log in at any time.
func (s *Sessions) OpenHours() {
	s.change(func(a *Account) { a.closed, a.begin = false, time.Time{} })
}

// change changes the account. Its sessions end when it may no longer log in.
func (s *Sessions) change(edit func(*Account)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	edit(&s.account)
	if s.account.refusal(s.clock.Now()) != nil {
		clear(s.live)
	}
}
