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
	"longhaul/internal/reach"
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

// An answer that breaks off proves nothing. The file may have arrived all the same, and the next try finds out.
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

// A proxy may have changed the answer to a delivery: its status, its body or both. That the catalog then has the file proves the
// delivery.
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

// A file that can take another name does so, unless the catalog itself was in trouble: then it may have the file.
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

// A file that never left this machine has no reach, and a try that was ended has an unknown one.
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
		want   reach.Reach
	}{
		"a file that cannot be read": {refuse(http.StatusOK), gone, reach.None},
		"refusals":                   {refuse(http.StatusTooManyRequests), fileOf("[1]"), reach.None},
		"a proxy":                    {refuse(http.StatusMultiStatus), fileOf("[1]"), reach.Proxy},
		"trouble of the catalog":     {refuse(http.StatusBadGateway), fileOf("[1]"), reach.Unknown},
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
			if receipt, err := newBench(t, address, nil).Send(ctx, testPath, fileOf("[1]")); err == nil || receipt.Reach != reach.Unknown {
				t.Errorf("got reach %q and %v", receipt.Reach, err)
			}
		})
	}
}

// A success before the whole file was sent proves nothing: the file that the catalog has is another one.
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
