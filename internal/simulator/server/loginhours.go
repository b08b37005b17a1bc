package server

import (
	"fmt"
	"time"
)

// outOfHours is how a login outside of the user's login hours is refused. Salesforce does not document the words.
var outOfHours = oauthError{"invalid_grant", "user may not log in at this time"}

// CloseLoginHours ends the login hours of the run-as user: its sessions end, and its logins are refused until the hours
// begin again after d by the simulator's clock, or until OpenLoginHours where d is 0.
func (s *Server) CloseLoginHours(d time.Duration) {
	begin := time.Time{}
	if d > 0 {
		begin = s.clock.Now().Add(d)
	}
	s.sessions.alter(func(a *account) { a.closed, a.begin = true, begin })
}

// OpenLoginHours lets the run-as user log in at any time.
func (s *Server) OpenLoginHours() {
	s.sessions.alter(func(a *account) { a.closed, a.begin = false, time.Time{} })
}

func (s *Server) hoursState() (any, error) {
	return map[string]bool{"closed": s.sessions.state().outside(s.clock.Now())}, nil
}

func (s *Server) changeHours(body []byte) (any, error) {
	var in struct {
		Closed *bool
		For    string
	}
	if err := decodeStrict(body, &in); err != nil {
		return nil, err
	}
	var d time.Duration
	if in.For != "" {
		var err error
		if d, err = time.ParseDuration(in.For); err != nil || d <= 0 {
			return nil, fmt.Errorf("for is %q, which is no duration as 30m or 8h", in.For)
		}
	}
	switch {
	case in.Closed == nil, !*in.Closed && d > 0:
		return nil, fmt.Errorf(`say {"closed":true}, {"closed":true,"for":"8h"} or {"closed":false}`)
	case *in.Closed:
		s.CloseLoginHours(d)
	default:
		s.OpenLoginHours()
	}
	return s.hoursState()
}
