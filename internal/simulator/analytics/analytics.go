// Package analytics answers the Reports and Dashboards resources of the simulated org.
package analytics

import (
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

// API answers the analytics resources.
type API struct{ tails *tails }

// New makes the API of an org. typeMetadata is the size in bytes of the metadata of a report type that the org does not
// know.
func New(o org.Org, typeMetadata int) *API {
	catalog, _ := o.(org.TypeCatalog)
	return &API{tails: &tails{catalog: catalog, size: typeMetadata, made: map[string]*wire.Tail{}}}
}
