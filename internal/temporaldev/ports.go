package temporaldev

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"

	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"

	"longhaul/internal/fault"
)

var localhost = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// ports are the addresses of one server; ui is nil without a UI.
type ports struct {
	frontend, ui              *held
	history, matching, worker netip.AddrPort
}

// held is an address that nobody else can listen on until it is released.
type held struct {
	netip.AddrPort
	listener net.Listener
}

// release frees the address for its user. It may be called again.
func (h *held) release() {
	if h != nil {
		_ = h.listener.Close()
	}
}

func (p ports) services() map[primitives.ServiceName]netip.AddrPort {
	return map[primitives.ServiceName]netip.AddrPort{
		primitives.FrontendService: p.frontend.AddrPort,
		primitives.HistoryService:  p.history,
		primitives.MatchingService: p.matching,
		primitives.WorkerService:   p.worker,
	}
}

// hosts says where each service is, in place of a gossip ring.
func (p ports) hosts() map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for name, addr := range p.services() {
		hosts[name] = static.SingleLocalHost(addr.String())
	}
	return hosts
}

// choosePorts chooses the addresses before anything starts: Temporal and its UI end the process when a port is in use.
func choosePorts(ctx context.Context, frontend, ui string) (ports, error) {
	if frontend == "" {
		frontend = ":0"
	}
	var p ports
	var err error
	if p.frontend, err = hold(ctx, frontend, "--port"); err != nil {
		return ports{}, err
	}
	if ui != "" {
		if p.ui, err = hold(ctx, ui, "--ui-port"); err != nil {
			p.release()
			return ports{}, err
		}
	}
	for _, service := range []*netip.AddrPort{&p.history, &p.matching, &p.worker} {
		if *service, err = freeAddr(ctx, localhost); err != nil {
			p.release()
			return ports{}, err
		}
	}
	return p, nil
}

func (p ports) release() {
	p.frontend.release()
	p.ui.release()
}

// hold parses an address, finds a port if it has none, and listens on it.
func hold(ctx context.Context, address, flag string) (*held, error) {
	addr, err := loopback(address)
	if err != nil {
		return nil, err
	}
	if addr.Port() == 0 {
		if addr, err = freeAddr(ctx, addr.Addr()); err != nil {
			return nil, err
		}
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", addr.String())
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.Invalidf(
			"Port %d on %s is taken; stop the program that listens there or choose another port with %s.", addr.Port(), addr.Addr(), flag)
	case err != nil:
		return nil, &fault.Error{
			Class: fault.Invalid, System: fault.Longhaul, Err: err,
			Message: fmt.Sprintf("Port %d on %s cannot be opened; choose another port with %s", addr.Port(), addr.Addr(), flag),
		}
	}
	return &held{addr, listener}, nil
}

// loopback parses host:port. The server has no logins, so other machines must not reach it.
func loopback(address string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, fault.Invalidf("%q is no address; write it as 127.0.0.1:7233.", address)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fault.Invalidf("%q is no port; write a number from 0 to 65535.", port)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() {
		return netip.AddrPort{}, fault.Invalidf(
			"The embedded Temporal listens on this machine only, so %q cannot be its host; use 127.0.0.1, or run a Temporal cluster to share it.", host)
	}
	return netip.AddrPortFrom(ip, uint16(number)), nil
}

// The ports to choose from are below those of outgoing connections: a port that the system assigned to one of these between the
// choice and its use would end the process.
const (
	lowestPort = 20_000
	portsFrom  = 12_000
	portTries  = 200
)

// freeAddr chooses a port on which nobody listens. It chooses no port twice in a process.
func freeAddr(ctx context.Context, ip netip.Addr) (netip.AddrPort, error) {
	var listen net.ListenConfig
	var err error
	for range portTries {
		addr := netip.AddrPortFrom(ip, uint16(lowestPort+rand.IntN(portsFrom)))
		if _, taken := chosen.LoadOrStore(addr.Port(), true); taken {
			continue
		}
		var l net.Listener
		if l, err = listen.Listen(ctx, "tcp", addr.String()); err == nil {
			return addr, l.Close()
		}
	}
	return netip.AddrPort{}, &fault.Error{
		Class: fault.Invalid, System: fault.Longhaul, Err: err,
		Message: fmt.Sprintf("%s has no free port between %d and %d; end programs that listen there", ip, lowestPort, lowestPort+portsFrom),
	}
}

// chosen holds the ports that freeAddr has chosen.
var chosen sync.Map
