package host

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"
)

// temporalOn is a Temporal that answers every request with an error, or else with nothing; the connection reports its polls.
func temporalOn(t *testing.T, p *Polls, answer func() error) *grpc.ClientConn {
	t.Helper()
	const buffer = 1 << 16
	listener := bufconn.Listen(buffer)
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
			return err
		}
		if err := answer(); err != nil {
			return err
		}
		return stream.SendMsg(new(emptypb.Empty))
	}))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///temporal", p.DialOption(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestPolls_saysOnceThatTemporalIsAwayAndOnceThatItIsBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code  codes.Code
		lasts time.Duration
		want  []string
	}{
		"seventeen seconds":       {codes.Unavailable, 17 * time.Second, []string{"Temporal does not answer", "Temporal answers again"}},
		"a connection that broke": {codes.Unavailable, 2 * time.Second, nil},
		"a Temporal that is busy": {codes.ResourceExhausted, time.Minute, nil},
		"a key that has expired":  {codes.Unauthenticated, time.Minute, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				core, logs := observer.New(zap.InfoLevel)
				polls := newPolls(nil, time.Hour, zap.New(core))
				defer polls.close()
				var away atomic.Bool
				away.Store(true)
				server := workflowservice.NewWorkflowServiceClient(temporalOn(t, polls, func() error {
					if away.Load() {
						return status.Error(test.code, "later")
					}
					return nil
				}))
				began := time.Now()
				for time.Since(began) < 2*time.Minute {
					away.Store(time.Since(began) < test.lasts)
					for range 4 { // queues
						_, _ = server.PollActivityTaskQueue(t.Context(), &workflowservice.PollActivityTaskQueueRequest{})
					}
					time.Sleep(time.Second) //nolint:forbidigo // of a synctest bubble
				}
				all := logs.All()
				if len(all) != len(test.want) {
					t.Fatalf("it logged %v", all)
				}
				for i, want := range test.want {
					if !strings.HasPrefix(all[i].Message, want) {
						t.Errorf("line %d is %q", i, all[i].Message)
					}
				}
				if len(all) == 0 {
					return
				}
				since, _ := all[0].ContextMap()["since"].(time.Time)
				after, _ := all[1].ContextMap()["after"].(time.Duration)
				if !since.Equal(began) || all[0].ContextMap()["why"] != "later" || after < test.lasts || after > test.lasts+2*askEvery {
					t.Errorf("it was away since %v, for %s: %v", since, after, all)
				}
			})
		})
	}
}
