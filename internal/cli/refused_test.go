package cli

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"

	"longhaul/internal/host"
)

// dialRefusing connects to a Temporal that lets a worker start and then answers each poll with an error, or with nothing to do.
func dialRefusing(t *testing.T, options host.DialOptions, answer func() error) client.Client {
	t.Helper()
	const buffer = 1 << 16
	listener := bufconn.Listen(buffer)
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
			return err
		}
		if method, _ := grpc.MethodFromServerStream(stream); strings.Contains(method, "/Poll") {
			if err := answer(); err != nil {
				return err
			}
			select { // a poll lasts a minute
			case <-time.After(time.Minute):
			case <-stream.Context().Done():
			}
		}
		return stream.SendMsg(new(emptypb.Empty))
	}))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	temporal, err := client.DialContext(t.Context(), client.Options{
		HostPort: "passthrough:///temporal",
		ConnectionOptions: client.ConnectionOptions{DialOptions: []grpc.DialOption{
			options.Polls.DialOption(),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return temporal
}

// ranWith runs a worker for ten minutes at most on a Temporal that answers each poll with answer.
func ranWith(t *testing.T, answer func() error) (ended error) {
	t.Helper()
	_, ended = ranOn(t, smallest, answer)
	return ended
}

// ranOn is ranWith for a settings file, and gives what the worker wrote.
func ranOn(t *testing.T, settings string, answer func() error) (said string, ended error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "longhaul.yaml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		app, out := newTestApp(t, "longhaul-worker")
		app.Environ = []string{"ACME_CLIENT_SECRET=a-client-secret"}
		app.setDefaults()
		app.Dial = func(_ context.Context, o host.DialOptions) (client.Client, error) {
			return dialRefusing(t, o, answer), nil
		}
		root := app.tree(newConsole(&app))
		root.SetArgs([]string{"worker", "--config", file})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		ended = root.ExecuteContext(ctx)
		said = out.stderr.String()
	})
	return said, ended
}

// Nobody restarts a process that stays up while Temporal refuses its worker.
func TestWorker_endsWhenTemporalRefusesItForGood(t *testing.T) {
	t.Parallel()
	const stopped = "the worker has stopped, for Temporal gives it no work any more: Temporal "
	for name, row := range map[string]struct {
		answer error
		want   string
	}{
		"no such namespace": {
			serviceerror.ToStatus(serviceerror.NewNamespaceNotFound("default")).Err(),
			"has no namespace of that name: set TEMPORAL_NAMESPACE to one that it has, or create it",
		},
		"a key that has expired": {
			status.Error(codes.Unauthenticated, "token expired"),
			"does not accept who asks: the API key (TEMPORAL_API_KEY) or the certificate is missing, wrong or has expired",
		},
		"a key that may do nothing here any more": {
			status.Error(codes.PermissionDenied, "Request unauthorized."),
			"does not let this client in: check TEMPORAL_API_KEY or the certificate, and TEMPORAL_NAMESPACE",
		},
		"a version that is too old": {
			serviceerror.ToStatus(serviceerror.NewClientVersionNotSupported("1.50.0", "temporal-go", ">1.60")).Err(),
			"refuses the version of this program: Client version 1.50.0 is not supported. Server supports temporal-go versions: >1.60; " +
				"use a version of Longhaul that fits the server",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := ranWith(t, func() error { return row.answer })
			if err == nil {
				t.Fatal("it stayed up")
			}
			if shown := failureOf(err); shown.ExitCode != exitUnreachable || shown.Message != stopped+row.want {
				t.Errorf("it ended as %+v", shown)
			}
		})
	}
}

// A worker waits for a Temporal that is away or busy, also for one that refused a few polls while it started.
func TestWorker_waitsForATemporalThatIsAway(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]codes.Code{"away": codes.Unavailable, "busy": codes.ResourceExhausted} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var polls atomic.Int32
			err := ranWith(t, func() error {
				if polls.Add(1) <= 3 {
					return status.Error(codes.PermissionDenied, "the permissions are not loaded yet")
				}
				return status.Error(code, "later")
			})
			if err != nil || polls.Load() < 10 {
				t.Errorf("after %d polls: %v", polls.Load(), err)
			}
		})
	}
}

// A key that is renewed in time ends no worker.
func TestWorker_goesOnOnceItIsLetInAgain(t *testing.T) {
	t.Parallel()
	start := sync.OnceValue(time.Now)
	err := ranWith(t, func() error {
		if begun := start(); time.Since(begun) < 90*time.Second || time.Since(begun) > 4*time.Minute && time.Since(begun) < 5*time.Minute {
			return status.Error(codes.Unauthenticated, "token expired")
		}
		return nil
	})
	if err != nil {
		t.Errorf("it ended: %v", err)
	}
}
