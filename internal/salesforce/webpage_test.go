package salesforce

import (
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
)

const portal = "<html><head><title>Sign in to the network</title></head><body>welcome</body></html>"

// pages are one page in many forms.
var pages = map[string]string{
	"plainly":                      portal,
	"a doctype":                    "<!DOCTYPE html>\n" + portal,
	"a byte order mark, a comment": "\xef\xbb\xbf<!-- edge 7 -->\n" + portal,
	"a script":                     "<script>top.location='/login'</script>" + portal,
	"white space":                  "\r\n\t  " + portal,
	"much of a comment":            "<!--" + strings.Repeat("=", 9000) + "-->" + portal,
	"UTF-16":                       wide("<!doctype html>" + portal),
}

func wide(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}

// questions are all requests of the client, by their subject.
var questions = map[string]func(context.Context, *Client) error{
	"a login":     func(ctx context.Context, c *Client) error { _, err := c.Login(ctx); return err },
	"a query":     func(ctx context.Context, c *Client) error { _, err := Count(ctx, c); return err },
	"a describe":  func(ctx context.Context, c *Client) error { _, err := c.DescribeReport(ctx, reportID(1)); return err },
	"limits":      func(ctx context.Context, c *Client) error { _, _, err := c.Usage(ctx); return err },
	"the clock":   func(ctx context.Context, c *Client) error { _, err := c.Clock(ctx); return err },
	"permissions": func(ctx context.Context, c *Client) error { _, err := c.Permissions(ctx); return err },
	"the org":     func(ctx context.Context, c *Client) error { _, err := c.Organization(ctx); return err },
}

func TestClient_aPageIsNoAnswerHoweverItBegins(t *testing.T) {
	t.Parallel()
	for question, ask := range questions {
		for form, page := range pages {
			for _, media := range []string{"text/html", "application/json;charset=UTF-8", "text/plain", ""} {
				synctest.Test(t, func(t *testing.T) {
					org := &fakeOrg{}
					client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
						if r.URL.Path == origin.TokenPath && question != "a login" {
							return inProcess(org).RoundTrip(r)
						}
						return answertest.Reply(200, page, "Content-Type: "+media, "Date: Tue, 24 Nov 2026 19:16:10 GMT", "Sforce-Limit-Info: api-usage=9/10"), nil
					}))
					m := new(Meter)
					err := ask(WithMeter(t.Context(), m), client)
					if !fault.Is(err, fault.Transient) {
						t.Fatalf("%s, %s as %q: got %v, want a transient fault", question, form, media, err)
					}
					if says := err.Error(); !strings.Contains(says, "acme.my.salesforce.com") || !strings.Contains(says, `"Sign in to the network"`) {
						t.Errorf("%s, %s as %q: the error names neither the host nor the page: %s", question, form, media, says)
					}
					if _, told := m.Limit(); told || m.Date().Day() == 24 {
						t.Errorf("%s, %s as %q: the page told the time %v, and a usage: %t", question, form, media, m.Date(), told)
					}
				})
			}
		}
	}
}

// The errors of other statuses name the page too.
func TestClient_anErrorPageIsNamed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{403, 404, 502, 503, 511} {
		synctest.Test(t, func(t *testing.T) {
			org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(status)
				_, _ = w.Write([]byte("<!-- x -->" + portal))
			}}
			_, err := Count(t.Context(), inside(t, inProcess(org)))
			if err == nil || !strings.Contains(err.Error(), `"Sign in to the network"`) {
				t.Errorf("%d: got %v", status, err)
			}
		})
	}
}

// A portal repeats what was sent to it.
func TestClient_aPageShowsNoSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			title := strings.Repeat("x", 60) + " " + r.PostForm.Get("client_secret") + " " + r.PostForm.Get("client_id")
			return answertest.Reply(200, "<!-- x --><title>"+title+"</title>", "Content-Type: text/html"), nil
		}))
		_, err := client.Login(t.Context())
		if err == nil || strings.Contains(err.Error(), "leaked") {
			t.Errorf("got %v", err)
		}
	})
}

// The JSON of a gateway makes no report gone, refused or unsupported.
func TestClient_aGatewaysErrorIsNoneOfSalesforce(t *testing.T) {
	t.Parallel()
	const report = "00O000000000001AAA"
	for _, status := range []int{400, 403, 404, 500, 501} {
		for _, body := range []string{
			`{"message":"no Route matched with those values"}`, `{"error":"not_found","message":"x"}`, `{}`, `[]`, `[{"message":"Forbidden"}]`,
		} {
			synctest.Test(t, func(t *testing.T) {
				org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(status)
					_, _ = io.WriteString(w, body)
				}}
				client := inside(t, inProcess(org))
				_, described := client.DescribeReport(t.Context(), report)
				_, counted := Count(t.Context(), client)
				for what, err := range map[string]error{"a describe": described, "a query": counted} {
					if !fault.Is(err, fault.Transient) {
						t.Errorf("%s, %d %s: %v, want a fault that may pass", what, status, body, err)
					}
					const says = `JSON that is not Salesforce's ("no Route matched with those values") arrived instead of an answer from `
					if shown := fault.From(err).Message; status != 500 && strings.Contains(body, "Route") && !strings.HasPrefix(shown, says) {
						t.Errorf("%s, %d: %q does not name what answered", what, status, shown)
					}
				}
			})
		}
	}
}

// The page of a proxy asks for a login of its own.
func TestClient_aProxyThatWantsALoginEndsNoSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		org := &fakeOrg{}
		front := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if away.Load() && r.URL.Path != origin.TokenPath {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, portal)
				return
			}
			org.ServeHTTP(w, r)
		})
		slots, bound := bounding(60)
		client := inside(t, inProcess(front), bound)
		if _, err := client.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		away.Store(true)
		for range 20 {
			if _, err := Count(t.Context(), client); !fault.Is(err, fault.Transient) || !strings.Contains(err.Error(), "Sign in to the network") {
				t.Fatalf("got %v", err)
			}
			pass(t, 10*time.Minute)
		}
		if slots.count() != 1 {
			t.Errorf("%d logins for pages of a proxy, want one", slots.count())
		}
	})
}
