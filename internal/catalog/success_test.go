package catalog

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

// successes are answers with a status of success, and others that come from a proxy or a portal.
var successes = map[string]struct {
	status  int
	header  map[string]string
	body    string
	class   fault.Class // empty: delivered
	message string
}{
	"nothing":                   {status: 200},
	"a word":                    {status: 200, body: "OK"},
	"no content":                {status: 204},
	"JSON of the store":         {status: 200, body: `{"kind":"storage#object","name":"x","error":null}`},
	"XML of the store":          {status: 201, body: `<?xml version="1.0"?><PostResponse><Key>x</Key></PostResponse>`},
	"a gateway's error as JSON": {status: 200, body: `{"error":{"code":"blocked"}}`, class: fault.Transient, message: "reports an error"},
	"errors of another service": {status: 200, body: `{"errors":[{"message":"no"}]}`, class: fault.Transient, message: "reports an error"},
	"taken, with a receipt":     {status: 202, body: `{"status":"queued","success":true,"id":7,"errors":[]}`},
	"taken, in other words":     {status: 202, body: "Accepted\r\n"},
	"a status in numbers":       {status: 200, body: `{"status":200,"message":"ok"}`},
	"a list":                    {status: 201, body: "[]"},
	"no errors, with a space":   {status: 200, body: `{"errors":[ ]}`},
	"no error, over two lines":  {status: 200, body: "{\"error\": {\n}}"},
	"no errors, counted":        {status: 200, body: `{"errors":{"count":0,"items":[]}}`},
	"no error, in its fields":   {status: 200, body: `{"error":{"code":0,"message":"","retry":false,"cause":null}}`},
	"no error, in numbers":      {status: 200, body: `{"error":0.0}`},
	"no error, as a text":       {status: 200, body: `{"error":" ","errors":[null,{}],"success":"true","status":"200"}`},
	"an error by its code":      {status: 200, body: `{"error":{"code":17}}`, class: fault.Transient, message: "reports an error"},
	"an error among empty ones": {status: 200, body: `{"errors":[{},{"message":"no"}]}`, class: fault.Transient, message: `("no")`},
	"errors that are counted":   {status: 200, body: `{"errors":{"count":2}}`, class: fault.Transient, message: "reports an error"},
	"an error that is true":     {status: 200, body: `{"error":true,"detail":"full"}`, class: fault.Transient, message: `("full")`},
	"no success, as a text":     {status: 200, body: `{"success" : "False"}`, class: fault.Transient, message: "reports an error"},
	"by a transforming proxy": {
		status: 203, header: map[string]string{"Server": "Squid/5"},
		class: fault.Transient, message: `an answer of "Squid/5" came from 127.0.0.1:`,
	},
	"reset your form":           {status: 205, class: fault.Transient, message: "a status that no delivery has (205)"},
	"a part of a thing":         {status: 206, class: fault.Transient, message: "a status that no delivery has (206)"},
	"of several things":         {status: 207, body: "<multistatus/>", class: fault.Transient, message: "a status that no delivery has (207)"},
	"reported already":          {status: 208, class: fault.Transient, message: "a status that no delivery has (208)"},
	"a difference":              {status: 226, class: fault.Transient, message: "a status that no delivery has (226)"},
	"a success that nobody has": {status: 299, class: fault.Transient, message: "a status that no delivery has (299)"},
	"an error in words": {
		status: 200, body: `{"error":"no such \u001b[31m source"}`,
		class: fault.Transient, message: `delivery ("no such [31m source")`,
	},
	"an error of GraphQL": {
		status: 200, body: `{"data":null,"errors":[{"message":"not allowed"}]}`,
		class: fault.Transient, message: `("not allowed")`,
	},
	"an error behind a mark": {
		status: 202, body: "\xef\xbb\xbf" + `{"Error":{"code":"blocked"}}`,
		class: fault.Transient, message: `("blocked")`,
	},
	"no success": {status: 200, body: `{"success":false,"message":"quota"}`, class: fault.Transient, message: `("quota")`},
	"a failed status": {
		status: 201, body: `{"status":"Error","detail":"scan at https://x.invalid/?secret=1"}`,
		class: fault.Transient, message: `("scan at https://x.invalid/[hidden]")`,
	},
	"a status of a refusal": {status: 200, body: `{"status":403,"title":"Forbidden"}`, class: fault.Transient, message: `("Forbidden")`},
	"a status as a text": {
		status: 200, body: `{"status":"500"}`,
		class: fault.Transient, message: "reports an error instead of a delivery:",
	},
	"words without end": {
		status: 200, body: `{"error":"` + strings.Repeat("long ", 400) + `"}`,
		class: fault.Transient, message: `long long…")`,
	},
	"the token itself": {
		status: 200, body: `{"error":"bad token ` + testToken + `"}`,
		class: fault.Transient, message: "instead of a delivery:",
	},
	"an encoding nobody asked for": {
		status: 200, header: map[string]string{"Content-Encoding": "br"}, body: "x", class: fault.Transient, message: "encoding",
	},
	"a portal that says what it is": {
		status: 511,
		class:  fault.Transient, message: "login portal of the network answers instead of the catalog",
	},
	"a portal's page": {
		status: 511, body: signIn,
		class: fault.Transient, message: `what answers is a web page called "Sign in to the network"`,
	},
	"a proxy that wants a login": {status: 407, body: signIn, class: fault.Invalid, message: "requires a login (407)"},
	"a firewall's page":          {status: 403, body: "<!-- x -->" + signIn, class: fault.LoginRefused, message: `so it may come from a proxy or a portal`},
	"a redirect to a portal": {
		status: 302, header: map[string]string{"Location": "https://portal.invalid/login?secret=1"}, class: fault.Invalid,
		message: "(it leads to portal.invalid)",
	},
	"a permanent redirect elsewhere": {
		status: 308, header: map[string]string{"Location": "https://portal.invalid/"}, class: fault.Invalid,
		message: "(it leads to portal.invalid)",
	},
}

func TestSend_believesNoSuccessThatIsNotTheCatalogs(t *testing.T) {
	t.Parallel()
	for name, row := range successes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				for key, value := range row.header {
					w.Header().Set(key, value)
				}
				w.WriteHeader(row.status)
				_, _ = io.WriteString(w, row.body)
			})
			_, err := newBench(t, address, nil).Send(t.Context(), testPath, fileOf("[]"))
			f := fault.From(err)
			switch {
			case row.class == "" && err != nil:
				t.Error(err)
			case row.class != "" && (f == nil || f.Class != row.class || !strings.Contains(f.Message, row.message) || strings.Contains(f.Message, "secret") ||
				strings.Contains(f.Message, testToken) || len(f.Message) > 600):
				t.Errorf("got %v, want %s and %q", err, row.class, row.message)
			}
		})
	}
}
