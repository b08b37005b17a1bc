package faults

import (
	"cmp"
	"net/http"
	"time"

	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/wire"
)

// Strike is a fault that strikes one request.
type Strike struct {
	Kind       Kind
	RetryAfter int // seconds
	Delay      time.Duration

	routes    map[string]bool
	ofRecords bool // the fault is for some records, and so for no session
}

// Reply is the answer of a fault that replaces the real one.
func (s *Strike) Reply() wire.Reply {
	kind := &s.Kind
	answer := wire.Reply{Status: kind.Status}
	switch kind.Body {
	case BodyArray:
		answer = wire.Refusal(kind.Status, kind.Code, kind.Message)
	case BodyObject:
		answer = wire.JSON(kind.Status, session.Refusal{Code: kind.Code, Description: kind.Message})
		if kind.place == AtEdge { // a gateway's own
			answer = wire.JSON(kind.Status, map[string]string{"message": kind.Message})
		}
	case BodyHTML:
		answer = wire.Page(kind.Status, kind.title)
	}
	answer.RetryAfter = s.RetryAfter
	return answer
}

// Edit changes an answer as the fault does to the real one.
func (s *Strike) Edit(answer *wire.Reply) {
	if s.Kind.edit != nil {
		s.Kind.edit(answer)
	}
}

// PublicReply is the answer of a fault of the catalog's public API.
func (s *Strike) PublicReply() wire.Reply {
	kind := &s.Kind
	switch kind.Body {
	case BodyGraphQL:
		return wire.GraphQLError(kind.Status, kind.Code, kind.Message)
	case BodyObject:
		answer := wire.JSON(kind.Status, map[string]any{"statusCode": kind.Status, "error": kind.Code, "message": kind.Message})
		answer.Media = wire.JSONType
		return answer
	}
	return wire.Reply{Status: kind.Status, Media: wire.HTMLType, Body: kind.page()}
}

// WritePage answers with the page of a fault.
func (s *Strike) WritePage(w http.ResponseWriter) {
	kind := &s.Kind
	w.Header().Set("Content-Type", cmp.Or(kind.media, wire.HTMLType))
	w.WriteHeader(kind.Status)
	_, _ = w.Write(kind.page()) // the caller may have gone away
}

// page is the page of a fault.
func (k *Kind) page() []byte {
	page := wire.HTML(k.Status, k.title)
	if !k.oddStart {
		return page
	}
	const before = "\xef\xbb\xbf\r\n<!-- portal " // a byte order mark, a long comment and a script come first
	var filler [600]byte
	for n := range filler {
		filler[n] = '='
	}
	return append([]byte(before+string(filler[:])+" -->\n<script>top.location = top.location</script>\n"), page...)
}
