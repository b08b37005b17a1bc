package server

import (
	"fmt"
	"net"
	"time"

	"longhaul/internal/simulator/catalog"
	"longhaul/internal/simulator/churn"
	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/stats"
)

// These types are what the methods of Server take and return, so that a test needs this package alone.
type (
	// Fault is trouble that requests meet.
	Fault = faults.Fault
	// FaultState is a fault that was set, and how often it struck.
	FaultState = faults.State
	// Churn is what people do to an org while it is read.
	Churn = churn.Churn
	// Picks are rows by their ids, or a number of rows that the simulator chooses.
	Picks = churn.Picks
	// Field is a field of a report type.
	Field = churn.Field
	// Churned holds the ids of the rows that a Churn changed.
	Churned = churn.Churned
	// File is one file that the catalog received.
	File = catalog.File
	// Stats counts what has been served.
	Stats = stats.Stats
)

// PublicPath is the path of the catalog's public API below Ready.Catalog.
const PublicPath = catalog.PublicPath

// Now is the simulator's time.
func (s *Server) Now() time.Time { return s.clock.Now() }

// Advance moves the simulator's time ahead, and with it the Date header, the life of tokens and query locators, the windows
// of the quota and of logins, the time of faults, and how long calls that are under way have lasted. It does not go back: a
// negative duration moves nothing.
func (s *Server) Advance(d time.Duration) { _ = s.clock.Advance(d) }

// Stats reports what has been served so far.
func (s *Server) Stats() Stats {
	out := Stats{Logins: s.sessions.Logins()}
	out.DailyUsed, out.APICalls = s.daily.Used()
	out.DailyPeak, out.PeakByUs = s.daily.Peaks()
	out.Routes, out.MaxInFlight = s.requests.Counts()
	out.Clients = s.requests.Clients()
	return out
}

// Describes counts the report describes that were begun, and the reports that they were for. A describe counts once it
// has passed the session check and the quota, whatever its answer is.
func (s *Server) Describes() (total, distinct int) { return s.describes.Count() }

// Files lists what the catalog received, in order.
func (s *Server) Files() []File { return s.catalog.Files() }

// SetFaults replaces all faults, unless one of them is invalid: the error then says which, and what is allowed.
func (s *Server) SetFaults(list []Fault) error { return s.faults.Replace(list) }

// RemoveFaults takes away the faults of some names, set or not, and leaves the others as they are: their counts, and when
// they are due again, which SetFaults begins anew. An unknown name is an error, and removes nothing.
func (s *Server) RemoveFaults(names ...string) error { return s.faults.Remove(names) }

// Faults lists the faults that are set, in their order, those that strike no more too.
func (s *Server) Faults() []FaultState { return s.faults.States() }

// Churn changes the org at once, dated by the simulator's time, or not at all: the error then says what is impossible.
// Calls under way still see the org as it was.
func (s *Server) Churn(c Churn) (Churned, error) { return s.live.Apply(c) }

// AddUsage counts API calls that others who use the org make now: its integrations. They may exceed the daily limit, as
// in paid production orgs. Fewer than one are none.
func (s *Server) AddUsage(n int) { s.daily.AddOthers(n) }

// Revoke takes user permissions from the run-as user, named without the prefix Permissions. An unknown one is an error,
// and nothing is taken.
func (s *Server) Revoke(permissions ...string) error { return s.permissions.Change(permissions, nil) }

// Grant gives user permissions to the run-as user; see Revoke.
func (s *Server) Grant(permissions ...string) error { return s.permissions.Change(nil, permissions) }

// SetUserFrozen freezes the run-as user, which ends its sessions and refuses its logins, or thaws it.
func (s *Server) SetUserFrozen(frozen bool) { s.sessions.SetFrozen(frozen) }

// SetSecretRotated replaces the app's secret, which ends the app's sessions and refuses its logins, or restores the secret
// that clients know.
func (s *Server) SetSecretRotated(rotated bool) { s.sessions.SetRotated(rotated) }

// CloseLoginHours ends the login hours of the run-as user: its sessions end, and its logins are refused until the hours
// begin again after d by the simulator's clock, or until OpenLoginHours where d is 0.
func (s *Server) CloseLoginHours(d time.Duration) { s.sessions.CloseHours(d) }

// OpenLoginHours lets the run-as user log in at any time.
func (s *Server) OpenLoginHours() { s.sessions.OpenHours() }

// MoveInstance moves the org to another instance_url, which it gives: as when Salesforce moves an org, or its My Domain
// is renamed. All sessions end. From then on logins, which are served at both hosts, open sessions whose tokens only the
// new one accepts.
func (s *Server) MoveInstance() (string, error) {
	host, _, err := net.SplitHostPort(s.options.SalesforceAddr)
	if err != nil {
		return "", fmt.Errorf("the address %q is not of the form host:port: %w", s.options.SalesforceAddr, err)
	}
	url, instance, err := s.listeners.serveInstance(net.JoinHostPort(host, "0"), s.handler)
	if err != nil {
		return "", err
	}
	s.sessions.MoveTo(instance)
	return url, nil
}
