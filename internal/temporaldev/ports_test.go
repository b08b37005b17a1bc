package temporaldev

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

func TestStart_namesATakenPortAndTheFlagThatChangesIt(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	address := taken.Addr().String()
	port := fmt.Sprint(netip.MustParseAddrPort(address).Port())
	tests := map[string]struct {
		options Options
		want    []string // parts of the sentence
	}{
		"the frontend's port is taken":     {Options{FrontendAddr: address}, []string{port, "is taken", "--port."}},
		"the UI's port is taken":           {Options{FrontendAddr: ":0", UIAddr: address}, []string{port, "is taken", "--ui-port."}},
		"an address of other machines":     {Options{FrontendAddr: "0.0.0.0:7233"}, []string{"0.0.0.0", "this machine only"}},
		"the UI for other machines":        {Options{UIAddr: "192.0.2.1:0"}, []string{"192.0.2.1", "this machine only"}},
		"no port":                          {Options{FrontendAddr: "127.0.0.1"}, []string{`"127.0.0.1" is no address`}},
		"a port that is too high":          {Options{FrontendAddr: "127.0.0.1:70000"}, []string{`"70000" is no port`}},
		"one port for Temporal and its UI": {sameFreePort(t), []string{"is taken", "--ui-port."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Start(t.Context(), tt.options)
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("Start: %v, want an error of class invalid", err)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("Start: %q, want %q in it", err, part)
				}
			}
		})
	}
}

func sameFreePort(t *testing.T) Options {
	t.Helper()
	addr, err := freeAddr(t.Context(), localhost)
	if err != nil {
		t.Fatal(err)
	}
	return Options{FrontendAddr: addr.String(), UIAddr: addr.String()}
}

func TestServerConfig_opensNothingToOtherMachines(t *testing.T) {
	t.Parallel()
	p, err := choosePorts(t.Context(), "localhost:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer p.release()
	c := serverConfig(p, memoryStore())
	if len(c.Services) != 4 {
		t.Errorf("%d services are configured, want frontend, history, matching and worker", len(c.Services))
	}
	for name, service := range c.Services {
		rpc := service.RPC
		if ip, err := netip.ParseAddr(rpc.BindOnIP); err != nil || !ip.IsLoopback() {
			t.Errorf("%s listens on %q, want a loopback address", name, rpc.BindOnIP)
		}
		if rpc.GRPCPort == 0 || rpc.MembershipPort != 0 || rpc.HTTPPort != 0 {
			t.Errorf("%s has ports %d (gRPC), %d (membership), %d (HTTP), want the first only", name, rpc.GRPCPort, rpc.MembershipPort, rpc.HTTPPort)
		}
	}
	if c.Global.PProf.Port != 0 || c.Global.Metrics != nil {
		t.Errorf("pprof port %d, metrics %v; want neither", c.Global.PProf.Port, c.Global.Metrics)
	}
}
