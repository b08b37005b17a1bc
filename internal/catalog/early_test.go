package catalog

import (
	"encoding/pem"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"longhaul/internal/fault"
)

// closable is an endless file that cannot be read once it is closed.
type closable struct {
	closed chan struct{}
	once   sync.Once
	begun  bool
}

func (c *closable) Read(p []byte) (int, error) {
	if !c.begun {
		c.begun = true
		return copy(p, "["), nil
	}
	<-c.closed
	return 0, fs.ErrClosed
}

func (c *closable) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

// With HTTP/2 a refusal ends the request at once: the file is closed during a read. The error must be that of the catalog.
func TestSend_aRefusalThatComesEarlyIsTheCatalogs(t *testing.T) {
	t.Parallel()
	for status, class := range map[int]fault.Class{
		http.StatusUnauthorized: fault.LoginRefused, http.StatusRequestEntityTooLarge: fault.Invalid, http.StatusConflict: fault.Invalid,
	} {
		file := &closable{closed: make(chan struct{})}
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor != 2 {
				t.Errorf("the request came by %s", r.Proto)
			}
			w.WriteHeader(status)
			_ = http.NewResponseController(w).Flush()
			<-file.closed
			_, _ = io.WriteString(w, `{"message":"no"}`)
		}))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.EnableHTTP2 = true
		server.StartTLS()
		t.Cleanup(server.Close)
		ca := filepath.Join(t.TempDir(), "ca.pem")
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		if err := os.WriteFile(ca, block, 0o600); err != nil {
			t.Fatal(err)
		}
		b := newBench(t, server.URL, func(c *Config) { c.CAFile, c.Attempts = ca, 1 })
		_, err := b.Send(t.Context(), testPath, File{
			Name: "1700000000-reports.json", Size: 1 << 20, Open: func() (io.ReadCloser, error) { return file, nil },
		})
		if f := fault.From(err); f == nil || f.Class != class || f.System != fault.Catalog {
			t.Errorf("%d: got %v, want %s of the catalog", status, err, class)
		}
	}
}
