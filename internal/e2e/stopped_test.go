package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// The tests of this file are what docs/security.md says of an administrator of the org who stops Longhaul at once.
const security = "../../docs/security.md"

// typed runs the command of a page that begins in one way, as the page has it but for what more is given.
func typed(t *testing.T, page, begins, more string, environ ...string) ended {
	t.Helper()
	program(t, starter)
	environ = append(environ, "PATH="+builtDir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	for _, b := range blocks(t, page) {
		for line := range strings.Lines(b.text) {
			if line, _, _ = strings.Cut(strings.TrimSpace(line), "  #"); strings.HasPrefix(line, begins) {
				return run(t, environ, "/bin/sh", "-c", line+more)
			}
		}
	}
	t.Fatalf("%s has no command that begins with %s", page, begins)
	return ended{}
}

// inOrg is what an administrator does in the simulated org, by a control route of the simulator.
func inOrg(route, body string) func(*testing.T, *server.Server) {
	return func(t *testing.T, sim *server.Server) {
		t.Helper()
		(&reader{sim: sim}).posts(t, route, body)
	}
}

// stops are the ways that docs/security.md names, with what takes each back, and words of what a sync says.
func stops() map[string]stop {
	return map[string]stop{
		"block the app": {
			inOrg("app", `{"blocked":true}`), inOrg("app", `{"blocked":false}`), "an administrator has blocked the app: unblock it in Setup",
		},
		"take the Run As user from the app": {
			func(t *testing.T, sim *server.Server) {
				t.Helper()
				inOrg("faults", `[{"name":"oauth_no_run_as"}]`)(t, sim)
				inOrg("sessions", `{"end":true}`)(t, sim)
			},
			inOrg("faults", `[]`), "the app has no user to run as: set a Run As user",
		},
		"freeze the user": {
			inOrg("user", `{"frozen":true}`), inOrg("user", `{"frozen":false}`), "the user of the login is inactive or frozen",
		},
		"rotate the secret": {
			inOrg("user", `{"secret":"rotated"}`), inOrg("user", `{"secret":"restored"}`), "the client secret is not the one of the app",
		},
	}
}

// stop is one of them.
type stop struct {
	do, undo func(*testing.T, *server.Server)
	says     string
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
			row.do(t, p.sim)
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
			row.undo(t, p.sim)
			r.signal(t, workflows.ResumeSignal)
			p.requireEnd(t, r)
			result := r.result(t)
			if total, distinct := p.sim.Describes(); total != distinct || distinct != reports || result.Outcome != workflows.OutcomeComplete {
				t.Errorf("outcome %s, %d describes of %d reports", result.Outcome, total, distinct)
			}
			audit(t, p.store, result)

			row.do(t, p.sim)
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
	inOrg("sessions", `{"end":true}`)(t, p.sim)
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
	inOrg("app", `{"blocked":true}`)(t, p.sim)
	r.inPhase(t, workflows.PhaseBlocked)
	environ := "TEMPORAL_ADDRESS=" + p.address
	got := typed(t, security, "longhaul-starter cancel ", " --json", environ)
	var said struct{ Outcome workflows.Outcome }
	if err := json.Unmarshal([]byte(got.stdout), &said); err != nil || got.code != 0 || said.Outcome != workflows.OutcomeCancelled {
		t.Errorf("cancel ended with %d: %s%s", got.code, got.stdout, got.stderr)
	}
	orders(t, p.client, schedule.Order{Every: "24h"})
	if got := typed(t, security, "longhaul-starter schedule ", "", environ); got.code != 0 {
		t.Errorf("schedule --pause ended with %d: %s%s", got.code, got.stdout, got.stderr)
	}
	if s := orders(t, p.client, schedule.Order{}); !s.Paused || s.Note != "stopped by security" {
		t.Errorf("the schedule is %+v", s)
	}
	if len(p.sim.Files()) > 0 {
		t.Error("something was delivered")
	}
	inOrg("app", `{"blocked":false}`)(t, p.sim)
	result := p.sync(t)
	if total, distinct := p.sim.Describes(); total != distinct || distinct != reports || result.States.Reused == 0 {
		t.Errorf("%d describes of %d reports, %+v", total, distinct, result.States)
	}
}
