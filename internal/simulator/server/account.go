package server

import (
	"fmt"
	"time"
)

// The states of the app's secret.
const (
	secretRotated  = "rotated"
	secretRestored = "restored"
)

// account says whether the run-as user may log in, and whether the app's secret is still the one that clients know.
type account struct {
	frozen, rotated bool
	closed          bool      // it is outside of the user's login hours
	begin           time.Time // of the next ones; zero when nobody knows
}

// outside says whether it is outside of the user's login hours.
func (a account) outside(now time.Time) bool {
	return a.closed && (a.begin.IsZero() || now.Before(a.begin))
}

// refusal is why a login with good secrets is refused, nil when it is not.
func (a account) refusal(now time.Time) *oauthError {
	switch {
	case a.rotated:
		return &oauthError{"invalid_client", "invalid client credentials"}
	case a.frozen:
		return &oauthError{"invalid_grant", "user is inactive"}
	case a.outside(now):
		return &outOfHours
	}
	return nil
}

// SetUserFrozen freezes the run-as user, which ends its sessions and refuses its logins, or thaws it.
func (s *Server) SetUserFrozen(frozen bool) {
	s.sessions.alter(func(a *account) { a.frozen = frozen })
}

// SetSecretRotated makes the app's secret another than clients know, which ends the app's sessions and refuses its
// logins, or restores the one that they know.
func (s *Server) SetSecretRotated(rotated bool) {
	s.sessions.alter(func(a *account) { a.rotated = rotated })
}

func (s *Server) accountState() (any, error) {
	state := s.sessions.state()
	secret := secretRestored
	if state.rotated {
		secret = secretRotated
	}
	return map[string]any{"frozen": state.frozen, "secret": secret}, nil
}

func (s *Server) changeAccount(body []byte) (any, error) {
	var in struct {
		Frozen *bool
		Secret *string
	}
	if err := decodeStrict(body, &in); err != nil {
		return nil, err
	}
	if in.Secret != nil && *in.Secret != secretRotated && *in.Secret != secretRestored {
		return nil, fmt.Errorf("secret is %q; it may be %s or %s", *in.Secret, secretRotated, secretRestored)
	}
	if in.Secret != nil {
		s.SetSecretRotated(*in.Secret == secretRotated)
	}
	if in.Frozen != nil {
		s.SetUserFrozen(*in.Frozen)
	}
	return s.accountState()
}
