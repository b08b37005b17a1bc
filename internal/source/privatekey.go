package source

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"longhaul/internal/fault"
)

// leastKeyBits is the length under which an RSA key counts as broken.
const leastKeyBits = 2048

// ParsePrivateKey reads an RSA key in PEM form, PKCS #8 or PKCS #1. A variable may hold its lines as one, with \n between them. An error
// is of class invalid, says what to change after the name of a value, and never repeats the text.
func ParsePrivateKey(text string) (*rsa.PrivateKey, error) {
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, `\n`, "\n")
	}
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, fault.Invalidf("is no private key in PEM form: it begins with -----BEGIN PRIVATE KEY-----")
	case strings.Contains(block.Type, "CERTIFICATE") || strings.Contains(block.Type, "PUBLIC"):
		return nil, fault.Invalidf("holds what the org gets (%s): put the private key there, which stays with you", strings.ToLower(block.Type))
	case strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "":
		return nil, fault.Invalidf("is encrypted with a passphrase, which nobody types at night: " +
			"decrypt it with `openssl pkey -in KEY -out PLAIN`, and let only this program read the file")
	case strings.TrimSpace(string(rest)) != "":
		return nil, fault.Invalidf("holds more than the private key: put the key there alone")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return longEnough(key)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fault.Invalidf("is no private key that can be read (%s): make one with `openssl genrsa -out KEY 2048`", strings.ToLower(block.Type))
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fault.Invalidf("is a key of another kind: Salesforce takes RSA keys only (RS256)")
	}
	return longEnough(key)
}

func longEnough(key *rsa.PrivateKey) (*rsa.PrivateKey, error) {
	if bits := key.N.BitLen(); bits < leastKeyBits {
		return nil, fault.Invalidf("has %d bits: Salesforce asks for %d at least", bits, leastKeyBits)
	}
	return key, nil
}

// privateKey reads the key of a login by JWT again.
func (s Source) privateKey(ctx context.Context) (*rsa.PrivateKey, error) {
	var text string
	if err := s.fill(ctx, &text, "private_key", s.Salesforce.PrivateKey, PrivateKey, true); err != nil {
		return nil, err
	}
	key, err := ParsePrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("private_key of source %q: %w", s.Name, err)
	}
	return key, nil
}
