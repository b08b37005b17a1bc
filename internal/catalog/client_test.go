package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"longhaul/internal/fault"
)

const (
	testID    = "399a8b22-3187-41ec-8d3d-0242ac130003"
	testToken = "t0ken-that-nobody-may-see"
	testPath  = "visualization-" + testID + "/1700000000-reports.json"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a client before a server, with its log.
type bench struct {
	*Client
	log bytes.Buffer
}

func newBench(t *testing.T, address string, change func(*Config)) *bench {
	t.Helper()
	b := &bench{}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&b.log), zapcore.DebugLevel)
	cfg := Config{
		URL: address, SourceID: strings.ToUpper(testID), Timeout: 10 * time.Second, Backoff: time.Millisecond, Logger: zap.New(core),
		Token: func(context.Context) (string, error) { return testToken, nil },
	}
	if change != nil {
		change(&cfg)
	}
	client, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	b.Client = client
	return b
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func fileOf(content string) File {
	return File{
		Name: "/somewhere/1700000000-reports.json", Size: int64(len(content)), SHA256: sumOf(content),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

func sumOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// received is the file of a request's form.
func received(r *http.Request) (name, content string, err error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return "", "", err
	}
	part, err := reader.NextPart()
	if err != nil {
		return "", "", err
	}
	data, err := io.ReadAll(part)
	if err != nil {
		return "", "", err
	}
	if _, err := reader.NextPart(); !errors.Is(err, io.EOF) {
		return "", "", fmt.Errorf("a second part: %w", err)
	}
	return part.FileName(), string(data), nil
}

func TestSend_writesWhatCastorWrites(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	raw := make(chan string, 1)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		buffer := make([]byte, 16<<10)
		var all []byte
		for !bytes.HasSuffix(all, []byte("--\r\n")) {
			n, err := connection.Read(buffer)
			if all = append(all, buffer[:n]...); err != nil {
				break
			}
		}
		raw <- string(all)
		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}()
	t.Cleanup(func() { _ = listener.Close() })
	b := newBench(t, "http://"+listener.Addr().String(), func(c *Config) { c.UserAgent = "longhaul/1.0" })
	receipt, err := b.Send(t.Context(), testPath, fileOf(`[{"a": 1}]`))
	if err != nil {
		t.Fatal(err)
	}
	request := <-raw
	_, after, _ := strings.Cut(request, "boundary=")
	boundary := after[:32]
	form := "--" + boundary + "\r\n" +
		`Content-Disposition: form-data; name="file"; filename="1700000000-reports.json"` + "\r\n\r\n" +
		`[{"a": 1}]` + "\r\n--" + boundary + "--\r\n"
	want := "POST /" + testPath + " HTTP/1.1\r\nHost: " + listener.Addr().String() + "\r\nUser-Agent: longhaul/1.0\r\n" +
		fmt.Sprintf("Content-Length: %d\r\n", len(form)) +
		"Accept: text/csv, application/json\r\nAuthorization: Token " + testToken + "\r\n" +
		"Content-Type: multipart/form-data; boundary=" + boundary + "\r\nAccept-Encoding: gzip\r\n\r\n" + form
	if diff := cmp.Diff(want, request); diff != "" {
		t.Errorf("the request differs (-want +got):\n%s", diff)
	}
	wantReceipt := Receipt{Path: testPath, Status: 200, Bytes: 10, SHA256: sumOf(`[{"a": 1}]`)}
	if diff := cmp.Diff(wantReceipt, receipt, cmpopts.IgnoreFields(Receipt{}, "At")); diff != "" {
		t.Errorf("the receipt differs (-want +got):\n%s", diff)
	}
}

func TestSend_classesEveryAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		status   int
		header   string // of Retry-After
		body     string
		class    fault.Class // empty: delivered
		astray   bool        // the settings are wrong, and the catalog has refused nothing
		calls    int32
		wait     time.Duration
		sentence string
	}{
		{name: "any success delivers", status: 204, calls: 1},
		{name: "a success that calls itself HTML delivers", status: 200, body: "OK", calls: 1},
		{name: "a web page is no success", status: 200, body: " <!DOCTYPE HTML><html>", class: fault.Transient, calls: 3, sentence: "login portal"},
		{name: "a redirect is refused", status: 302, class: fault.Invalid, astray: true, calls: 1, sentence: "set the zone or the url"},
		{name: "bad request", status: 400, class: fault.Invalid, calls: 1, sentence: "check that the file is of the type"},
		{name: "wrong token", status: 401, class: fault.LoginRefused, calls: 1, sentence: "check the token, and the zone"},
		{name: "token of another source", status: 403, class: fault.LoginRefused, calls: 1, sentence: "source id " + testID},
		{name: "wrong address", status: 404, class: fault.Invalid, astray: true, calls: 1, sentence: "check the zone or the url"},
		{name: "proxy login", status: 407, class: fault.Invalid, astray: true, calls: 1, sentence: "HTTPS_PROXY"},
		{name: "conflict", status: 409, class: fault.Invalid, calls: 1, sentence: "under a newer timestamp"},
		{name: "too large", status: 413, class: fault.Invalid, calls: 1, sentence: "larger than the catalog"},
		{name: "other refusals", status: 418, class: fault.Invalid, calls: 1, sentence: "(418)"},
		{name: "too fast", status: 429, class: fault.Throttled, calls: 3, sentence: "more slowly"},
		{name: "a short Retry-After is waited for", status: 429, header: "1", class: fault.Throttled, calls: 2, wait: time.Second},
		{name: "a long Retry-After is returned", status: 429, header: "3600", class: fault.Throttled, calls: 1, wait: time.Hour},
		{name: "a long Retry-After of an outage is returned", status: 503, header: "120", class: fault.Transient, calls: 1, wait: 2 * time.Minute},
		{name: "an outage", status: 500, body: "<html>", class: fault.Transient, calls: 3, sentence: "try again later"},
		{name: "a gateway in trouble", status: 502, class: fault.Transient, calls: 3, sentence: "(502)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				if tt.header != "" {
					w.Header().Set("Retry-After", tt.header)
				}
				w.Header().Set("Content-Type", "text/html")
				w.Header().Set("Location", "https://elsewhere.invalid/")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			b := newBench(t, address, func(c *Config) {
				if tt.wait == time.Second {
					c.Attempts = 2
				}
			})
			_, err := b.Send(t.Context(), testPath, fileOf("[]"))
			if got := calls.Load(); got != tt.calls {
				t.Errorf("%d requests, want %d", got, tt.calls)
			}
			if tt.class == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			f := fault.From(err)
			system := fault.Catalog
			if tt.astray {
				system = fault.Longhaul
			}
			if f == nil || f.Class != tt.class || f.System != system || f.RetryAfter != tt.wait || !strings.Contains(f.Message, tt.sentence) {
				t.Errorf("got %+v of %v, want class %s, wait %s, %q", f, err, tt.class, tt.wait, tt.sentence)
			}
			if errors.Is(err, ErrConflict) != (tt.status == 409) {
				t.Errorf("status %d: ErrConflict is %v", tt.status, errors.Is(err, ErrConflict))
			}
			var e *Error
			if !errors.As(err, &e) || e.Status != tt.status {
				t.Errorf("the error %v does not carry the status", err)
			}
			if strings.Contains(err.Error()+b.log.String(), testToken) {
				t.Errorf("the token shows in %v or in the log:\n%s", err, &b.log)
			}
		})
	}
}

// castor-upload reads on from the used-up file at its second try and delivers an empty one.
func TestSend_triesAgainWithTheWholeFile_notAnEmptyOne(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("castor would send nothing. ", 10_000)
	var mu sync.Mutex
	var got []string
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		name, body, err := received(r)
		mu.Lock()
		defer mu.Unlock()
		if err != nil || name != "1700000000-reports.json" {
			t.Errorf("got the file %q and %v", name, err)
		}
		if got = append(got, body); len(got) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	b := newBench(t, address, nil)
	receipt, err := b.Send(t.Context(), testPath, fileOf(content))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{content, content, content}, got); diff != "" {
		t.Error("a try did not send the whole file")
	}
	if receipt.SHA256 != sumOf(content) || receipt.Bytes != int64(len(content)) {
		t.Errorf("the receipt %+v is not of the file", receipt)
	}
	if logged := strings.Count(b.log.String(), "tried again"); logged != 2 {
		t.Errorf("%d repeats are logged, want 2", logged)
	}
}

// hijack breaks the connection off without an answer.
func hijack(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an orderly end
	}
	_ = connection.Close()
}

func TestSend_takesAConflictAfterAnUnansweredTryForADelivery(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls.Add(1) == 1 {
			hijack(w) // the file has landed, the answer is lost
			return
		}
		w.WriteHeader(http.StatusConflict)
	})
	receipt, err := newBench(t, address, nil).Send(t.Context(), testPath, fileOf("[1]"))
	if err != nil {
		t.Fatal(err)
	}
	want := Receipt{Path: testPath, Status: 409, Bytes: 3, SHA256: sumOf("[1]")}
	if diff := cmp.Diff(want, receipt, cmpopts.IgnoreFields(Receipt{}, "At")); diff != "" {
		t.Errorf("the receipt differs (-want +got):\n%s", diff)
	}
}

func TestSend_doesNotTakeAConflictForADelivery_whenNoTryCanHaveArrived(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.WriteHeader(http.StatusConflict)
	})
	if _, err := newBench(t, address, nil).Send(t.Context(), testPath, fileOf("[1]")); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
}

func TestSend_readsARefusalThatComesBeforeTheWholeFile(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) })
	b := newBench(t, address, nil)
	for range 20 {
		_, err := b.Send(t.Context(), testPath, zeros(8<<20))
		if f := fault.From(err); f == nil || f.Class != fault.Invalid || !strings.Contains(f.Message, "413") {
			t.Fatalf("got %v", err)
		}
	}
}

func TestSend_stopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	if _, err := newBench(t, address, nil).Send(ctx, testPath, fileOf("[]")); !errors.Is(err, context.Canceled) || fault.From(err) != nil {
		t.Errorf("got %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	address = serve(t, func(w http.ResponseWriter, _ *http.Request) { cancel(); w.WriteHeader(http.StatusBadGateway) })
	b := newBench(t, address, func(c *Config) { c.Backoff = time.Hour })
	if _, err := b.Send(ctx, testPath, fileOf("[]")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v while waiting for the next try", err)
	}
}

func TestSend_readsTheTokenAnew_andRefusesOneThatIsNone(t *testing.T) {
	t.Parallel()
	var seen []string
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.Header.Get("Authorization")) })
	tokens := []string{"first", "second", "", "two words", "line\nbreak", "naïve"}
	n := 0
	b := newBench(t, address, func(c *Config) {
		c.Token = func(context.Context) (string, error) { n++; return tokens[n-1], nil }
	})
	for i, token := range tokens {
		_, err := b.Send(t.Context(), testPath, fileOf("[]"))
		if good := i < 2; good != (err == nil) {
			t.Errorf("%q: got %v", token, err)
		}
		if err != nil && (!fault.Is(err, fault.Invalid) || token != "" && strings.Contains(err.Error(), token)) {
			t.Errorf("%q: got %v", token, err)
		}
	}
	if diff := cmp.Diff([]string{"Token first", "Token second"}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestSend_keepsItsConnection(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, strings.Repeat("x", 4000))
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	b := newBench(t, server.URL, nil)
	for range 7 {
		if _, err := b.Send(t.Context(), testPath, fileOf("[]")); err != nil {
			t.Fatal(err)
		}
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("7 files took %d connections", got)
	}
}
