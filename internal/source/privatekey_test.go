package source

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

// pemOf writes a key in PEM form.
func pemOf(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestSalesforceCredentials_readsThePrivateKey(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	whole := pemOf(t, "PRIVATE KEY", pkcs8, err)
	for name, text := range map[string]string{
		"PKCS #8": whole, "PKCS #1": pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), nil),
		"Windows": strings.ReplaceAll(whole, "\n", "\r\n"), "a variable of one line": strings.ReplaceAll(strings.TrimSpace(whole), "\n", `\n`),
	} {
		for way, secret := range waysOf(t, text) {
			s := Source{Name: "acme", Salesforce: Salesforce{Auth: JWTBearer, BaseURL: "b", ClientID: "c", Username: "u", PrivateKey: secret}}
			got, err := s.SalesforceCredentials(t.Context())
			if err != nil || !key.Equal(got.PrivateKey) || got.ClientSecret != "" {
				t.Errorf("%s, %s: %v", name, way, err)
			}
			for _, v := range s.Values() {
				if odd, err := v.Check(t.Context(), s); v.Setting != "private_key" || err != nil || strings.Contains(odd, "empty lines") {
					t.Errorf("%s, %s: %s is odd %q, %v", name, way, v.Setting, odd, err)
				}
			}
		}
	}
}

func TestSalesforceCredentials_saysWhatIsWrongWithAPrivateKey(t *testing.T) {
	t.Parallel()
	short, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // the key that is refused
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ofCurve, err := x509.MarshalPKCS8PrivateKey(curve)
	long := pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(short), nil)
	for name, row := range map[string]struct{ text, says string }{
		"no PEM":        {"MIIEvQIBADANBgkq", "is no private key in PEM form"},
		"a certificate": {pemOf(t, "CERTIFICATE", []byte("MIIE"), nil), "holds what the org gets (certificate)"},
		"a public key":  {pemOf(t, "PUBLIC KEY", []byte("MIIE"), nil), "holds what the org gets (public key)"},
		"a passphrase":  {pemOf(t, "ENCRYPTED PRIVATE KEY", []byte("MIIE"), nil), "is encrypted with a passphrase"},
		"an old passphrase": {
			"-----BEGIN RSA PRIVATE KEY-----\n" +
				"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nTUlJRQ==\n-----END RSA PRIVATE KEY-----\n",
			"is encrypted with a passphrase",
		},
		"rubbish":       {pemOf(t, "PRIVATE KEY", []byte("MIIE"), nil), "is no private key that can be read"},
		"another curve": {pemOf(t, "PRIVATE KEY", ofCurve, err), "is a key of another kind"},
		"a short one":   {long, "has 1024 bits"},
		"two of them":   {long + long, "holds more than the private key"},
		"nothing":       {"\n", "is empty"},
	} {
		for way, secret := range waysOf(t, row.text) {
			s := Source{Name: "acme", Salesforce: Salesforce{Auth: JWTBearer, BaseURL: "b", ClientID: "c", Username: "u", PrivateKey: secret}}
			_, err := s.SalesforceCredentials(t.Context())
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), `private_key of source "acme"`) || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s, %s: got %v, want that it %s", name, way, err, row.says)
			}
			if err != nil && strings.Contains(err.Error(), "MII") {
				t.Errorf("%s, %s: the key shows in %v", name, way, err)
			}
		}
	}
}
