package server

import (
	"net/http"
	"strings"
	"testing"
)

func TestFaults_aPortalRedirectsADelivery(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.set(Fault{Name: "upload_302"})
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a := c.deliver("1-reports.json", "[]")
	if a.status != http.StatusFound || !strings.HasPrefix(a.header.Get("Location"), "https://portal.") || len(c.s.Files()) != 0 {
		t.Errorf("%d to %q, and %d files are kept", a.status, a.header.Get("Location"), len(c.s.Files()))
	}
}

// askPublic sends a body to the catalog's public API, as a correct client does.
func (c *client) askPublic(body string) answer {
	c.t.Helper()
	ready := c.s.Ready()
	return c.do("POST", ready.Catalog+PublicPath, body, "Content-Type", "application/json", "Authorization", "Token "+ready.CatalogToken)
}

func TestThePublicAPI_isAsStrictAsItsDocumentation(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	ready := c.s.Ready()
	const good = `{"query":"{__typename}"}`
	token := "Token " + ready.CatalogToken
	const unknown = `{"errors":[{"extensions":{"code":"UNAUTHENTICATED"},"message":"The token is missing, invalid, expired or revoked"}]}`
	for name, test := range map[string]struct {
		method, token, contentType, body string
		status                           int
		want                             string
	}{
		"a known token": {"POST", token, "application/json", good, 200, `{"data":{"__typename":"Query"}}`},
		"with a charset": {
			"POST", token, "application/json; charset=utf-8", `{"query":"query { __typename }"}`, 200, `{"data":{"__typename":"Query"}}`,
		},
		"an unknown token":        {"POST", "Token x", "application/json", good, 200, unknown},
		"another form of header":  {"POST", "Bearer " + ready.CatalogToken, "application/json", good, 200, unknown},
		"the token alone":         {"POST", ready.CatalogToken, "application/json", good, 200, unknown},
		"no token":                {"POST", "", "application/json", good, 404, ""},
		"another method":          {"GET", token, "application/json", "", 405, ""},
		"another type":            {"POST", token, "text/plain", good, 415, ""},
		"no type":                 {"POST", token, "", good, 415, ""},
		"no JSON":                 {"POST", token, "application/json", "{__typename}", 400, ""},
		"an empty body":           {"POST", token, "application/json", "", 400, ""},
		"a member that is not it": {"POST", token, "application/json", `{"query":"{__typename}","more":1}`, 400, ""},
		"no query":                {"POST", token, "application/json", `{}`, 500, ""},
		"a query that is none":    {"POST", token, "application/json", `{"query":"__typename"}`, 500, ""},
		"an unknown field":        {"POST", token, "application/json", `{"query":"{secrets}"}`, 400, ""},
	} {
		a := c.do(test.method, ready.Catalog+PublicPath, test.body, "Content-Type", test.contentType, "Authorization", test.token)
		if a.status != test.status || test.want != "" && string(a.body) != test.want {
			t.Errorf("%s: %d %s, want %d %s", name, a.status, a.body, test.status, test.want)
		}
	}
	if files := c.s.Files(); len(files) != 0 {
		t.Errorf("the catalog keeps %v", files)
	}
	c.set(Fault{Name: "upload_503"}, Fault{Name: "upload_page_200"})
	if a := c.do("HEAD", ready.Catalog+"/", ""); a.status != 404 || c.s.Faults()[0].Matched != 0 {
		t.Errorf("a look at the host is a delivery: %d", a.status)
	}
}
