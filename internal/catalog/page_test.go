package catalog

import (
	"compress/gzip"
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
		"a part of a thing":         {status: 206, class: fault.Invalid, message: "status that no delivery has (206)"},
		"an encoding nobody asked for": {
			status: 200, header: map[string]string{"Content-Encoding": "br"}, body: "x", class: fault.Transient, message: "encoding",
		},
		"a portal that says what it is": {status: 511, class: fault.Transient, message: "login portal of the network answers in place of the catalog"},
		"a portal's page":               {status: 511, body: signIn, class: fault.Transient, message: `what answers is a web page called "Sign in to the network"`},
		"a proxy that wants a login":    {status: 407, body: signIn, class: fault.Invalid, message: "asks for a login (407)"},
		"a firewall's page":             {status: 403, body: "<!-- x -->" + signIn, class: fault.LoginRefused, message: `so it may come from a proxy or a portal`},
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
			case row.class != "" && (f == nil || f.Class != row.class || !strings.Contains(f.Message, row.message) || strings.Contains(f.Message, "secret")):
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
