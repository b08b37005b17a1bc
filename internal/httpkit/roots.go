package httpkit

import (
	"crypto/x509"
	"errors"
	"os"

	"longhaul/internal/fault"
	"longhaul/internal/plaintext"
)

// Roots adds a file of certificates to the system's; nil stands for the system's alone. An error has class invalid and names the
// file by its setting.
func Roots(setting, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		var pathError *os.PathError
		if errors.As(err, &pathError) {
			err = pathError.Err
		}
		return nil, fault.Invalidf("%s %s cannot be read (%s): check the path", setting, file, err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(plaintext.Decode(pem)) {
		return nil, fault.Invalidf("%s %s holds no certificate in PEM form: it must have blocks that begin with -----BEGIN CERTIFICATE-----", setting, file)
	}
	return roots, nil
}
