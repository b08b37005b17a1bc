package faults

import "net/http"

// publicKinds are trouble of the public API.
func publicKinds() []Kind {
	kind := func(name string, status int, body, code, message string) Kind {
		return Kind{
			Name: name, Group: GroupPublic, Status: status, Body: body, Code: code, Message: message, Routes: []string{PublicRoute},
			place: AtPublic,
		}
	}
	page := func(name string, status int, title string) Kind {
		k := kind(name, status, BodyHTML, "", "")
		k.title = title
		return k
	}
	portal := page("catalog_api_portal", http.StatusOK, "Sign in to the network")
	portal.oddStart = true
	return []Kind{
		kind("catalog_api_unauthenticated", http.StatusOK, BodyGraphQL, "UNAUTHENTICATED", "The token is missing, invalid, expired or revoked"),
		kind("catalog_api_401", http.StatusUnauthorized, BodyObject, "Unauthorized", "The token is not valid"),
		kind("catalog_api_500", http.StatusInternalServerError, BodyGraphQL, "INTERNAL_SERVER_ERROR", "The request context cannot be built"),
		page("catalog_api_404", http.StatusNotFound, "Not Found"),
		page("catalog_api_503", http.StatusServiceUnavailable, "Service Unavailable"),
		portal,
	}
}
