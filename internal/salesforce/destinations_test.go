package salesforce

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
)

func TestNormalizeHost_refusesHostsOfPages(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"acme--c.vf.force.com", "acme--c.na123.visual.force.com", "acme--c.sandbox.vf.force.com", "acme.visualforce.com", "acme--c.vf.crmforce.mil",
		"acme.file.force.com", "acme--c.documentforce.com", "acme--c.na1.content.force.com", "acme.my.force-user-content.com",
		"acme.my.site.com", "acme--uat.sandbox.my.site.com", "acme.secure.force.com", "acme.my.salesforce-sites.com", "acme.force.com", "acme.my.force.com",
		"acme.builder.salesforce-experience.com", "acme.live-preview.salesforce-experience.com", "acme.preview.salesforce-experience.com",
		"acme.my.salesforce-scrt.com", "d.la1-c1-ia4.salesforceliveagent.com", "eu12.salesforce-setup.com", "lightning.force.com", "force.com",
		"sfcrmapps.cn", "acme.sfcrmapps.cn", "acme.vf.sfcrmapps.cn", "acme.crmforce.mil", "acme.my.salesforce-sites.com.mcas.ms", "mcas.ms",
		"crm.acme.example.mcas.ms", "acme.my.salesforce.com.us2.cas.ms", "acme.my.salesforce.com.mcas-gov.us", "x.mcas-gov.ms",
		"acme--c.vf.force.com.mcas.ms", ".lightning.force.com.mcas.ms",
	} {
		_, err := New(Config{BaseURL: host, Credentials: giveCredentials})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "base_url") || !strings.Contains(err.Error(), "acme.my.salesforce.com") {
			t.Errorf("%s: got %v, want a refusal that says what to write", host, err)
		}
	}
}

func TestNew_refusesClientCredentialsOnEverySharedHost(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"login.salesforce.com", "test.salesforce.com", "login.salesforce.com:443", "login.salesforce.com.mcas.ms", "login.salesforce.mil",
		"test.sfcrmproducts.cn",
	} {
		_, err := New(Config{BaseURL: host, Credentials: giveCredentials})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "My Domain") {
			t.Errorf("%s: got %v", host, err)
		}
		if _, err := New(Config{BaseURL: host, Auth: AuthPassword, Credentials: giveCredentials}); err != nil {
			t.Errorf("%s with a password: %v", host, err)
		}
	}
}

// watcher keeps what was sent, and answers by a function.
type watcher struct {
	sent   []string // method and address
	secret bool     // something of the login was sent
	answer func(*http.Request) *http.Response
}

func (w *watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte{}
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	w.sent = append(w.sent, r.Method+" "+r.URL.String())
	w.secret = w.secret || strings.Contains(string(body)+r.URL.String()+r.Header.Get("Authorization"), "leaked")
	return w.answer(r), nil
}

// An unknown host gets no login before it has given the list of API versions.
func TestLogin_goesToNoUnknownHostThatIsNoWayToSalesforce(t *testing.T) {
	t.Parallel()
	token := `{"access_token":"x","id":"https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS"}`
	for _, row := range []struct {
		name, host string
		status     int
		body       string
		sends      bool // the login
		says       string
	}{
		{"a page", "portal.acme.example", 200, portal, false, "base_url"},
		{"a page that says it is JSON", "portal.acme.example", 200, "\xef\xbb\xbf" + portal, false, "base_url"},
		{"a service that is none of Salesforce", "api.acme.example", 404, `{"error":"no such thing"}`, false, "base_url"},
		{"a service that wants a login", "api.acme.example", 401, `{"error":"who are you"}`, false, "base_url"},
		{"a service that answers everything", "api.acme.example", 200, `{"ok":true}`, false, "base_url"},
		{"a host that is misspelt", "acme.my.salesforce.co", 200, `<html>this domain is for sale</html>`, false, "base_url"},
		{"a host that only begins as Salesforce's do", "acme.my.salesforce.com.acme.example", 200, portal, false, "base_url"},
		{"a site of Salesforce that is no org", "help.salesforce.com", 200, portal, false, "base_url"},
		{"a gateway in trouble", "crm.acme.example", 503, portal, false, "in trouble"},
		{"a site that leads to another", "acme.example", 301, portal, false, "www.acme.example"},
		{"an address", "10.1.2.3", 200, portal, false, "base_url"},
		{"a gateway to Salesforce", "crm.acme.example", 200, versionList, true, ""},
		{"an org", "acme.my.salesforce.com", 404, portal, true, ""},
		{"an org in China", "acme.my.sfcrmproducts.cn", 404, portal, true, ""},
		{"this machine", "localhost:8443", 404, portal, true, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &watcher{answer: func(r *http.Request) *http.Response {
				if r.URL.Path == origin.TokenPath {
					return answertest.Reply(200, token, "Content-Type: application/json")
				}
				return answertest.Reply(row.status, row.body, "Content-Type: application/json", "Location: https://www.acme.example/")
			}}
			client := inside(t, w, func(c *Config) { c.BaseURL = row.host })
			_, err := client.Login(t.Context())
			if w.secret != row.sends || (err == nil) != row.sends {
				t.Errorf("%s: the login was sent: %t, want %t; %q, %v", row.name, w.secret, row.sends, w.sent, err)
			}
			if row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
				t.Errorf("%s: it says %v", row.name, err)
			}
			if e := apierror.From(err); !row.sends && row.status < 500 && (e == nil || !e.Astray()) {
				t.Errorf("%s: it is no fault of the settings", row.name)
			}
			if row.sends { // the host is not asked for its versions again
				before := len(w.sent)
				client.Renew(time.Now())
				if _, err := client.Login(t.Context()); err != nil || len(w.sent) != before+1 {
					t.Errorf("%s: a second login sends %q, %v", row.name, w.sent[before:], err)
				}
			}
		})
	}
}

func TestLogin_theTokenGoesToNoHostButSalesforces(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ base, instance, want string }{
		{"acme.my.salesforce.com", "https://acme.my.salesforce.com", "https://acme.my.salesforce.com"},
		{"acme.my.salesforce.com", "https://Other.My.Salesforce.com:443/", "https://other.my.salesforce.com"},
		{"login.salesforce.com", "https://acme.my.salesforce.com", "https://acme.my.salesforce.com"},
		{"login.salesforce.com", "https://na123.salesforce.com", "https://na123.salesforce.com"},
		{"acme.my.salesforce.com", "https://acme.lightning.force.com", "https://acme.my.salesforce.com"},
		{"acme.my.salesforce.mil", "https://acme.my.salesforce.mil", "https://acme.my.salesforce.mil"},
		{"crm.acme.example", "https://crm.acme.example", "https://crm.acme.example"},
		{"crm.acme.example", "https://acme.my.salesforce.com", "https://acme.my.salesforce.com"},
		{"http://127.0.0.1:8080", "http://127.0.0.1:9090", "http://127.0.0.1:9090"},
		{"https://127.0.0.1:8080", "https://localhost:9090", "https://localhost:9090"},

		{"acme.my.salesforce.com", "https://evil.example", ""},
		{"acme.my.salesforce.com", "https://acme.my.salesforce.com.evil.example", ""},
		{"acme.my.salesforce.com", "https://evilsalesforce.com", ""},
		{"acme.my.salesforce.com", "https://acme.my.site.com", ""},
		{"acme.my.salesforce.com", "https://127.0.0.1:9090", ""},
		{"acme.my.salesforce.com", "http://acme.my.salesforce.com", ""},
		{"acme.my.salesforce.com", "https://u:p@acme.my.salesforce.com", ""},
		{"crm.acme.example", "https://other.acme.example", ""},
		{"http://127.0.0.1:8080", "https://evil.example", ""},
		{"http://127.0.0.1:8080", "http://acme.my.salesforce.com", ""},
		{"login.salesforce.com", "", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &watcher{answer: func(r *http.Request) *http.Response {
				switch {
				case r.URL.Path == origin.TokenPath:
					return answertest.Reply(200, `{"access_token":"leaked.token","instance_url":"`+row.instance+
						`","id":"https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS"}`, "Content-Type: application/json")
				case r.URL.Path == origin.DataPath:
					return answertest.Reply(200, versionList, "Content-Type: application/json")
				}
				return answertest.Reply(200, `{"totalSize":1,"done":true,"records":[]}`, "Content-Type: application/json")
			}}
			client := inside(t, w, func(c *Config) { c.BaseURL, c.Auth = row.base, AuthPassword })
			_, err := Count(t.Context(), client)
			last := w.sent[len(w.sent)-1]
			if row.want == "" && (err == nil || !strings.HasSuffix(last, origin.TokenPath)) {
				t.Errorf("%s names %q: got %v after %s", row.base, row.instance, err, last)
			}
			if row.want != "" && (err != nil || !strings.HasPrefix(last, "GET "+row.want+"/services/data/") || instanceOf(client) != row.want) {
				t.Errorf("%s names %q: got %v after %s", row.base, row.instance, err, last)
			}
		})
	}
}

// These tokens cannot stand in a header.
func TestLogin_aTokenThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "a b", `a\r\nX-Evil: 1`, "a\u00e9"} {
		synctest.Test(t, func(t *testing.T) {
			w := &watcher{answer: func(*http.Request) *http.Response {
				return answertest.Reply(200, `{"access_token":"`+token+`","id":"https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS"}`,
					"Content-Type: application/json")
			}}
			if _, err := inside(t, w).Login(t.Context()); !fault.Is(err, fault.Transient) {
				t.Errorf("%q: got %v", token, err)
			}
		})
	}
}
