package host

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"longhaul/internal/fault"
)

// frontend is a server that answers every method, or refuses those that refuse names; the address.
func frontend(t *testing.T, refuse map[string]error, options ...grpc.ServerOption) string {
	t.Helper()
	server := grpc.NewServer(append(options, grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
			return err
		}
		method, _ := grpc.MethodFromServerStream(stream)
		for name, err := range refuse {
			if strings.Contains(method, "/"+name) {
				return err
			}
		}
		return stream.SendMsg(new(emptypb.Empty))
	}))...)
	listener := listen(t)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

// certified makes a certificate for a name, and the PEM file of it, by which it can be trusted.
func certified(t *testing.T, name string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, file
}

const apiKey = "a-secret-api-key"

// TestDial_saysWhyTemporalIsNotReached meets each cause as a person does.
func TestDial_saysWhyTemporalIsNotReached(t *testing.T) {
	certificate, ca := certified(t, "temporal.acme.example")
	secure := func(refuse map[string]error) string {
		return frontend(t, refuse, grpc.Creds(credentials.NewServerTLSFromCert(&certificate)))
	}
	mutual := frontend(t, nil, grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAnyClientCert,
	})))
	page := func(code int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(code)
		})
	}
	web := httptest.NewServer(page(http.StatusOK))
	t.Cleanup(web.Close)
	gateway := httptest.NewUnstartedServer(page(http.StatusForbidden))
	gateway.EnableHTTP2 = true
	gateway.StartTLS()
	t.Cleanup(gateway.Close)
	closed := listen(t)
	_ = closed.Close()
	mute := listen(t)
	said := func(method string, code codes.Code, message string) map[string]error {
		return map[string]error{method: status.Error(code, message)}
	}
	trusted := map[string]string{"TEMPORAL_TLS_SERVER_CA_CERT_PATH": ca, "TEMPORAL_TLS_SERVER_NAME": "temporal.acme.example"}
	for _, row := range []struct {
		name, address string
		environ       map[string]string
		want          []string
	}{
		{"nothing listens", closed.Addr().String(), nil, []string{"does not answer", "start it", "connection refused"}},
		{"it never answers", mute.Addr().String(), nil, []string{"does not answer", "within"}},
		{"a name nobody knows", "temporal.invalid:7233", nil, []string{"temporal.invalid", "is not known here", "TEMPORAL_ADDRESS"}},
		{"no such namespace", frontend(t, map[string]error{
			"DescribeNamespace": serviceerror.ToStatus(serviceerror.NewNamespaceNotFound("prod")).Err(),
		}), map[string]string{"TEMPORAL_NAMESPACE": "prod"}, []string{"has no namespace", "(namespace prod)", "TEMPORAL_NAMESPACE"}},
		{
			"a key that has expired", frontend(t, said("GetSystemInfo", codes.Unauthenticated, "token expired")),
			map[string]string{"TEMPORAL_API_KEY": apiKey, "TEMPORAL_TLS": "false"},
			[]string{"TEMPORAL_API_KEY", "has expired"},
		},
		{
			"a key that may not see the namespace", frontend(t, said("DescribeNamespace", codes.PermissionDenied, "Request unauthorized.")),
			map[string]string{"TEMPORAL_API_KEY": apiKey, "TEMPORAL_TLS": "false"},
			[]string{"does not let this client in", "TEMPORAL_NAMESPACE"},
		},
		{
			"too many requests", frontend(t, said("", codes.ResourceExhausted, "namespace rate limit exceeded")),
			nil,
			[]string{"no more requests now", "namespace rate limit exceeded"},
		},
		{"a version that is refused", frontend(t, map[string]error{
			"GetSystemInfo": serviceerror.ToStatus(serviceerror.NewClientVersionNotSupported("1.50.0", "temporal-go", "<1.0")).Err(),
		}), nil, []string{"refuses the version", "1.50.0"}},
		{"no TLS where it is wanted", secure(nil), nil, []string{"without TLS", "TEMPORAL_TLS=true"}},
		{"TLS where there is none", frontend(t, nil), map[string]string{"TEMPORAL_TLS": "true"}, []string{"without TLS", "TEMPORAL_TLS=false"}},
		{
			"a CA that is not known", secure(nil),
			map[string]string{"TEMPORAL_TLS_SERVER_NAME": "temporal.acme.example"},
			[]string{"authority", "TEMPORAL_TLS_SERVER_CA_CERT_PATH"},
		},
		{"a certificate for another name", secure(nil), map[string]string{
			"TEMPORAL_TLS_SERVER_CA_CERT_PATH": ca, "TEMPORAL_TLS_SERVER_NAME": "other.example",
		}, []string{"another name", "temporal.acme.example", "TEMPORAL_TLS_SERVER_NAME"}},
		{"no certificate of the client", mutual, trusted, []string{"certificate", "TEMPORAL_TLS_CLIENT_CERT_PATH"}},
		{"a web page", web.Listener.Addr().String(), nil, []string{"is no Temporal", "gRPC frontend"}},
		{"a gateway that refuses", gateway.Listener.Addr().String(), map[string]string{
			"TEMPORAL_TLS": "true", "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION": "true",
		}, []string{"is no Temporal", "403"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			setenv(t, row.environ)
			t.Setenv("TEMPORAL_ADDRESS", row.address)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, err := Dial(ctx, DialOptions{Logger: zap.NewNop()})
			if !fault.Is(err, fault.Transient) || fault.From(err).System != fault.Temporal {
				t.Fatalf("got %v", err)
			}
			t.Log(err)
			for _, part := range row.want {
				if !strings.Contains(fault.Sentence(err), part) {
					t.Errorf("it says %q, without %q", fault.Sentence(err), part)
				}
			}
			if fault.From(err).Err == nil || strings.Contains(err.Error(), apiKey) {
				t.Errorf("the cause: %v", err)
			}
		})
	}
}

// setenv gives a test nothing of the machine's own way to Temporal, and what it wants instead.
func setenv(t *testing.T, values map[string]string) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "TEMPORAL_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	for name, value := range values {
		t.Setenv(name, value)
	}
}

const child = "LONGHAUL_TEST_CHILD"

// TestDial_namesTheProxyOnTheWay runs itself once more, for Go reads the variables of a proxy once in a process.
func TestDial_namesTheProxyOnTheWay(t *testing.T) {
	if os.Getenv(child) != "" {
		_, err := Dial(t.Context(), DialOptions{Logger: zap.NewNop()})
		t.Log(fault.Sentence(err))
		return
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(proxy.Close)
	for _, row := range []struct {
		name, address, except string
		want                  bool
	}{
		{"it refuses the address", "temporal:7233", "", true},
		{"the address is exempt", "temporal:7233", "temporal", false},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1", "TEMPORAL_ADDRESS="+row.address,
			"HTTPS_PROXY=http://me:a-password@"+proxy.Listener.Addr().String(), "NO_PROXY="+row.except)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", row.name, err, out)
		}
		named := strings.Contains(string(out), proxy.Listener.Addr().String()+" (HTTPS_PROXY)") && strings.Contains(string(out), "add temporal to NO_PROXY")
		if named != row.want || strings.Contains(string(out), "a-password") {
			t.Errorf("%s:\n%s", row.name, out)
		}
	}
}
