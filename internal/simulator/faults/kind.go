// Package faults is the trouble that the simulator can make: every kind of it, and which request it strikes.
package faults

import (
	"slices"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/wire"
)

// The groups of faults.
const (
	GroupOAuth  = "oauth"  // refusals of a login
	GroupAPI    = "api"    // refusals of the REST API and of the gateway before it
	GroupReport = "report" // refusals of a report's describe
	GroupWire   = "wire"   // answers that are damaged, late or not Salesforce's
	GroupUpload = "upload" // trouble of the catalog
	GroupPublic = "public" // trouble of the catalog's public API
)

// The shapes of an answer's body.
const (
	BodyArray  = "array"  // of one error with message and errorCode, as the REST API refuses
	BodyObject = "object" // with error and error_description as OAuth refuses, or with the message of the catalog or of a gateway
	BodyHTML   = "html"
	BodyEmpty  = "empty"

	BodyGraphQL = "graphql" // errors as the catalog's public API refuses
	BodyReal    = "real"    // of the answer that there would be without the fault, whole or not
)

// The names of the catalog's routes, in counts and faults. They are no routes of the Salesforce server.
const (
	UploadRoute = "upload"      // deliveries
	PublicRoute = "catalog_api" // calls of the public API
)

// Place is the stage at which a request meets a fault.
type Place int

// The places.
const (
	AtEdge    Place = iota // before any check
	AtLogin                // in the token route, before the secrets are checked
	AtSession              // after the session check
	AtUpload               // at the catalog
	AtPublic               // at the catalog's public API
)

// Kind is one fault that there is.
type Kind struct {
	Name, Group   string
	Status        int    // of the answer; 0 when it is that of the real answer, or when there is none
	Code, Message string // as the body writes them; Code is error, and Message error_description, for a login
	Body          string // its shape
	RetryAfter    int    // seconds of the Retry-After header, unless a Fault gives others
	Routes        []string

	Damage    wire.Damage
	Counted   bool // the call counts against the daily limit
	LimitInfo bool // the answer has the Sforce-Limit-Info header

	place    Place
	scope    scope
	title    string // of a page
	oddStart bool   // the page begins with a byte order mark, a comment and a script
	media    string // the type that a page claims; that of a page when empty
	anyRoute bool   // a Fault may name any route of the Salesforce server, not only one of Routes

	edit func(*wire.Reply) // changes the real answer; nil leaves it
}

// Kinds lists every fault that there is, in a stable order. Routes are those that it strikes by default.
func Kinds() []Kind {
	return slices.Concat(oauthKinds(), queryKinds(), sessionKinds(), apiKinds(), edgeKinds(), reportKinds(), wireKinds(),
		lieKinds(), uploadKinds(), pageKinds(), publicKinds())
}

// Names lists the names of all kinds in their order.
func Names() []string {
	var names []string
	for _, kind := range Kinds() {
		names = append(names, kind.Name)
	}
	return names
}

// RouteNames lists the routes that a fault may name.
func RouteNames() []string {
	return append(call.RouteNames(func(*call.Route) bool { return true }), UploadRoute, PublicRoute)
}

func countedRoutes() []string {
	return call.RouteNames(func(r *call.Route) bool { return r.Access == call.Counted })
}

func analyticsRoutes() []string {
	return call.RouteNames(func(r *call.Route) bool { return r.Analytics })
}
