package server

import (
	"slices"
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

// uploadRoute names the deliveries to the catalog, which is no route of the Salesforce server.
const uploadRoute = "upload"

// place is where on its way a request meets a fault.
type place int

const (
	atEdge    place = iota // before anything else is looked at
	atLogin                // in the token route, before the secrets are looked at
	atSession              // behind the session check
	atUpload               // at the catalog
	atPublic               // at the catalog's public API
)

// damage is what a wire fault does to the real answer.
type damage int

const (
	none       damage = iota
	late              // it is held back
	cutGzip           // its gzip body ends early
	resetHalf         // the connection is reset behind half of its body
	unextended        // a describe lacks its extended metadata
	resetFirst        // the connection is reset before the body of the request is read
	resetLast         // the connection is reset behind the body of the request, which is kept
	recast            // what stands between changes the status of a success, and the body of the request is kept
)

// FaultKind is one entry of the catalogue of faults.
type FaultKind struct {
	Name, Group   string
	Status        int    // of the answer; 0 when it is that of the real answer, or when there is none
	Code, Message string // as the body writes them; Code is error, and Message error_description, for a login
	Body          string // its shape
	RetryAfter    int    // seconds of the Retry-After header, unless a Fault gives others
	Routes        []string

	place   place
	damage  damage
	counted bool   // against the daily limit
	told    bool   // the answer has the Sforce-Limit-Info header
	title   string // of a page
	odd     bool   // the page begins as none is expected to
	media   string // what a page says its type is; that of a page when empty
	bond    bond   // what it belongs to
	free    bool   // a Fault may name any route of the Salesforce server, not only one of Routes

	edit func(*reply) // makes the real answer another; nil leaves it
}

// Catalogue lists every fault that there is, in a stable order. Routes are those on which it strikes by default.
func Catalogue() []FaultKind {
	return slices.Concat(oauthFaults(), queryFaults(), sessionFaults(), apiFaults(), edgeFaults(), reportFaults(), wireFaults(),
		lieFaults(), uploadFaults(), pageFaults(), publicFaults())
}

// FaultNames lists the names of the catalogue in its order.
func FaultNames() []string {
	var names []string
	for _, kind := range Catalogue() {
		names = append(names, kind.Name)
	}
	return names
}

// routeNames lists the routes that wanted accepts, each name once.
func routeNames(wanted func(*route) bool) []string {
	var names []string
	table := routeTable()
	for k := range table {
		if r := &table[k]; wanted(r) && !slices.Contains(names, r.name) {
			names = append(names, r.name)
		}
	}
	return names
}

func countedRoutes() []string { return routeNames(func(r *route) bool { return r.access == counted }) }

func analyticsRoutes() []string { return routeNames(func(r *route) bool { return r.analytics }) }
