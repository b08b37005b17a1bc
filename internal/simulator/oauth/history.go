package oauth

import (
	"net"
	"strings"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/session"
)

// secondAddress is the other of two egress addresses.
const secondAddress = "127.0.0.2"

// statuses are what the login history says of refusals that name a user. Other refused logins leave no row of the user.
var statuses = map[string]string{
	"inactive user":          "User is Inactive",
	"user is inactive":       "User Is Frozen",
	"ip restricted":          "Restricted IP",
	"login rate exceeded":    "LOGIN_RATE_EXCEEDED",
	"authentication failure": "Invalid Password",
	"user is not admin approved to access this app": "Failed: Not approved for access",
	session.OutOfHours.Description:                  "Restricted Time",
}

// attempt is a login by this call with a grant.
func (s *Server) attempt(c *call.Call, clientID, grant string) session.Attempt {
	a := session.Attempt{ClientID: clientID, SubType: "OauthClientCredentials", SecondEgress: s.Faults.SecondEgress(c.Caller)}
	switch grant {
	case "password":
		a.SubType = "OauthUsernamePassword"
	case jwtGrant:
		a.SubType = "OauthJwtBearer"
	}
	a.SourceIP, _, _ = net.SplitHostPort(c.Request.RemoteAddr)
	if a.SecondEgress {
		a.SourceIP = secondAddress
	}
	return a
}

// note puts a refused login into the history of the user that it names.
func (s *Server) note(c *call.Call, grant, description string) {
	if status, ofUser := statuses[strings.ToLower(description)]; ofUser {
		s.Sessions.Note(s.attempt(c, "", grant), status)
	}
}
