package httpkit

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// Windows saves certificates with a byte order mark or in UTF-16. Before a mark, the first of several was passed over.
func TestRoots_readsWhateverAnEditorWrites(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	wide := []byte{0xff, 0xfe}
	for _, b := range block {
		wide = append(wide, b, 0)
	}
	for name, content := range map[string][]byte{"a mark": append([]byte("\xef\xbb\xbf"), block...), "UTF-16": wide} {
		file := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		roots, err := Roots("ca_file", file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if roots.Equal(func() *x509.CertPool { p, _ := x509.SystemCertPool(); return p }()) {
			t.Errorf("%s: no certificate was added", name)
		}
	}
}
