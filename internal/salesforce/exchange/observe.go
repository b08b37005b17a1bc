package exchange

import (
	"errors"
	"strings"
	"time"

	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

// Observer is told of each try of a request, when its answer was read or failed.
type Observer func(route string, took time.Duration, err error)

// The routes of requests, for metrics.
const (
	RouteLogin     = "login"
	RouteQuery     = "query"
	RouteQueryMore = "query_more"
	RouteDescribe  = "describe"
	RouteLimits    = "limits"
	RouteMetadata  = "metadata"
	RouteOther     = "other"
)

// Observe tells of a request that ended just now. One that the call budget held back is none, nor is one that waited for a login which failed.
func (x *Exchange) Observe(op, route string, began time.Time, err error) {
	if x.Observed == nil {
		return
	}
	if e := apierror.From(err); e != nil && e.Op == apierror.OpLogin && op != apierror.OpLogin || errors.Is(err, usage.ErrBudgetSpent) {
		return
	}
	x.Observed(route, time.Since(began), err)
}

// routeOf is the route of an address. Anything of Salesforce's that is not named here is other.
func (x *Exchange) routeOf(address string) string {
	path := strings.TrimPrefix(address, x.Base.String())
	_, resource, _ := strings.Cut(strings.TrimPrefix(path, origin.DataPath), "/")
	switch {
	case strings.HasPrefix(resource, "query?"):
		return RouteQuery
	case strings.HasPrefix(resource, "query/"):
		return RouteQueryMore
	case strings.HasPrefix(resource, "analytics/reports/"):
		return RouteDescribe
	case resource == "limits" || strings.HasPrefix(resource, "limits/"):
		return RouteLimits
	case strings.HasPrefix(resource, "sobjects/"):
		return RouteMetadata
	}
	return RouteOther
}
