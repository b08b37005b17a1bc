package server

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
)

// PublicPath is where the catalog's public GraphQL API lies on the catalog server. The real one has a host of its own.
const PublicPath = "/public/graphql"

// publicRoute names the calls of the public API in the counts and the faults.
const publicRoute = "catalog_api"

// public answers the public GraphQL API, of which it knows the name of the root type and no other field.
func (s *Server) public(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var answer reply
	hit := s.faults.strike(atPublic, publicRoute, nil, false, nil)
	switch {
	case hit != nil:
		hold(r.Context(), hit.delay)
		answer = hit.publicReply()
	case err != nil:
		answer = graphQLError(http.StatusBadRequest, "BAD_REQUEST", "The body cannot be read")
	default:
		answer = s.vault.ask(r, body)
	}
	s.stats.count(publicRoute, answer.status)
	if answer.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST")
	}
	w.Header().Set("Content-Type", answer.media)
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body) // a caller that has gone away is its own trouble
}

var (
	rootType  = regexp.MustCompile(`^\s*(query\b\s*)?\{\s*__typename\s*\}\s*$`)
	anyObject = regexp.MustCompile(`^\s*(query\b[^{]*)?\{[^{}]+(\{[^{}]*\}\s*)*\}\s*$`)
)

// ask answers a request as the documentation of the API says, status by status.
func (v *vault) ask(r *http.Request, body []byte) reply {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	var asked struct {
		Query         *string         `json:"query"`
		Variables     json.RawMessage `json:"variables"`
		OperationName *string         `json:"operationName"`
	}
	switch {
	case r.Method != http.MethodPost:
		return reply{status: http.StatusMethodNotAllowed, media: jsonType}
	case r.Header.Get("Authorization") == "":
		return htmlReply(http.StatusNotFound, "Not Found")
	case media != "application/json":
		return graphQLError(http.StatusUnsupportedMediaType, "FST_ERR_CTP_INVALID_MEDIA_TYPE", "Unsupported Media Type")
	case decodeStrict(body, &asked) != nil:
		return graphQLError(http.StatusBadRequest, "BAD_REQUEST", "The body is not the JSON of a GraphQL request")
	case scheme != "Token" || !same(token, v.token):
		return graphQLError(http.StatusOK, "UNAUTHENTICATED", "The token is missing, invalid, expired or revoked")
	case asked.Query == nil || !anyObject.MatchString(*asked.Query):
		return graphQLError(http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Syntax Error")
	case !rootType.MatchString(*asked.Query):
		return graphQLError(http.StatusBadRequest, "GRAPHQL_VALIDATION_FAILED", `Cannot query that field on type "Query".`)
	}
	return reply{status: http.StatusOK, media: jsonType, body: []byte(`{"data":{"__typename":"Query"}}`)}
}

// graphQLError is a refusal of the public API.
func graphQLError(status int, code, message string) reply {
	answer := jsonReply(status, map[string]any{"errors": []any{
		map[string]any{"message": message, "extensions": map[string]string{"code": code}},
	}})
	answer.media = jsonType
	return answer
}

func htmlReply(status int, title string) reply {
	return reply{status: status, media: htmlType, body: htmlPage(title, status)}
}

// publicReply is the answer of a fault of the public API.
func (f *strike) publicReply() reply {
	switch f.kind.Body {
	case BodyGraphQL:
		return graphQLError(f.kind.Status, f.kind.Code, f.kind.Message)
	case BodyObject:
		answer := jsonReply(f.kind.Status, map[string]any{"statusCode": f.kind.Status, "error": f.kind.Code, "message": f.kind.Message})
		answer.media = jsonType
		return answer
	}
	return reply{status: f.kind.Status, media: htmlType, body: f.kind.page()}
}

// publicFaults are trouble of the public API.
func publicFaults() []FaultKind {
	kind := func(name string, status int, body, code, message string) FaultKind {
		return FaultKind{
			Name: name, Group: GroupPublic, Status: status, Body: body, Code: code, Message: message, Routes: []string{publicRoute},
			place: atPublic,
		}
	}
	page := func(name string, status int, title string) FaultKind {
		k := kind(name, status, BodyHTML, "", "")
		k.title = title
		return k
	}
	portal := page("catalog_api_portal", http.StatusOK, "Sign in to the network")
	portal.odd = true
	return []FaultKind{
		kind("catalog_api_unauthenticated", http.StatusOK, BodyGraphQL, "UNAUTHENTICATED", "The token is missing, invalid, expired or revoked"),
		kind("catalog_api_401", http.StatusUnauthorized, BodyObject, "Unauthorized", "The token is not valid"),
		kind("catalog_api_500", http.StatusInternalServerError, BodyGraphQL, "INTERNAL_SERVER_ERROR", "The request context cannot be built"),
		page("catalog_api_404", http.StatusNotFound, "Not Found"),
		page("catalog_api_503", http.StatusServiceUnavailable, "Service Unavailable"),
		portal,
	}
}
