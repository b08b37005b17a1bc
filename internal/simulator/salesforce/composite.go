package salesforce

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/wire"
)

// Bounds of the composite resources.
const (
	maxParts   = 25
	maxQueries = 5
)

// batchRoutes and compositeRoutes are the routes that the two resources accept: no analytics, folders or locators.
var (
	batchRoutes     = map[string]bool{"limits": true, "query": true, "sobjects": true, "sobject": true, "sobject_describe": true}
	compositeRoutes = map[string]bool{"query": true, "sobjects": true, "sobject": true, "sobject_describe": true}
)

// part runs one part of a composite call. The token was checked for the whole call, and the caller counts.
func (s *Server) part(c *call.Call, method, address string, allowed map[string]bool) wire.Reply {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host != "" || parsed.Scheme != "" {
		return wire.Refusal(http.StatusBadRequest, "INVALID_INPUT", "The url of a part is a path of this API")
	}
	found, inner := call.Match(parsed.Path)
	if inner.Version == "" || !allowed[found.Name] {
		return wire.Refusal(http.StatusBadRequest, "INVALID_INPUT", "The resource "+parsed.Path+" is not supported here")
	}
	if bad := call.CheckVersion(inner.Version); bad != nil {
		return *bad
	}
	inner.Request = &http.Request{Method: method, URL: parsed, Header: http.Header{}, Body: http.NoBody, Host: c.Request.Host}
	inner.Request = inner.Request.WithContext(c.Request.Context())
	inner.Query, inner.Session, inner.Tenant = parsed.Query(), c.Session, c.Tenant
	return s.perform(found, &inner)
}

// batch runs parts one after another; each that is run counts as a call, the first as the call of the batch itself.
func (s *Server) batch(c *call.Call) wire.Reply {
	var in struct {
		BatchRequests []struct{ Method, URL string }
		HaltOnError   bool
	}
	if bad := c.Decode(&in); bad != nil {
		return *bad
	}
	if n := len(in.BatchRequests); n == 0 || n > maxParts {
		return wire.Refusal(http.StatusBadRequest, "INVALID_BATCH_REQUEST", "A batch has 1 to 25 parts")
	}
	type result struct {
		StatusCode int             `json:"statusCode"`
		Result     json.RawMessage `json:"result"`
	}
	var results []result
	failed := false
	for n, request := range in.BatchRequests {
		var answer wire.Reply
		switch {
		case failed && in.HaltOnError:
			answer = wire.Refusal(http.StatusPreconditionFailed, "BATCH_PROCESSING_HALTED", "Batch processing halted.")
		case n > 0 && !s.Daily.Allow():
			answer = call.QuotaExhausted
		default:
			path := call.DataPath + "/" + strings.TrimPrefix(strings.TrimLeft(request.URL, "/"), "services/data/")
			answer = s.part(c, request.Method, path, batchRoutes)
		}
		failed = failed || answer.Status >= 400
		results = append(results, result{answer.Status, answer.Embedded()})
	}
	return wire.JSON(http.StatusOK, map[string]any{"hasErrors": failed, "results": results})
}

// composite runs parts as one call; at most five of them are queries.
func (s *Server) composite(c *call.Call) wire.Reply {
	var in struct {
		CompositeRequest []struct{ Method, URL, ReferenceID string }
	}
	if bad := c.Decode(&in); bad != nil {
		return *bad
	}
	if n := len(in.CompositeRequest); n == 0 || n > maxParts {
		return wire.Refusal(http.StatusBadRequest, "INVALID_INPUT", "A composite call has 1 to 25 parts")
	}
	seen, queries := map[string]bool{}, 0
	for _, request := range in.CompositeRequest {
		if request.ReferenceID == "" || seen[request.ReferenceID] {
			return wire.Refusal(http.StatusBadRequest, "INVALID_INPUT", "Every part needs a referenceId of its own")
		}
		seen[request.ReferenceID] = true
		if parsed, err := url.Parse(request.URL); err == nil {
			if found, _ := call.Match(parsed.Path); found.Name == "query" {
				queries++
			}
		}
	}
	if queries > maxQueries {
		return wire.Refusal(http.StatusBadRequest, "INVALID_INPUT", "A composite call has at most 5 queries")
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
		responses = append(responses, response{answer.Embedded(), map[string]string{}, answer.Status, request.ReferenceID})
	}
	return wire.JSON(http.StatusOK, map[string]any{"compositeResponse": responses})
}
