package httpkit

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/plaintext"
)

// readWithin bounds the reading of the files: a mount may be dead, and a pipe have nobody who writes.
const readWithin = 5 * time.Second

// Roots adds the certificates of a file, or of all files of a folder, to the system's; an empty path stands for the system's alone,
// which are nil. An error has class invalid, or transient where the disk gives no answer, and names the path by its setting.
func Roots(setting, path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	bounded, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	roots, err := hang.Ask(bounded, "the certificates "+path, func() (*x509.CertPool, error) { return readRoots(setting, path) })
	if silent, ok := errors.AsType[*hang.Error](err); ok {
		return nil, &fault.Error{
			Class: fault.Transient, System: fault.Longhaul, Err: err,
			Message: fmt.Sprintf("%s %s %s, so the disk or the mount hangs, or it is a pipe into which nobody writes: bring the disk back (df shows "+
				"whether it answers), or name a plain file", setting, path, silent),
		}
	}
	return roots, err
}

func readRoots(setting, path string) (*x509.CertPool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.Invalidf("%s %s cannot be read (%s): check the path", setting, path, causeOf(err))
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if info.IsDir() {
		return roots, addFolder(roots, setting, path)
	}
	found, err := readCertificates(path)
	if err != nil {
		return nil, fault.Invalidf("%s %s cannot be read (%s): check the path", setting, path, causeOf(err))
	}
	if why := found.problem(); why != "" {
		return nil, fault.Invalidf("%s %s %s", setting, path, why)
	}
	found.addTo(roots)
	return roots, nil
}

// causeOf is an error of the file system without the path.
func causeOf(err error) error {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// mostFiles bounds the files that are read of a folder of certificates: a system's has a few hundred.
const mostFiles = 5000

// addFolder adds the certificates of all files in a folder. Other files lie there too, so they are passed over.
func addFolder(roots *x509.CertPool, setting, folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fault.Invalidf("%s %s cannot be read (%s): check the path", setting, folder, causeOf(err))
	}
	if len(entries) > mostFiles {
		return fault.Invalidf("%s %s has more than %d files: name a folder that holds certificates alone", setting, folder, mostFiles)
	}
	holds := false
	for _, entry := range entries {
		found, err := readCertificates(filepath.Join(folder, entry.Name()))
		if err == nil && len(found.certificates) > 0 {
			found.addTo(roots)
			holds = true
		}
	}
	if !holds {
		return fault.Invalidf("%s %s is a folder without a certificate in it: name a PEM file, or a folder of such files", setting, folder)
	}
	return nil
}

// certificates is what a file of certificates holds.
type certificates struct {
	certificates []*x509.Certificate
	damaged      []error  // why the others cannot be read
	others       []string // the kinds of the blocks that are no certificates
}

// mostNamed is the number of certificates up to which a file was made by hand for one purpose, so that each of them must be readable.
// A bundle of a whole system holds far more, and now and then one that Go does not read.
const mostNamed = 10

// problem says what is wrong with the file and what to change; empty when it can be used.
func (c certificates) problem() string {
	const form = "it must have blocks that begin with -----BEGIN CERTIFICATE-----"
	switch total := len(c.certificates) + len(c.damaged); {
	case len(c.damaged) > 0 && (len(c.certificates) == 0 || total <= mostNamed):
		why := c.damaged[0].Error()
		if why == negativeSerial {
			return "holds a certificate with a negative serial number, which Go refuses: set GODEBUG=x509negativeserial=1 in the environment " +
				"of this program, or have a new certificate made"
		}
		return "holds a certificate that cannot be read (" + why + "): export it again in PEM form (\"Base-64 encoded X.509\"); openssl can convert " +
			".p7b and .p12"
	case len(c.certificates) > 0:
		return ""
	case len(c.others) > 0:
		return "holds no certificate in PEM form but " + strings.Join(c.others, ", ") + ": " + form
	}
	return "holds no certificate in PEM form: " + form
}

func (c certificates) addTo(roots *x509.CertPool) {
	for _, one := range c.certificates {
		roots.AddCert(one)
	}
}

// readCertificates reads a file in PEM form, whatever editor or shell wrote it, or in DER.
func readCertificates(file string) (certificates, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return certificates{}, err
	}
	if len(data) > 1 && data[0] == 0x30 && data[1] >= 0x80 { // DER: a sequence of more than 127 bytes
		found, err := x509.ParseCertificates(data)
		if err != nil {
			return certificates{damaged: []error{err}}, nil //nolint:nilerr // the file was read; what it holds is damaged
		}
		return certificates{certificates: found}, nil
	}
	var c certificates
	rest := asBlocks(data)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return c, nil
		}
		if block.Type != "CERTIFICATE" {
			c.others = append(c.others, block.Type)
			continue
		}
		if one, err := x509.ParseCertificate(block.Bytes); err != nil {
			c.damaged = append(c.damaged, err)
		} else {
			c.certificates = append(c.certificates, one)
		}
	}
}

// asBlocks gives each boundary of a block a line of its own: files that were joined may lack a line end between them, and have the
// byte order mark of the second file there. encoding/pem passes over such blocks without a word.
func asBlocks(data []byte) []byte {
	return boundary.ReplaceAll(plaintext.Decode(data), []byte("\n$0\n"))
}

var boundary = regexp.MustCompile("-----(BEGIN|END) [A-Z0-9 ]+-----")
