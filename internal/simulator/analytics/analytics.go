// Package analytics answers the Reports and Dashboards resources of the simulated org.
package analytics

// API answers the analytics resources.
type API struct{ tails *tails }

// New makes the API. typeMetadata is the size in bytes of the metadata of a report type that the org does not know.
func New(typeMetadata int) *API {
	return &API{tails: &tails{size: typeMetadata, made: map[string]tail{}}}
}
