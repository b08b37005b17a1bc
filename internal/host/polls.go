package host

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// refusedFor is how long Temporal must have refused every poll before the workers are lost. It is the SDK's own patience.
const refusedFor = 2 * time.Minute

// Polls watches how Temporal answers the workers of a process. The SDK gives up after some refusals only (namespace, version,
// argument): with a key that has expired it polls for ever, and nobody hears of it.
type Polls struct {
	patience time.Duration
	tell     func(error) // once

	mu       sync.Mutex
	refusals int       // since the last poll that was answered
	since    time.Time // of the first of them
}

// leastRefusals tell a Temporal that refuses from one that said so once while it started.
const leastRefusals = 5

func newPolls(lost func(error), patience time.Duration) *Polls {
	p := &Polls{patience: cmp.Or(patience, refusedFor)}
	var once sync.Once
	p.tell = func(err error) {
		if lost != nil {
			once.Do(func() { lost(err) })
		}
	}
	return p
}

// DialOption makes a connection's polls known.
func (p *Polls) DialOption() grpc.DialOption { return grpc.WithChainUnaryInterceptor(p.intercept) }

// lose is told by the SDK why it stopped a worker.
func (p *Polls) lose(err error) { p.tell(err) }

func (p *Polls) intercept(
	ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	err := invoke(ctx, method, req, reply, conn, options...)
	if strings.Contains(method, "/Poll") {
		p.take(err)
	}
	return err
}

// take notes the end of one poll.
func (p *Polls) take(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		p.refusals = 0
		return
	case !refusal(err): // it is away, busy, or nobody waits for the answer any more
		return
	case p.refusals == 0:
		p.since = time.Now()
	}
	if p.refusals++; p.refusals >= leastRefusals && time.Since(p.since) >= p.patience {
		go p.tell(serviceerror.FromStatus(status.Convert(err)))
	}
}

// refusal says that Temporal, or what stands before it, has answered and does not want this client. Waiting does not mend it;
// a new process may, for it reads keys and certificates anew.
func refusal(err error) bool {
	answer := status.Convert(err)
	switch answer.Code() {
	case codes.Unauthenticated, codes.PermissionDenied, codes.NotFound, codes.InvalidArgument, codes.Unimplemented:
		return true
	case codes.FailedPrecondition:
		return unsupported(err)
	case codes.Unavailable:
		return strings.Contains(answer.Message(), "remote error: tls:") // the client's certificate has ended
	default:
		return false
	}
}
