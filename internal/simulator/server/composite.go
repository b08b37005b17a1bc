package server

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// Bounds of the composite resources.
const (
	maxParts   = 25
	maxQueries = 5
)

// batchRoutes and compositeRoutes are what the two resources take: neither takes analytics, folders or a locator.
var (
	batchRoutes     = map[string]bool{"limits": true, "query": true, "sobjects": true, "sobject": true, "sobject_describe": true}
	compositeRoutes = map[string]bool{"query": true, "sobjects": true, "sobject": true, "sobject_describe": true}
)

// part runs one part of a composite call: it is not checked for a token, the whole was, and counting is its caller's.
func (s *Server) part(c *call, method, address string, allowed map[string]bool) reply {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host != "" || parsed.Scheme != "" {
		return refusal(400, "INVALID_INPUT", "The url of a part is a path of this API")
	}
	found, inner := s.match(parsed.Path)
	if inner.version == "" || !allowed[found.name] {
		return refusal(400, "INVALID_INPUT", "The resource "+parsed.Path+" is not supported here")
	}
	if bad := checkVersion(inner.version); bad != nil {
		return *bad
	}
	inner.r = &http.Request{Method: method, URL: parsed, Header: http.Header{}, Body: http.NoBody, Host: c.r.Host}
	inner.r = inner.r.WithContext(c.r.Context())
	inner.query, inner.session, inner.tenant = parsed.Query(), c.session, c.tenant
	return s.perform(found, &inner)
}

func (a reply) rawBody() json.RawMessage {
	if len(a.body) == 0 {
		return json.RawMessage("null")
	}
	return a.body
}

// batch runs parts one after another; each that is run counts as a call, the first as the one that the batch came by.
func (s *Server) batch(c *call) reply {
	var in struct {
		BatchRequests []struct{ Method, URL string }
		HaltOnError   bool
	}
	if bad := c.decode(&in); bad != nil {
		return *bad
	}
	if n := len(in.BatchRequests); n == 0 || n > maxParts {
		return refusal(400, "INVALID_BATCH_REQUEST", "A batch has 1 to 25 parts")
	}
	type result struct {
		StatusCode int             `json:"statusCode"`
		Result     json.RawMessage `json:"result"`
	}
	var results []result
	failed := false
	for n, request := range in.BatchRequests {
		var answer reply
		switch {
		case failed && in.HaltOnError:
			answer = refusal(412, "BATCH_PROCESSING_HALTED", "Batch processing halted.")
		case n > 0 && !s.usage.take(1):
			answer = dayIsSpent
		default:
			path := dataPath + "/" + strings.TrimPrefix(strings.TrimLeft(request.URL, "/"), "services/data/")
			answer = s.part(c, request.Method, path, batchRoutes)
		}
		failed = failed || answer.status >= 400
		results = append(results, result{answer.status, answer.rawBody()})
	}
	return jsonReply(200, map[string]any{"hasErrors": failed, "results": results})
}

// composite runs parts of which at most five are queries, as one call.
func (s *Server) composite(c *call) reply {
	var in struct {
		CompositeRequest []struct{ Method, URL, ReferenceID string }
	}
	if bad := c.decode(&in); bad != nil {
		return *bad
	}
	if n := len(in.CompositeRequest); n == 0 || n > maxParts {
		return refusal(400, "INVALID_INPUT", "A composite call has 1 to 25 parts")
	}
	seen, queries := map[string]bool{}, 0
	for _, request := range in.CompositeRequest {
		if request.ReferenceID == "" || seen[request.ReferenceID] {
			return refusal(400, "INVALID_INPUT", "Every part needs a referenceId of its own")
		}
		seen[request.ReferenceID] = true
		if parsed, err := url.Parse(request.URL); err == nil {
			if found, _ := s.match(parsed.Path); found.name == "query" {
				queries++
			}
		}
	}
	if queries > maxQueries {
		return refusal(400, "INVALID_INPUT", "A composite call has at most 5 queries")
	}
	type response struct {
		Body           json.RawMessage   `json:"body"`
		HTTPHeaders    map[string]string `json:"httpHeaders"`
		HTTPStatusCode int               `json:"httpStatusCode"`
		ReferenceID    string            `json:"referenceId"`
	}
	var responses []response
	for _, request := range in.CompositeRequest {
		answer := s.part(c, request.Method, request.URL, compositeRoutes)
		responses = append(responses, response{answer.rawBody(), map[string]string{}, answer.status, request.ReferenceID})
	}
	return jsonReply(200, map[string]any{"compositeResponse": responses})
}
