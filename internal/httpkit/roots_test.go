package httpkit

import (
	"bytes"
	"crypto/x509"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

// authority makes a certificate of its own.
func authority(t *testing.T, serial int64) []byte {
	t.Helper()
	_, der := certified(t, func(c *x509.Certificate) { c.SerialNumber = big.NewInt(serial) })
	return der
}

func inWide(text []byte, mark ...byte) []byte {
	wide := mark
	for _, b := range text {
		wide = append(wide, b, 0)
	}
	return wide
}

// Windows saves certificates with a byte order mark, in UTF-16 or in DER, and shells join them without a line end. encoding/pem
// passes over what it does not read.
func TestRoots_readsWhateverAnEditorWrites(t *testing.T) {
	t.Parallel()
	one, other := authority(t, 1), authority(t, 2)
	first, second := asPEM(one), asPEM(other)
	noEnd := bytes.TrimRight(first, "\n")
	both := [][]byte{one, other}
	for name, row := range map[string]struct {
		content []byte
		want    [][]byte
	}{
		"a mark":                      {join("\xef\xbb\xbf", first), both[:1]},
		"UTF-16 with a mark":          {inWide(first, 0xff, 0xfe), both[:1]},
		"UTF-16":                      {inWide(first), both[:1]},
		"two joined without line end": {join(noEnd, second), both},
		"two joined, each with a mark": {
			join("\xef\xbb\xbf", noEnd, "\xef\xbb\xbf", second), both,
		},
		"lines of Windows":           {bytes.ReplaceAll(join(first, second), []byte("\n"), []byte("\r\n")), both},
		"lines of the old Mac":       {bytes.ReplaceAll(join(first, second), []byte("\n"), []byte("\r")), both},
		"one line, as of a variable": {bytes.ReplaceAll(join(first, second), []byte("\n"), []byte(" ")), both},
		"comments between them":      {join("# the first\n", noEnd, "# the second", second), both},
		"a key before it":            {join("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", first), both[:1]},
		"DER":                        {one, both[:1]},
		"two of them in DER":         {join(one, other), both},
	} {
		roots, err := Roots("ca_file", inFile(t, row.content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !roots.Equal(withSystem(t, row.want...)) {
			t.Errorf("%s: not the certificates of the file are trusted", name)
		}
	}
}

func join(parts ...any) []byte {
	var out []byte
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			out = append(out, part...)
		case []byte:
			out = append(out, part...)
		}
	}
	return out
}

func withSystem(t *testing.T, more ...[]byte) *x509.CertPool {
	t.Helper()
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, der := range more {
		one, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		pool.AddCert(one)
	}
	return pool
}

func TestRoots_saysWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	good := asPEM(authority(t, 1))
	for says, content := range map[string][]byte{
		"holds no certificate in PEM form: it must have blocks":                         []byte("no certificate"),
		"holds no certificate in PEM form but PRIVATE KEY":                              []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
		"negative serial number, which Go refuses: set GODEBUG=x509negativeserial=1":    join(good, asPEM(authority(t, negated))),
		"cannot be read (x509: malformed tbs certificate): export it again in PEM form": join(good, asPEM([]byte("\x30\x03\x02\x01\x01"))),
		"cannot be read (x509: malformed serial number): export it again in PEM form":   join("\x30\x81\x80", "\x30", strings.Repeat("\x00", 127)),
	} {
		file := inFile(t, content)
		_, err := Roots("ca_file", file)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "ca_file "+file+" ") || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	if _, err := Roots("ca_file", filepath.Join(t.TempDir(), "absent")); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "check the path") {
		t.Errorf("a file that is not there: %v", err)
	}
	bundle := asPEM(authority(t, negated))
	for range mostNamed {
		bundle = append(bundle, good...)
	}
	if _, err := Roots("ca_file", inFile(t, bundle)); err != nil {
		t.Errorf("a system's bundle with one that Go does not read: %v", err)
	}
}

// A folder is what c_rehash makes: the certificates, links to them, and other files.
func TestRoots_readsAFolder(t *testing.T) {
	t.Parallel()
	one, other := authority(t, 1), authority(t, 2)
	folder := t.TempDir()
	for name, content := range map[string][]byte{"a.pem": asPEM(one), "b.crt": other, "README": []byte("certificates"), "bad.pem": asPEM([]byte("x"))} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a.pem", filepath.Join(folder, "12345678.0")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "java"), 0o700); err != nil {
		t.Fatal(err)
	}
	roots, err := Roots("ca_file", folder)
	if err != nil || !roots.Equal(withSystem(t, one, other)) {
		t.Errorf("not the certificates of the folder are trusted: %v", err)
	}
	if _, err := Roots("ca_file", t.TempDir()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "a folder without a certificate in it") {
		t.Errorf("an empty folder: %v", err)
	}
}
