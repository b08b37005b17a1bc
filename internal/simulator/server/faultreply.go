package server

import (
	"strconv"
)

const htmlType = "text/html;charset=UTF-8"

// struck gives the fault that strikes a call, after its delay.
func (s *Server) struck(found *route, c *call, at place) *strike {
	hit := s.faults.strike(at, found.name, c.args, wantsGzip(c.r), c)
	if hit != nil {
		hold(c.caller, hit.delay)
	}
	return hit
}

// struckSession gives the fault that strikes a call behind the session check: one that its token was marked with before, or
// one that is due now.
func (s *Server) struckSession(found *route, c *call) *strike {
	if c.session != nil {
		if m := s.sessions.marked(c.session, found.name); m != nil {
			return &strike{kind: m.kind}
		}
	}
	hit := s.struck(found, c, atSession)
	if hit != nil {
		s.sessions.struckBy(hit, c.session)
	}
	return hit
}

// reply is the answer of a fault that puts its own in the place of the real one.
func (f *strike) reply() reply {
	answer := reply{status: f.kind.Status}
	switch f.kind.Body {
	case BodyArray:
		answer = refusal(f.kind.Status, f.kind.Code, f.kind.Message)
	case BodyObject:
		answer = jsonReply(f.kind.Status, oauthError{f.kind.Code, f.kind.Message})
		if f.kind.place == atEdge { // a gateway's own
			answer = jsonReply(f.kind.Status, map[string]string{"message": f.kind.Message})
		}
	case BodyHTML:
		answer.body, answer.media = htmlPage(f.kind.title, f.kind.Status), htmlType
	}
	answer.retryAfter = f.retryAfter
	return answer
}

// htmlPage is what a gateway, a proxy or a maintenance site shows to people.
func htmlPage(title string, status int) []byte {
	return []byte("<!DOCTYPE html>\n<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n" +
		"<p>An unexpected connection error occurred (" + strconv.Itoa(status) + "). Please try again in a few minutes.</p>\n</body>\n</html>\n")
}
