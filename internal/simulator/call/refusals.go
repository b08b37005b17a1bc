package call

import (
	"net/http"

	"longhaul/internal/simulator/wire"
)

// Messages of refusals that the server gives by itself, and faults give too.
const (
	RetiredResource  = "The requested resource has been retired or removed. Delete or update any references to the resource."
	HighAssurance    = "A high-assurance session is required to access reports and dashboards"
	SessionOver      = "Session expired or invalid"
	NotForREST       = "This session is not valid for use with the REST API"
	TooManyToday     = "TotalRequests Limit exceeded."
	TooManyLongCalls = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
)

// Refusals of every resource.
var (
	NotFound       = wire.Refusal(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
	SessionExpired = wire.Refusal(http.StatusUnauthorized, "INVALID_SESSION_ID", SessionOver)
	WithoutScope   = wire.Refusal(http.StatusUnauthorized, "INVALID_SESSION_ID", NotForREST)
	QuotaExhausted = wire.Refusal(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", TooManyToday)
	Crowded        = wire.Refusal(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", TooManyLongCalls)
)
