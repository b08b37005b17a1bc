package faults

import (
	"net/http"

	"longhaul/internal/simulator/wire"
)

// wireKinds damage the real answer on its way, hold it back, or replace it.
func wireKinds() []Kind {
	all := countedRoutes()
	damaged := func(name string, what wire.Damage) Kind {
		return Kind{Name: name, Group: GroupWire, Body: BodyReal, Routes: all, place: AtEdge, Damage: what, anyRoute: true}
	}
	return []Kind{
		damaged("truncated_gzip", wire.TruncatedGzip),
		damaged("reset", wire.ResetHalfway),
		damaged("stall", wire.Delayed),
		{
			Name: "html_200", Group: GroupWire, Status: http.StatusOK, Body: BodyHTML, title: "Down for Maintenance", Routes: all,
			place: AtEdge, anyRoute: true,
		},
		{
			Name: "empty_extended", Group: GroupWire, Body: BodyReal, Routes: []string{"describe"}, place: AtSession, Damage: wire.NoExtended,
			Counted: true, LimitInfo: true,
		},
	}
}
