package cli

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"

	"longhaul/internal/host"
)

// dialRefusing connects to a Temporal that starts a worker and then has no namespace for its polls.
func dialRefusing(t *testing.T) client.Client {
	t.Helper()
	const buffer = 1 << 16
	listener := bufconn.Listen(buffer)
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
			return err
		}
		if method, _ := grpc.MethodFromServerStream(stream); strings.Contains(method, "/Poll") {
			return serviceerror.ToStatus(serviceerror.NewNamespaceNotFound("default")).Err()
		}
		return stream.SendMsg(new(emptypb.Empty))
	}))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	temporal, err := client.DialContext(t.Context(), client.Options{
		HostPort: "passthrough:///temporal",
		ConnectionOptions: client.ConnectionOptions{DialOptions: []grpc.DialOption{
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return temporal
}

const lostNamespace = "the worker has stopped, for Temporal gives it no work any more: Temporal has no namespace of that name: " +
	"set TEMPORAL_NAMESPACE to one that it has, or create it"

// A process that stayed up after Temporal's SDK has stopped its worker would be restarted by nobody.
func TestWorker_endsWhenTemporalRefusesItForGood(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "longhaul.yaml")
	if err := os.WriteFile(file, []byte(smallest), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		app, _ := newTestApp("longhaul-worker")
		app.Environ = []string{"ACME_CLIENT_SECRET=a-client-secret"}
		app.setDefaults()
		app.Dial = func(context.Context, host.DialOptions) (client.Client, error) { return dialRefusing(t), nil }
		root := app.tree(newConsole(&app))
		root.SetArgs([]string{"worker", "--config", file})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		err := root.ExecuteContext(ctx)
		if err == nil {
			t.Fatal("it stayed up")
		}
		if shown := failureOf(err); shown.ExitCode != exitUnreachable || shown.Message != lostNamespace {
			t.Errorf("it ended as %+v", shown)
		}
	})
}

func TestPlants_endWhenTheirWorkerIsLost(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "longhaul.yaml")
	if err := os.WriteFile(file, []byte(smallest), 0o600); err != nil {
		t.Fatal(err)
	}
	extract, secret := castorLine(filepath.Join(t.TempDir(), "out"))
	for _, row := range []struct {
		name string
		args []string
		f    fakeTemporal
	}{
		{"serve", []string{"longhaul", "serve", "--config", file}, fakeTemporal{}},
		{"an extract", extract, fakeTemporal{hang: true}},
		{"a demo that syncs", []string{"longhaul", "demo", "--exit"}, fakeTemporal{hang: true}},
		{"a demo that stays up", []string{"longhaul", "demo"}, fakeTemporal{result: demoResult()}},
	} {
		app, out := newTestApp(row.args...)
		app.Environ = secret
		app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return fakeSimulator{demoResult().Files}, nil }
		p := &plant{client: &row.f, lost: newLoss()}
		app.openPlant = func(context.Context, *App, plantOptions) (*plant, error) { return p, nil }
		tell := sync.OnceFunc(func() { p.lost.tell(serviceerror.NewNamespaceNotFound("default")) })
		if row.f.hang {
			tell()
		} else {
			app.Stdout = atOnce{app.Stdout, tell} // it says there that it is up
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if code := Main(ctx, app); code != exitUnreachable || !strings.HasSuffix(out.stderr.String(), lostNamespace+"\n") {
			t.Errorf("%s: code %d, stderr:\n%s", row.name, code, out.stderr.String())
		}
	}
}
