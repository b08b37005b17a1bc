package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const jsonType = "application/json;charset=UTF-8"

// maxBody bounds the body of a Salesforce call.
const maxBody = 6 << 20

// call is one request: from the network, or a part of a composite one.
type call struct {
	r        *http.Request
	version  string // v59.0
	base     string // /services/data/v59.0
	args     []string
	query    url.Values
	session  *session
	tenant   *tenant         // the org as it was when the call began
	instance int             // that the call came to
	caller   context.Context // done when the caller goes away or the server closes
	bare     bool            // a report is described without its extended metadata
	crowded  bool            // there were too many long calls when it began
}

// reply is what a handler answers. A tail ends the body after head and is compressed once for all.
type reply struct {
	status int
	body   []byte
	tail   *typeBody
	allow  string

	media      string // the type of the body, JSON when empty
	retryAfter int    // seconds, no header when zero
	damage     damage // done to it on its way

	ahead time.Duration // how far its Date is before the simulator's time
	usage string        // in the place of what the header tells of the limit
}

func jsonReply(status int, value any) reply {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return refusal(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
	}
	return reply{status: status, body: bytes.TrimSuffix(b.Bytes(), []byte("\n"))}
}

// apiError is one entry of the array that the REST API refuses with.
type apiError struct {
	Message   string `json:"message"`
	ErrorCode string `json:"errorCode"`
}

func refusal(status int, code, message string) reply {
	return jsonReply(status, []apiError{{message, code}})
}

var (
	notFound       = refusal(404, "NOT_FOUND", "The requested resource does not exist")
	expiredSession = refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
	dayIsSpent     = refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
)

// form reads the parameters of an OAuth call: those of the address, and of a body that says it is a form.
func (c *call) form() (url.Values, *reply) {
	form := url.Values{}
	for name, values := range c.query {
		form[name] = values
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody))
	if err != nil {
		bad := oauthRefusal("invalid_request", "the body cannot be read")
		return nil, &bad
	}
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return form, nil
	}
	posted, err := url.ParseQuery(string(body))
	if err != nil {
		bad := oauthRefusal("invalid_request", "the body is no form")
		return nil, &bad
	}
	for name, values := range posted {
		form[name] = values
	}
	return form, nil
}

// decode reads a JSON body.
func (c *call) decode(into any) *reply {
	decoder := json.NewDecoder(io.LimitReader(c.r.Body, maxBody))
	if err := decoder.Decode(into); err != nil {
		bad := refusal(400, "JSON_PARSER_ERROR", "The request body is not the JSON that this resource takes")
		return &bad
	}
	return nil
}

// bearer is the token of the Authorization header.
func (c *call) bearer() (token string, known bool) {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "OAuth")
}

// acceptsJSON follows the Accept header, as far as this API needs it.
func (c *call) acceptsJSON() bool {
	accept := c.r.Header.Get("Accept")
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

func (c *call) jsonBody() bool {
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
