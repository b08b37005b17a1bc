// Package catalog delivers files to Coalesce Catalog in the way that castor-upload does.
package catalog

import (
	"net/url"
	"strings"

	"github.com/google/uuid"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// destination is where a client delivers, for addresses and for sentences about the catalog.
type destination struct {
	base     *url.URL
	sourceID string
}

// target returns the address of a path, which must be below the base.
func (d destination) target(path string) (*url.URL, error) {
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." || strings.Contains(part, `\`) {
			return nil, fault.Invalidf("%.200q is not a path in the catalog: check the file's name", path)
		}
	}
	u := *d.base
	u.Path += "/" + path
	return &u, nil
}

// The zones of Coalesce Catalog, each with its own users and tokens.
const (
	ZoneEU = "EU"
	ZoneUS = "US"
)

var zones = map[string]string{
	ZoneEU: "https://ingest.castordoc.com",
	ZoneUS: "https://ingest.us.castordoc.com",
}

// publicAPIs are the addresses of the zones' public GraphQL API, which takes the same tokens.
var publicAPIs = map[string]string{
	ZoneEU: "https://api.castordoc.com/public/graphql",
	ZoneUS: "https://api.us.castordoc.com/public/graphql",
}

// FileType is the kind of content a file has, as castor-upload names it.
type FileType string

// The file types that the catalog takes.
const (
	DBT       FileType = "DBT"
	Viz       FileType = "VIZ"
	Warehouse FileType = "WAREHOUSE"
	Quality   FileType = "QUALITY"
)

// ParseFileType reads a file type as castor-upload writes it.
func ParseFileType(text string) (FileType, error) {
	switch t := FileType(text); t {
	case DBT, Viz, Warehouse, Quality:
		return t, nil
	}
	return "", fault.Invalidf("%.40q is not a file type: use DBT, VIZ, WAREHOUSE or QUALITY, and for any other castor's own castor-upload", text)
}

// Path returns where a file of a type goes, below the address of the zone. The timestamp (seconds since 1970) is for the types
// whose files carry none in their own names.
func Path(t FileType, sourceID, timestamp, name string) string {
	name = Base(name)
	switch t {
	case DBT:
		return "transformation-" + sourceID + "/" + timestamp + "-manifest.json"
	case Quality:
		return "quality-" + sourceID + "/" + timestamp + "-" + name
	case Warehouse:
		return "warehouse-" + sourceID + "/" + name
	default:
		return "visualization-" + sourceID + "/" + name
	}
}

// Base is the last part of a path that may come from any system: both slashes separate.
func Base(path string) string {
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// ParseSourceID parses the id of a source in the catalog, a UUID of any version, and returns it as the catalog's paths have it:
// lower case with hyphens.
func ParseSourceID(text string) (string, error) {
	const hyphenated, bare = 36, 32
	if n := len(text); n == hyphenated || n == bare {
		if id, err := uuid.Parse(text); err == nil {
			return id.String(), nil
		}
	}
	return "", fault.Invalidf("the source id %.60q is not a UUID such as 399a8b22-3187-41ec-8d3d-0242ac130003: "+
		"copy the one that the Catalog team gave you with the token", text)
}

// Endpoint returns the address of a zone or, in its place, a URL; without either, that of the EU zone.
func Endpoint(zone, rawURL string) (*url.URL, error) {
	if rawURL != "" {
		if zone != "" {
			return nil, fault.Invalidf("the catalog has both a zone and a url: keep one of them")
		}
		return parseURL(rawURL)
	}
	if zone == "" {
		zone = ZoneEU
	}
	address, ok := zones[zone]
	if !ok {
		return nil, fault.Invalidf("%.40q is not a zone of the catalog: use EU (app.castordoc.com) or US (app.us.castordoc.com)", zone)
	}
	return parseURL(address)
}

// publicAddress returns where the tokens of a zone can be tried, unless another address is given; nil with a URL in place of a
// zone, because then nobody knows one.
func publicAddress(zone, rawURL, given string) (*url.URL, error) {
	switch {
	case given != "":
		return parseURL(given)
	case rawURL != "":
		return nil, nil
	case zone == "":
		zone = ZoneEU
	}
	return parseURL(publicAPIs[zone])
}

func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Opaque != "" {
		return nil, fault.Invalidf("the url of the catalog is not an address such as https://ingest.castordoc.com: check how it is written")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.Invalidf("the url of the catalog must be an address alone, without a user, a ? part or a # part: the token has its own setting")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !httpkit.IsLoopback(u.Hostname())) {
		return nil, fault.Invalidf("the url of the catalog must begin with https:// (http:// is for this machine only, "+
			"because the token would travel in the clear to %s)", u.Host)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}
