package catalog

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf16"

	"longhaul/internal/fault"
)

const signIn = "<html><head><title>Sign in to the network</title></head><body></body></html>"

func utf16Of(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

// A web page instead of the catalog's answer is no delivery, however it begins and whatever its status and type.
func TestSend_takesNoPageForADelivery(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a script first":          "<script>top.location='/login'</script>" + signIn,
		"a BOM and a comment":     "\xef\xbb\xbf<!-- portal -->\n" + signIn,
		"a comment of 2 kB first": "<!--" + strings.Repeat("=", 2048) + "-->" + signIn,
		"XHTML":                   `<?xml version="1.0" encoding="utf-8"?>` + "\n" + signIn,
		"UTF-16":                  utf16Of(signIn),
		"whitespace":              strings.Repeat("\r\n", 400) + signIn,
	} {
		for _, status := range []int{200, 201, 409} {
			for _, media := range []string{"text/html", "application/json", "text/plain; charset=utf-16", ""} {
				var calls atomic.Int32
				address := serve(t, func(w http.ResponseWriter, r *http.Request) {
					calls.Add(1)
					_, _ = io.Copy(io.Discard, r.Body)
					w.Header()["Content-Type"] = []string{media}
					w.Header().Set("Server", "Portal/1.2")
					w.WriteHeader(status)
					_, _ = io.WriteString(w, body)
				})
				_, err := newBench(t, address, nil).Send(t.Context(), testPath, fileOf("[]"))
				want := `a web page called "Sign in to the network" of "Portal/1.2" came from ` + strings.TrimPrefix(address, "http://")
				f := fault.From(err)
				if f == nil || f.Class != fault.Transient || f.System != fault.Catalog || !strings.Contains(f.Message, want) || calls.Load() != 3 {
					t.Errorf("%s with %d as %q: %v after %d tries", name, status, media, err, calls.Load())
				}
			}
		}
	}
}

func TestSend_believesNoSuccessThatIsNotTheCatalogs(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
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
		"a gateway's error as JSON": {status: 200, body: `{"error":{"code":"blocked"}}`, class: fault.Transient, message: "tells of an error"},
		"errors of another service": {status: 200, body: `{"errors":[{"message":"no"}]}`, class: fault.Transient, message: "tells of an error"},
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
		"an error by its code":      {status: 200, body: `{"error":{"code":17}}`, class: fault.Transient, message: "tells of an error"},
		"an error among empty ones": {status: 200, body: `{"errors":[{},{"message":"no"}]}`, class: fault.Transient, message: `("no")`},
		"errors that are counted":   {status: 200, body: `{"errors":{"count":2}}`, class: fault.Transient, message: "tells of an error"},
		"an error that is true":     {status: 200, body: `{"error":true,"detail":"full"}`, class: fault.Transient, message: `("full")`},
		"no success, as a text":     {status: 200, body: `{"success" : "False"}`, class: fault.Transient, message: "tells of an error"},
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
			class: fault.Transient, message: "tells of an error in place of a delivery:",
		},
		"words without end": {
			status: 200, body: `{"error":"` + strings.Repeat("long ", 400) + `"}`,
			class: fault.Transient, message: `long long…")`,
		},
		"the token itself": {
			status: 200, body: `{"error":"bad token ` + testToken + `"}`,
			class: fault.Transient, message: "in place of a delivery:",
		},
		"an encoding nobody asked for": {
			status: 200, header: map[string]string{"Content-Encoding": "br"}, body: "x", class: fault.Transient, message: "encoding",
		},
		"a portal that says what it is": {
			status: 511,
			class:  fault.Transient, message: "login portal of the network answers in place of the catalog",
		},
		"a portal's page": {
			status: 511, body: signIn,
			class: fault.Transient, message: `what answers is a web page called "Sign in to the network"`,
		},
		"a proxy that wants a login": {status: 407, body: signIn, class: fault.Invalid, message: "asks for a login (407)"},
		"a firewall's page":          {status: 403, body: "<!-- x -->" + signIn, class: fault.LoginRefused, message: `so it may come from a proxy or a portal`},
		"a redirect to a portal": {
			status: 302, header: map[string]string{"Location": "https://portal.invalid/login?secret=1"}, class: fault.Invalid,
			message: "(it leads to portal.invalid)",
		},
		"a permanent redirect elsewhere": {
			status: 308, header: map[string]string{"Location": "https://portal.invalid/"}, class: fault.Invalid,
			message: "(it leads to portal.invalid)",
		},
	} {
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

func TestSend_readsACompressedPage_andNoTokenOutOfOne(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Encoding", "gzip")
		zipped := gzip.NewWriter(w)
		_, _ = io.WriteString(zipped, "<!-- x --><title>You sent "+r.Header.Get("Authorization")+"</title>")
		_ = zipped.Close()
	})
	b := newBench(t, address, nil)
	_, err := b.Send(t.Context(), testPath, fileOf("[]"))
	if err == nil || !strings.Contains(err.Error(), "a web page came from") || strings.Contains(err.Error()+b.log.String(), testToken) {
		t.Errorf("got %v", err)
	}
}

// An answer that breaks off may be anything. The file may have arrived all the same, which the next try learns.
func TestSend_believesNoAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls.Add(1) > 1 {
			w.WriteHeader(http.StatusConflict)
			return
		}
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "{\"kind\":")
		_ = http.NewResponseController(w).Flush()
		hijack(w)
	})
	receipt, err := newBench(t, address, nil).Send(t.Context(), testPath, fileOf("[1]"))
	if err != nil || receipt.Status != http.StatusConflict || calls.Load() != 2 {
		t.Errorf("got %+v, %v after %d tries", receipt, err, calls.Load())
	}
}

// What stands between may have changed the answer to a delivery: its status, its body or both. That the file is there then is
// its proof.
func TestSend_learnsOfADeliveryWhoseAnswerWasChanged(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status         int
		body, encoding string
	}{
		"the status":        {status: http.StatusNonAuthoritativeInfo},
		"an error as JSON":  {status: http.StatusOK, body: `{"error":{"code":"blocked"}}`},
		"a failed status":   {status: http.StatusCreated, body: `{"status":"failed"}`},
		"no success":        {status: http.StatusAccepted, body: `{"success":false}`},
		"a page":            {status: http.StatusOK, body: signIn},
		"an encoded answer": {status: http.StatusOK, body: "x", encoding: "br"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if calls.Add(1) > 1 {
					w.WriteHeader(http.StatusConflict)
					return
				}
				if row.encoding != "" {
					w.Header().Set("Content-Encoding", row.encoding)
				}
				w.WriteHeader(row.status)
				_, _ = io.WriteString(w, row.body)
			})
			receipt, err := newBench(t, address, nil).Send(t.Context(), testPath, fileOf("[1]"))
			if err != nil || receipt.Status != http.StatusConflict || receipt.SHA256 != sumOf("[1]") || calls.Load() != 2 {
				t.Errorf("got %+v, %v after %d tries", receipt, err, calls.Load())
			}
		})
	}
}

// A file that can take another name does so, unless the catalog itself was in trouble: then it may well have the file.
func TestSend_aRenamableFileIsForeignWhereOnlyAProxyAnswered(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		before  []int
		foreign bool
	}{
		"a proxy":                   {[]int{http.StatusMultiStatus}, true},
		"a proxy twice":             {[]int{http.StatusMultiStatus, http.StatusNonAuthoritativeInfo}, true},
		"the catalog":               {[]int{http.StatusBadGateway}, false},
		"a proxy, then the catalog": {[]int{http.StatusMultiStatus, http.StatusBadGateway}, false},
		"the catalog, then a proxy": {[]int{http.StatusBadGateway, http.StatusMultiStatus}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if n := int(calls.Add(1)); n <= len(row.before) {
					w.WriteHeader(row.before[n-1])
					return
				}
				w.WriteHeader(http.StatusConflict)
			})
			file := fileOf("[1]")
			file.Renamable = true
			receipt, err := newBench(t, address, nil).Send(t.Context(), testPath, file)
			if foreign := errors.Is(err, ErrConflict); foreign != row.foreign || !foreign && (err != nil || receipt.SHA256 == "") {
				t.Errorf("got %+v, %v", receipt, err)
			}
		})
	}
}

// What never left this machine has no reach, and a try that is cut short has an unknown one.
func TestSend_tellsItsReach(t *testing.T) {
	t.Parallel()
	refuse := func(status int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(status)
		}
	}
	gone := fileOf("[1]")
	gone.Open = func() (io.ReadCloser, error) { return nil, errors.New("the bucket is away") }
	for name, row := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		file   File
		want   Reach
	}{
		"a file that cannot be read": {refuse(http.StatusOK), gone, ReachNone},
		"refusals":                   {refuse(http.StatusTooManyRequests), fileOf("[1]"), ReachNone},
		"a proxy":                    {refuse(http.StatusMultiStatus), fileOf("[1]"), ReachProxy},
		"trouble of the catalog":     {refuse(http.StatusBadGateway), fileOf("[1]"), ReachUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receipt, err := newBench(t, serve(t, row.answer), nil).Send(t.Context(), testPath, row.file)
			if err == nil || receipt.Reach != row.want {
				t.Errorf("got reach %q and %v, want %q", receipt.Reach, err, row.want)
			}
		})
	}
	for name, cause := range map[string]error{
		"cut short": nil, "cut short with a cause of the caller's": errors.New("nothing was heard of the attempt"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			address := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				cancel(cause)
				<-r.Context().Done()
			})
			if receipt, err := newBench(t, address, nil).Send(ctx, testPath, fileOf("[1]")); err == nil || receipt.Reach != ReachUnknown {
				t.Errorf("got reach %q and %v", receipt.Reach, err)
			}
		})
	}
}

// A success that is answered before the whole file was sent says nothing of it: the file that is there is another's.
func TestSend_learnsOfNoDeliveryFromASuccessThatCameTooEarly(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) > 1 {
			w.WriteHeader(http.StatusConflict)
			return
		}
		_, _ = io.WriteString(w, `{"error":"blocked"}`)
	})
	if _, err := newBench(t, address, nil).Send(t.Context(), testPath, zeros(64<<20)); !errors.Is(err, ErrConflict) || calls.Load() != 2 {
		t.Errorf("got %v after %d tries, want a conflict", err, calls.Load())
	}
}

// The same answer is read in the same way each time.
func TestReportsError_prefersTheNameAsItIs(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"Error":"other","error":null,"ERROR":"third"}`:                "",
		`{"error":"this","Error":null,"ERROR":"third"}`:                 "this",
		`{"Errors":[{"message":"second"}],"ERRORS":[{"detail":"one"}]}`: "one",
	} {
		for range 50 {
			if said, is := reportsError([]byte(body), ""); said != want || is != (want != "") {
				t.Fatalf("%s: it says %q, an error %t", body, said, is)
			}
		}
	}
}
