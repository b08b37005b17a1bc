package faults

import (
	"net/http"

	"longhaul/internal/simulator/wire"
)

// uploadKinds are trouble of the catalog's ingest endpoint.
func uploadKinds() []Kind {
	routes := []string{UploadRoute}
	refused := func(name string, status int, message string) Kind {
		return Kind{Name: name, Group: GroupUpload, Status: status, Message: message, Body: BodyObject, Routes: routes, place: AtUpload}
	}
	page := func(name string, status int, title string) Kind {
		return Kind{Name: name, Group: GroupUpload, Status: status, Body: BodyHTML, title: title, Routes: routes, place: AtUpload}
	}
	damaged := func(name string, what wire.Damage) Kind {
		return Kind{Name: name, Group: GroupUpload, Body: BodyReal, Routes: routes, place: AtUpload, Damage: what}
	}
	throttled := refused("upload_429", http.StatusTooManyRequests, "too many requests")
	throttled.RetryAfter = 2
	cut := damaged("upload_reset", wire.ResetBeforeBody)
	cut.Body = BodyEmpty
	changed := damaged("upload_203", wire.StatusChanged)
	changed.Status, changed.Body = http.StatusNonAuthoritativeInfo, BodyObject
	inside := refused("upload_errors_200", http.StatusOK, "the file was not taken")
	inside.Body, inside.Code = BodyGraphQL, "BLOCKED"
	cutLast := damaged("upload_reset_after_body", wire.ResetAfterBody)
	cutLast.Body = BodyEmpty
	return []Kind{
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
		damaged("upload_stall", wire.Delayed),
		cutLast,
		cut,
	}
}

// pageKinds are pages of gateways and portals that replace the catalog's answer, and that only their content gives away.
// Nothing of the delivery is kept.
func pageKinds() []Kind {
	page := func(name string, status int, media string) Kind {
		return Kind{
			Name: name, Group: GroupUpload, Status: status, Body: BodyHTML, title: "Sign in to the network", Routes: []string{UploadRoute},
			place: AtUpload, oddStart: true, media: media,
		}
	}
	redirect := Kind{
		Name: "upload_302", Group: GroupUpload, Status: http.StatusFound, Body: BodyEmpty, Routes: []string{UploadRoute}, place: AtUpload,
	}
	return []Kind{
		page("upload_page_200", http.StatusOK, ""),
		page("upload_page_201_json", http.StatusCreated, wire.JSONType),
		page("upload_page_409", http.StatusConflict, ""),
		page("upload_page_511", http.StatusNetworkAuthenticationRequired, ""),
		redirect,
	}
}
