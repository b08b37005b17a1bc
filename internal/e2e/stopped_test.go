package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// The tests of this file are what docs/security.md says of an administrator of the org who stops Longhaul at once.

// stops are the ways that docs/security.md names, with what takes each back, and words of what a sync says.
func stops() map[string]struct {
	stop, undo func(*server.Server)
	says       string
} {
	type way = struct {
		stop, undo func(*server.Server)
		says       string
	}
	return map[string]way{
		"block the app": {
			func(sim *server.Server) { sim.SetAppBlocked(true) }, func(sim *server.Server) { sim.SetAppBlocked(false) },
			"an administrator has blocked the app: unblock it in Setup",
		},
		"take the Run As user from the app": {
			func(sim *server.Server) {
				_ = sim.SetFaults([]server.Fault{{Name: "oauth_no_run_as"}})
				sim.EndSessions()
			},
			func(sim *server.Server) { _ = sim.SetFaults(nil) }, "the app has no user to run as: set a Run As user",
		},
		"freeze the user": {
			func(sim *server.Server) { sim.SetUserFrozen(true) }, func(sim *server.Server) { sim.SetUserFrozen(false) },
			"the user of the login is inactive or frozen",
		},
		"rotate the secret": {
			func(sim *server.Server) { sim.SetSecretRotated(true) }, func(sim *server.Server) { sim.SetSecretRotated(false) },
			"the client secret is not the one of the app",
		},
	}
}

// TestStopped_byAnAdministratorOfTheOrg stops a sync in its middle. Nothing more is read, a resume that comes too early asks once and stands
// still again, and a sync that starts meanwhile fails after one login. Undone, it is a resume that it takes, and each report was read once.
func TestStopped_byAnAdministratorOfTheOrg(t *testing.T) {
	t.Parallel()
	for name, row := range stops() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const reports = 400
			p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
			r := p.halfWay(t, reports)
			row.stop(p.sim)
			blocked := r.inPhase(t, workflows.PhaseBlocked)
			if !strings.Contains(blocked.Waiting, row.says) || blocked.Until == nil {
				t.Errorf("it is blocked for %q until %v", blocked.Waiting, blocked.Until)
			}
			r.requireShown(t, p, blocked.Waiting)
			read, asked := answersOf(p.sim.Stats(), "describe", "query"), answersOf(p.sim.Stats(), "token")
			r.signal(t, workflows.ResumeSignal) // which undoes nothing
			r.until(t, time.Minute, func(now workflows.Progress) bool {
				return now.Phase == workflows.PhaseBlocked && now.Updated.After(blocked.Updated) && answersOf(p.sim.Stats(), "token") > asked
			})
			if again := answersOf(p.sim.Stats(), "describe", "query"); again != read {
				t.Errorf("%d requests were sent with nothing undone", again-read)
			}
			if more := answersOf(p.sim.Stats(), "token") - asked; more > 2 {
				t.Errorf("a resume tried %d logins", more)
			}
			row.undo(p.sim)
			r.signal(t, workflows.ResumeSignal)
			p.requireEnd(t, r)
			result := r.result(t)
			if total, distinct := p.sim.Describes(); total != distinct || distinct != reports || result.Outcome != workflows.OutcomeComplete {
				t.Errorf("outcome %s, %d describes of %d reports", result.Outcome, total, distinct)
			}
			audit(t, p.store, result)

			row.stop(p.sim)
			read, asked = answersOf(p.sim.Stats(), "describe", "query"), answersOf(p.sim.Stats(), "token")
			app, failed := failure(t, p.start(t, "sync-acme"))
			if app.Type() != string(fault.LoginRefused) || !strings.Contains(app.Message(), row.says) || failed.Uploaded {
				t.Errorf("the next sync ended as %s: %s", app.Type(), app.Message())
			}
			if more := answersOf(p.sim.Stats(), "describe", "query"); more != read || answersOf(p.sim.Stats(), "token")-asked != 1 {
				t.Errorf("it sent %d requests after %d logins", more-read, answersOf(p.sim.Stats(), "token")-asked)
			}
			t.Logf("%q", blocked.Waiting)
		})
	}
}

// TestStopped_notByTokensThatAreRevokedAlone revokes every token in the middle of a sync: it logs in once more and goes on.
func TestStopped_notByTokensThatAreRevokedAlone(t *testing.T) {
	t.Parallel()
	const reports = 400
	p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
	r := p.halfWay(t, reports)
	if n := p.sim.EndSessions(); n != 1 {
		t.Errorf("%d sessions were open", n)
	}
	result := r.result(t)
	if total, distinct := p.sim.Describes(); total != distinct || distinct != reports || result.Outcome != workflows.OutcomeComplete {
		t.Errorf("outcome %s, %d describes of %d reports", result.Outcome, total, distinct)
	}
	if logins := p.sim.Stats().Logins; logins != 2 {
		t.Errorf("%d logins, want 2", logins)
	}
}

// TestStopped_byAnOperator blocks the app and ends the sync that waits for it: what was read is kept, and the next sync goes on from it.
func TestStopped_byAnOperator(t *testing.T) {
	t.Parallel()
	const reports = 400
	p := newPlant(t, server.Options{Org: openOrg(reports), Latency: 100 * time.Millisecond}, nil)
	r := p.halfWay(t, reports)
	p.sim.SetAppBlocked(true)
	r.inPhase(t, workflows.PhaseBlocked)
	got := run(t, []string{"TEMPORAL_ADDRESS=" + p.address}, program(t, starter), "cancel", "acme", "--reason", "security", "--json")
	var said struct{ Outcome workflows.Outcome }
	if err := json.Unmarshal([]byte(got.stdout), &said); err != nil || got.code != 0 || said.Outcome != workflows.OutcomeCancelled {
		t.Errorf("cancel ended with %d: %s%s", got.code, got.stdout, got.stderr)
	}
	environ := []string{"TEMPORAL_ADDRESS=" + p.address}
	orders(t, p.client, schedule.Order{Every: "24h"})
	if got := run(t, environ, program(t, starter), "schedule", "acme", "--pause", "--reason", "stopped by security"); got.code != 0 {
		t.Errorf("schedule --pause ended with %d: %s%s", got.code, got.stdout, got.stderr)
	}
	if s := orders(t, p.client, schedule.Order{}); !s.Paused || s.Note != "stopped by security" {
		t.Errorf("the schedule is %+v", s)
	}
	if len(p.sim.Files()) > 0 {
		t.Error("something was delivered")
	}
	p.sim.SetAppBlocked(false)
	result := p.sync(t)
	if total, distinct := p.sim.Describes(); total != distinct || distinct != reports || result.States.Reused == 0 {
		t.Errorf("%d describes of %d reports, %+v", total, distinct, result.States)
	}
}
