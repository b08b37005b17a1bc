package httpkit

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Go gives no type to the error of a certificate that it cannot read, see crypto/tls (verifyServerCertificate) and crypto/x509
// (parseCertificate). Tests hold the two texts.
const (
	unreadableCertificate = "tls: failed to parse certificate from server"
	negativeSerial        = "x509: negative serial number"
)

// IsCertificate reports whether a host was refused for its certificate.
func IsCertificate(err error) bool {
	var verification *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &invalid) || isUnreadable(err)
}

func isUnreadable(err error) bool {
	return err != nil && strings.Contains(err.Error(), unreadableCertificate)
}

// certificate says in one sentence what is wrong with the certificate of a host, at a time of this machine's clock.
func certificate(err error, to Host, now time.Time) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	const interceptor = "whoever runs that host, or the proxy that ends TLS on the way,"
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil && now.Before(invalid.Cert.NotBefore):
		return fmt.Sprintf("the certificate of %s is not valid before %s, and this machine's clock says %s: set the clock; if it is right, %s "+
			"must change the certificate", to.Name, minute(invalid.Cert.NotBefore), minute(now), interceptor)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return fmt.Sprintf("the certificate of %s expired at %s, and this machine's clock says %s: check the clock; if it is right, %s must "+
			"renew the certificate", to.Name, minute(invalid.Cert.NotAfter), minute(now), interceptor)
	case isUnreadable(err) && strings.Contains(err.Error(), negativeSerial):
		return fmt.Sprintf("the certificate of %s has a negative serial number, which Go refuses: set GODEBUG=x509negativeserial=1 in the "+
			"environment of this program, or ask %s for a new one", to.Name, strings.TrimSuffix(interceptor, ","))
	case isUnreadable(err):
		return fmt.Sprintf("the certificate of %s cannot be read: %s must change it", to.Name, interceptor)
	case errors.As(err, &name):
		return fmt.Sprintf("the certificate of %s is for %s: check %s, and whether a proxy or a login portal answers in its place",
			to.Name, namesIn(name.Certificate), to.Address)
	case errors.As(err, &unknown):
		return fmt.Sprintf("the certificate of %s is signed by %s, which is not trusted here: if a proxy ends TLS on the way, name its CA in "+
			"ca_file; else check %s", to.Name, issuerOf(unknown.Cert), to.Address)
	}
	return fmt.Sprintf("the certificate of %s is not trusted: if a proxy ends TLS on the way, name its CA in ca_file; else check %s "+
		"and this machine's clock", to.Name, to.Address)
}

func minute(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 UTC") }

// longestName bounds what is quoted of a certificate, in runes.
const longestName = 100

func quoted(name string) string {
	runes := []rune(OneLine(name))
	if len(runes) > longestName {
		runes = append(runes[:longestName-1], '…')
	}
	return `"` + string(runes) + `"`
}

func issuerOf(c *x509.Certificate) string {
	if c == nil || c.Issuer.String() == "" {
		return "a CA"
	}
	if c.Issuer.CommonName != "" {
		return quoted(c.Issuer.CommonName)
	}
	return quoted(c.Issuer.String())
}

// namesIn are the hosts that a certificate is for.
func namesIn(c *x509.Certificate) string {
	if c == nil {
		return "another host"
	}
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	switch {
	case len(names) > 0:
		return quoted(strings.Join(names, ", "))
	case c.Subject.CommonName != "":
		return quoted(c.Subject.CommonName) + " without naming hosts (subjectAltName)"
	}
	return "no host"
}
