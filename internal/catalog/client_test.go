package catalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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

	"longhaul/internal/fault"
)

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

// At its second try, castor-upload reads on from the end of the file and delivers an empty one.
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

// hijack closes the connection without an answer.
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
