package server

import "net/http"

// wireFaults damage the real answer on its way, hold it back, or put something else in its place.
func wireFaults() []FaultKind {
	all := countedRoutes()
	damaged := func(name string, what damage) FaultKind {
		return FaultKind{Name: name, Group: GroupWire, Body: BodyReal, Routes: all, place: atEdge, damage: what, free: true}
	}
	return []FaultKind{
		damaged("truncated_gzip", cutGzip),
		damaged("reset", resetHalf),
		damaged("stall", late),
		{
			Name: "html_200", Group: GroupWire, Status: http.StatusOK, Body: BodyHTML, title: "Down for Maintenance", Routes: all,
			place: atEdge, free: true,
		},
		{
			Name: "empty_extended", Group: GroupWire, Body: BodyReal, Routes: []string{"describe"}, place: atSession, damage: unextended,
			counted: true, told: true,
		},
	}
}

// uploadFaults are trouble of the catalog.
func uploadFaults() []FaultKind {
	routes := []string{uploadRoute}
	refused := func(name string, status int, message string) FaultKind {
		return FaultKind{Name: name, Group: GroupUpload, Status: status, Message: message, Body: BodyObject, Routes: routes, place: atUpload}
	}
	page := func(name string, status int, title string) FaultKind {
		return FaultKind{Name: name, Group: GroupUpload, Status: status, Body: BodyHTML, title: title, Routes: routes, place: atUpload}
	}
	damaged := func(name string, what damage) FaultKind {
		return FaultKind{Name: name, Group: GroupUpload, Body: BodyReal, Routes: routes, place: atUpload, damage: what}
	}
	throttled := refused("upload_429", http.StatusTooManyRequests, "too many requests")
	throttled.RetryAfter = 2
	cut := damaged("upload_reset", resetFirst)
	cut.Body = BodyEmpty
	changed := damaged("upload_203", recast)
	changed.Status, changed.Body = http.StatusNonAuthoritativeInfo, BodyObject
	inside := refused("upload_errors_200", http.StatusOK, "the file was not taken")
	inside.Body, inside.Code = BodyGraphQL, "BLOCKED"
	cutLast := damaged("upload_reset_after_body", resetLast)
	cutLast.Body = BodyEmpty
	return []FaultKind{
		refused("upload_401", http.StatusUnauthorized, "the request carries no token"),
		refused("upload_403", http.StatusForbidden, "the token is not valid"),
		refused("upload_409", http.StatusConflict, "the file was delivered before"),
		refused("upload_413", http.StatusRequestEntityTooLarge, "the file is too large"),
		throttled,
		refused("upload_207", http.StatusMultiStatus, "some of it was taken"),
		changed,
		inside,
		refused("upload_500", http.StatusInternalServerError, "the file cannot be kept"),
		page("upload_502", http.StatusBadGateway, "Bad Gateway"),
		page("upload_503", http.StatusServiceUnavailable, "Service Unavailable"),
		damaged("upload_stall", late),
		cutLast,
		cut,
	}
}
