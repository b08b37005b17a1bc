package faults

import (
	"net/http"

	"longhaul/internal/simulator/call"
)

// within is a fault of a wider scope than the request.
func within(s scope, kind Kind) Kind {
	kind.scope = s
	return kind
}

// sessionKinds are the refusals of a session. A policy of the org marks the tokens that it has struck: they are still refused
// when it is relaxed, and a new one is accepted.
func sessionKinds() []Kind {
	all := countedRoutes()
	return []Kind{
		within(ofSession, uncounted(array("session_expired", http.StatusUnauthorized, "INVALID_SESSION_ID", call.SessionOver, all))),
		within(ofEgress, uncounted(array("session_ip_locked", http.StatusUnauthorized, "INVALID_SESSION_ID", call.SessionOver, all))),
		within(ofToken, uncounted(array("session_not_for_rest", http.StatusUnauthorized, "INVALID_SESSION_ID",
			call.NotForREST, all))),
		within(ofToken, uncounted(array("session_app_not_attached", http.StatusUnauthorized, "INVALID_SESSION_ID",
			"Connected app is not attached to Agent", all))),
		within(ofToken, array("high_assurance", http.StatusForbidden, "INSUFFICIENT_ACCESS", call.HighAssurance, analyticsRoutes())),
	}
}
