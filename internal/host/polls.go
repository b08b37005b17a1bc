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

// refusedFor is how long Temporal must have refused every poll before the workers are lost. The SDK waits as long.
const refusedFor = 2 * time.Minute

// Polls watches how Temporal answers the polls of a process. The SDK stops a worker only after some refusals (namespace, version,
// argument). With an expired key it polls for ever, and nobody learns of it.
type Polls struct {
	patience time.Duration
	lost     func(error) // called once

	mu        sync.Mutex
	namespace string    // of the client
	refusals  int       // since the last poll that was answered
	since     time.Time // of the first of them
}

// leastRefusals is how many refusals it takes at least: a Temporal may refuse a few polls while it starts.
const leastRefusals = 5

func newPolls(lost func(error), patience time.Duration) *Polls {
	p := &Polls{patience: cmp.Or(patience, refusedFor)}
	var once sync.Once
	p.lost = func(err error) {
		if lost != nil {
			once.Do(func() { lost(err) })
		}
	}
	return p
}

// in notes the namespace of the client.
func (p *Polls) in(namespace string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.namespace = namespace
}

// Namespace is that of the client that was dialed with it; empty before. The SDK's client does not tell its own.
func (p *Polls) Namespace() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.namespace
}

// DialOption makes a connection report its polls.
func (p *Polls) DialOption() grpc.DialOption { return grpc.WithChainUnaryInterceptor(p.intercept) }

// stopped is called by the SDK with the reason why it stopped a worker.
func (p *Polls) stopped(err error) { p.lost(err) }

func (p *Polls) intercept(
	ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	err := invoke(ctx, method, req, reply, conn, options...)
	if strings.Contains(method, "/Poll") {
		p.record(err)
	}
	return err
}

// record notes the end of one poll.
func (p *Polls) record(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		p.refusals = 0
		return
	case !refusal(err): // Temporal is away or busy, or nobody waits for the answer any more
		return
	case p.refusals == 0:
		p.since = time.Now()
	}
	if p.refusals++; p.refusals >= leastRefusals && time.Since(p.since) >= p.patience {
		go p.lost(serviceerror.FromStatus(status.Convert(err)))
	}
}

// refusal says that Temporal, or a gateway before it, has answered and refuses this client. Waiting does not help. A new process
// may help, because it reads keys and certificates anew.
func refusal(err error) bool {
	answer := status.Convert(err)
	switch answer.Code() {
	case codes.Unauthenticated, codes.PermissionDenied, codes.NotFound, codes.InvalidArgument, codes.Unimplemented:
		return true
	case codes.FailedPrecondition:
		return unsupported(err)
	case codes.Unavailable:
		return strings.Contains(answer.Message(), "remote error: tls:") // the client's certificate has expired
	default:
		return false
	}
}
