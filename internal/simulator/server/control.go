package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// control is one of the routes below /simulator on the Salesforce server, by which a test watches and steers it. They
// need no token and are not counted.
type control struct {
	name string
	get  func(*Server) (any, error)
	post func(*Server, []byte) (any, error)
	form string // what POST takes, for a refusal to show
}

func controls() []control {
	return []control{
		{name: "stats", get: func(s *Server) (any, error) { return s.Stats(), nil }},
		{name: "describes", get: (*Server).describesState},
		{name: "clock", get: (*Server).clockState, post: (*Server).moveClock, form: `{"advance":"1h"} or {"set":"2026-08-01T10:00:00Z"}`},
		{
			name: "faults", get: (*Server).faultsState, post: (*Server).changeFaults,
			form: `[{"name":"api_503","rate":0.05}] or {"remove":["api_503"]}`,
		},
		{name: "usage", post: (*Server).addUsage, form: `{"calls":500}`},
		{
			name: "permissions", get: (*Server).rightsState, post: (*Server).changeRights,
			form: `{"revoke":["RunReports"],"grant":["ViewSetup"]}`,
		},
		{name: "user", get: (*Server).accountState, post: (*Server).changeAccount, form: `{"frozen":true,"secret":"rotated"}`},
		{name: "login_hours", get: (*Server).hoursState, post: (*Server).changeHours, form: `{"closed":true,"for":"8h"} or {"closed":false}`},
		{name: "instance", get: (*Server).instanceState, post: (*Server).moveInstance},
		{name: "churn", post: (*Server).churn, form: `{"object":"Report","create":3,"rename":["00O..."],"move":2,"delete":1,"hide":1}`},
	}
}

// controlPath tells the name of a control route.
func controlPath(path string) (name string, ok bool) {
	return strings.CutPrefix(strings.Trim(path, "/"), "simulator/")
}

// control answers one.
func (s *Server) control(w http.ResponseWriter, r *http.Request, name string) {
	var names []string
	for _, c := range controls() {
		if c.name == name {
			c.serve(s, w, r)
			return
		}
		names = append(names, c.name)
	}
	tell(w, http.StatusNotFound, fmt.Sprintf("there is no /simulator/%s; there are %s", name, strings.Join(names, ", ")))
}

func (c *control) serve(s *Server, w http.ResponseWriter, r *http.Request) {
	var answer any
	var err error
	switch {
	case r.Method == http.MethodGet && c.get != nil:
		answer, err = c.get(s)
	case r.Method == http.MethodPost && c.post != nil:
		var body []byte
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err == nil {
			answer, err = c.post(s, body)
		}
	default:
		w.Header().Set("Allow", c.methods())
		tell(w, http.StatusMethodNotAllowed, fmt.Sprintf("/simulator/%s takes %s only", c.name, c.methods()))
		return
	}
	var malformed *malformedError
	switch {
	case errors.As(err, &malformed):
		tell(w, http.StatusBadRequest, fmt.Sprintf("the body is not of the form %s: %v", c.form, err))
	case err != nil:
		tell(w, http.StatusBadRequest, err.Error())
	default:
		writeJSON(w, http.StatusOK, answer)
	}
}

func (c *control) methods() string {
	var list []string
	if c.get != nil {
		list = append(list, http.MethodGet)
	}
	if c.post != nil {
		list = append(list, http.MethodPost)
	}
	return strings.Join(list, ", ")
}

// tell answers one sentence.
func tell(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"message": message})
}

// malformedError is a body that is no JSON, or JSON of another shape.
type malformedError struct{ err error }

// Error says what is wrong with the body.
func (e *malformedError) Error() string { return e.err.Error() }

// Unwrap is what the decoder said.
func (e *malformedError) Unwrap() error { return e.err }

// decodeStrict reads one JSON value that has no member but those of into, and nothing behind it.
func decodeStrict(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("there is more behind the JSON value")
	}
	return &malformedError{err}
}
