// Package call is one request to the Salesforce server: the route that it takes, and what it carries.
package call

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/tenant"
	"longhaul/internal/simulator/wire"
)

// Call is one request: from the network, or a part of a composite one.
type Call struct {
	Request  *http.Request
	Version  string   // v59.0, empty outside of the versioned resources
	Base     string   // /services/data/v59.0
	Args     []string // the parts of the path that stand for the stars of the route
	Query    url.Values
	Session  *session.Session
	Tenant   *tenant.Tenant  // the org as it was when the call began
	Instance int             // that the call came to
	Caller   context.Context // done when the caller goes away or the server closes

	NoExtended bool // a report is described without its extended metadata
	Ticket     int  // of limits.LongCalls
	Crowded    bool // there were too many long calls when it began
}

// Handler answers a call.
type Handler func(*Call) wire.Reply

// Decode reads a JSON body. It gives the refusal of another body.
func (c *Call) Decode(into any) *wire.Reply {
	decoder := json.NewDecoder(io.LimitReader(c.Request.Body, wire.MaxBody))
	if err := decoder.Decode(into); err != nil {
		bad := wire.Refusal(http.StatusBadRequest, "JSON_PARSER_ERROR", "The request body is not the JSON that this resource takes")
		return &bad
	}
	return nil
}

// Bearer is the token of the Authorization header, and whether its scheme is known.
func (c *Call) Bearer() (token string, known bool) {
	scheme, token, _ := strings.Cut(c.Request.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "OAuth")
}

// Client is the client that the header Sforce-Call-Options names; empty for none.
func (c *Call) Client() string {
	for option := range strings.FieldsFuncSeq(c.Request.Header.Get("Sforce-Call-Options"), func(r rune) bool { return r == ',' || r == ';' }) {
		if name, value, ok := strings.Cut(strings.TrimSpace(option), "="); ok && name == "client" {
			return value
		}
	}
	return ""
}

// AcceptsJSON follows the Accept header, as far as this API needs it.
func (c *Call) AcceptsJSON() bool {
	accept := c.Request.Header.Get("Accept")
	if accept == "" {
		return true
	}
	for entry := range strings.SplitSeq(accept, ",") {
		kind, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(entry)), ";")
		if kind == "*/*" || kind == "application/*" || kind == "application/json" {
			return true
		}
	}
	return false
}

// HasJSON reports whether the call says that its body is JSON.
func (c *Call) HasJSON() bool {
	kind, _, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
