// Package control is the routes below /simulator on the Salesforce server, with which tests watch and steer the simulator.
package control

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"longhaul/internal/simulator/churn"
	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/limits"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/stats"
	"longhaul/internal/simulator/tenant"
	"longhaul/internal/simulator/wire"
)

// Panel holds what the routes watch and steer. They need no token and are not counted.
type Panel struct {
	Stats       func() stats.Stats
	Describes   *stats.Describes
	Clock       *clock.Moving
	Faults      *faults.Set
	Daily       *limits.Daily
	Permissions *tenant.Permissions
	Sessions    *session.Sessions
	Live        *churn.Live

	MoveInstance func() error
	Instances    func() (login, current string)
}

// route is one control route.
type route struct {
	name string
	get  func() (any, error)
	post func([]byte) (any, error)
	form string // of a body of POST, for a refusal to show
}

func (p *Panel) routes() []route {
	user := account{p}
	return []route{
		{name: "stats", get: func() (any, error) { return p.Stats(), nil }},
		{name: "describes", get: p.describes},
		{name: "clock", get: p.clock, post: p.moveClock, form: `{"advance":"1h"} or {"set":"2026-08-01T10:00:00Z"}`},
		{
			name: "faults", get: p.faults, post: p.changeFaults,
			form: `[{"name":"api_503","rate":0.05}] or {"remove":["api_503"]}`,
		},
		{name: "usage", post: p.addUsage, form: `{"calls":500}`},
		{
			name: "permissions", get: user.permissions, post: user.changePermissions,
			form: `{"revoke":["RunReports"],"grant":["ViewSetup"]}`,
		},
		{
			name: "app", get: user.app, post: user.changeApp,
			form: `{"client_id":"...","client_secret":"..."}, where client_id may be absent, or {"blocked":true}`,
		},
		{name: "sessions", post: user.endSessions, form: `{"end":true}`},
		{name: "user", get: user.user, post: user.changeUser, form: `{"frozen":true,"secret":"rotated"}`},
		{name: "login_hours", get: user.hours, post: user.changeHours, form: `{"closed":true,"for":"8h"} or {"closed":false}`},
		{name: "instance", get: p.instance, post: p.moveInstance},
		{name: "churn", post: p.churn, form: `{"object":"Report","create":3,"rename":["00O..."],"move":2,"delete":1,"hide":1}`},
	}
}

// Before answers the control routes, and leaves the others to next.
func (p *Panel) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, ok := strings.CutPrefix(strings.Trim(r.URL.Path, "/"), "simulator/"); ok {
			p.serve(w, r, name)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serve answers the control route of a name.
func (p *Panel) serve(w http.ResponseWriter, r *http.Request, name string) {
	var names []string
	for _, c := range p.routes() {
		if c.name == name {
			c.serve(w, r)
			return
		}
		names = append(names, c.name)
	}
	wire.WriteMessage(w, http.StatusNotFound, fmt.Sprintf("there is no /simulator/%s; there are %s", name, strings.Join(names, ", ")))
}

func (c *route) serve(w http.ResponseWriter, r *http.Request) {
	var answer any
	var err error
	switch {
	case r.Method == http.MethodGet && c.get != nil:
		answer, err = c.get()
	case r.Method == http.MethodPost && c.post != nil:
		var body []byte
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBody)); err == nil {
			answer, err = c.post(body)
		}
	default:
		w.Header().Set("Allow", c.methods())
		wire.WriteMessage(w, http.StatusMethodNotAllowed, fmt.Sprintf("/simulator/%s takes %s only", c.name, c.methods()))
		return
	}
	var malformed *wire.MalformedError
	switch {
	case errors.As(err, &malformed):
		wire.WriteMessage(w, http.StatusBadRequest, fmt.Sprintf("the body is not of the form %s: %v", c.form, err))
	case err != nil:
		wire.WriteMessage(w, http.StatusBadRequest, err.Error())
	default:
		wire.WriteJSON(w, http.StatusOK, answer)
	}
}

func (c *route) methods() string {
	var list []string
	if c.get != nil {
		list = append(list, http.MethodGet)
	}
	if c.post != nil {
		list = append(list, http.MethodPost)
	}
	return strings.Join(list, ", ")
}
