package server

import "net/http"

// bonded is a fault that belongs to more than the request it strikes.
func bonded(b bond, kind FaultKind) FaultKind {
	kind.bond = b
	return kind
}

// sessionFaults are the refusals of a session. A policy of the org belongs to the tokens that it has struck: they stay bad
// when it is relaxed, and a new one is good.
func sessionFaults() []FaultKind {
	all := countedRoutes()
	const ended = "Session expired or invalid"
	return []FaultKind{
		bonded(toSession, uncounted(array("session_expired", http.StatusUnauthorized, "INVALID_SESSION_ID", ended, all))),
		bonded(toEgress, uncounted(array("session_ip_locked", http.StatusUnauthorized, "INVALID_SESSION_ID", ended, all))),
		bonded(toToken, uncounted(array("session_not_for_rest", http.StatusUnauthorized, "INVALID_SESSION_ID",
			"This session is not valid for use with the REST API", all))),
		bonded(toToken, uncounted(array("session_app_not_attached", http.StatusUnauthorized, "INVALID_SESSION_ID",
			"Connected app is not attached to Agent", all))),
		bonded(toToken, array("high_assurance", http.StatusForbidden, "INSUFFICIENT_ACCESS", stepUpDemand, analyticsRoutes())),
	}
}
