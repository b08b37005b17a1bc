package catalog

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/wire"
)

// PublicPath is the path of the catalog's public GraphQL API on the catalog server. The real one has a host of its own.
const PublicPath = "/public/graphql"

// public answers the public GraphQL API. It knows the name of the root type and no other field.
func (s *Server) public(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBody))
	var answer wire.Reply
	hit := s.faults.Strike(faults.AtPublic, &faults.Request{Route: faults.PublicRoute})
	switch {
	case hit != nil:
		wire.Hold(r.Context(), hit.Delay)
		answer = hit.PublicReply()
	case err != nil:
		answer = wire.GraphQLError(http.StatusBadRequest, "BAD_REQUEST", "The body cannot be read")
	default:
		answer = s.ask(r, body)
	}
	s.requests.Answered(faults.PublicRoute, answer.Status)
	if answer.Status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST")
	}
	writePublic(w, &answer)
}

// writePublic sends an answer of the public API.
func writePublic(w http.ResponseWriter, answer *wire.Reply) {
	w.Header().Set("Content-Type", answer.Media)
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body) // the caller may have gone away
}

var (
	rootType  = regexp.MustCompile(`^\s*(query\b\s*)?\{\s*__typename\s*\}\s*$`)
	anyObject = regexp.MustCompile(`^\s*(query\b[^{]*)?\{[^{}]+(\{[^{}]*\}\s*)*\}\s*$`)
)

// ask answers a request as the documentation of the API says, status by status.
func (s *Server) ask(r *http.Request, body []byte) wire.Reply {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	var asked struct {
		Query         *string         `json:"query"`
		Variables     json.RawMessage `json:"variables"`
		OperationName *string         `json:"operationName"`
	}
	switch {
	case r.Method != http.MethodPost:
		return wire.Reply{Status: http.StatusMethodNotAllowed, Media: wire.JSONType}
	case r.Header.Get("Authorization") == "":
		return wire.Page(http.StatusNotFound, "Not Found")
	case media != "application/json":
		return wire.GraphQLError(http.StatusUnsupportedMediaType, "FST_ERR_CTP_INVALID_MEDIA_TYPE", "Unsupported Media Type")
	case wire.DecodeStrict(body, &asked) != nil:
		return wire.GraphQLError(http.StatusBadRequest, "BAD_REQUEST", "The body is not the JSON of a GraphQL request")
	case scheme != "Token" || !wire.SameSecret(token, s.store.Token):
		return wire.GraphQLError(http.StatusOK, "UNAUTHENTICATED", "The token is missing, invalid, expired or revoked")
	case asked.Query == nil || !anyObject.MatchString(*asked.Query):
		return wire.GraphQLError(http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Syntax Error")
	case !rootType.MatchString(*asked.Query):
		return wire.GraphQLError(http.StatusBadRequest, "GRAPHQL_VALIDATION_FAILED", `Cannot query that field on type "Query".`)
	}
	return wire.Reply{Status: http.StatusOK, Media: wire.JSONType, Body: []byte(`{"data":{"__typename":"Query"}}`)}
}
