package httpkit

import (
	"errors"
	"net"
	"net/netip"
	"strings"
)

// IsDial reports whether no connection came about, to the host or to the proxy before it.
func IsDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// IsProxyDial reports whether the proxy itself could not be reached.
func IsProxyDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "proxyconnect"
}

// NeverSent reports whether a request failed before any of it could have reached its host.
func NeverSent(err error) bool {
	return IsDial(err) || IsCertificate(err) || errors.Is(err, ErrProxyAddress) || errors.As(err, new(*ProxyError))
}

// IsLoopback reports whether a host is this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// OnLoopback adds the loopback host to the address of a server that is a port without a host.
func OnLoopback(address string) string {
	if !strings.Contains(address, ":") {
		address = ":" + address
	}
	if strings.HasPrefix(address, ":") {
		return "127.0.0.1" + address
	}
	return address
}
