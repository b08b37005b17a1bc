package host

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"longhaul/internal/fault"
)

// refusedFor is how long Temporal must have refused every poll before the workers are lost. The SDK waits as long.
const refusedFor = 2 * time.Minute

// Polls watches how Temporal answers the polls of a process. The SDK stops a worker only after some refusals (namespace, version,
// argument). With an expired key it polls for ever, and nobody learns of it.
type Polls struct {
	patience time.Duration
	lost     func(error) // called once
	away     *away

	mu        sync.Mutex
	namespace string    // of the client
	refusals  int       // since the last poll that was answered
	since     time.Time // of the first of them
}

// leastRefusals is how many refusals it takes at least: a Temporal may refuse a few polls while it starts.
const leastRefusals = 5

func newPolls(lost func(error), patience time.Duration, logger *zap.Logger) *Polls {
	p := &Polls{patience: cmp.Or(patience, refusedFor), away: newAway(logger)}
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
		if silent(err) {
			p.away.watch(conn, cmp.Or(p.Namespace(), client.DefaultNamespace))
		}
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

// close ends what watches.
func (p *Polls) close() { p.away.close() }

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

const (
	// awayAfter is how long Temporal must not answer before the log says so. A connection that breaks, or one of several servers that
	// restarts, is no news.
	awayAfter = 5 * time.Second
	// askEvery is how often Temporal is asked whether it answers again, and askWithin bounds each question.
	askEvery, askWithin = time.Second, 5 * time.Second
)

// away logs when Temporal does not answer, and when it does again: one line each, whatever the number of polls. The SDK logs it once a
// minute for each queue, and never that it is over; those lines are of level debug (telemetry.TemporalLogger).
type away struct {
	logger *zap.Logger
	life   context.Context // ends with close
	end    context.CancelFunc

	mu       sync.Mutex
	watching bool
	busy     sync.WaitGroup // the one goroutine that asks
}

func newAway(logger *zap.Logger) *away {
	a := &away{logger: logger}
	a.life, a.end = context.WithCancel(context.Background())
	return a
}

// watch asks Temporal until it answers, because a poll is answered only once there is work. It returns at once.
func (a *away) watch(conn *grpc.ClientConn, namespace string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.watching || a.life.Err() != nil {
		return
	}
	a.watching = true
	a.busy.Go(func() {
		err := fault.Caught(func() error { a.untilBack(workflowservice.NewWorkflowServiceClient(conn), namespace); return nil })
		if err != nil {
			a.logger.Error("whether Temporal answers is not known", zap.Error(err))
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.watching = false
	})
}

func (a *away) untilBack(server workflowservice.WorkflowServiceClient, namespace string) {
	since, said := time.Now(), false
	again := time.NewTicker(askEvery)
	defer again.Stop()
	for {
		ctx, cancel := context.WithTimeout(a.life, askWithin)
		_, err := server.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
		cancel()
		gone := time.Since(since).Round(time.Second)
		switch {
		case a.life.Err() != nil, statusOf(err).Code() == codes.Canceled: // the process stops
			return
		case !silent(err):
			if said {
				a.logger.Info("Temporal answers again", zap.Duration("after", gone))
			}
			return
		case !said && gone >= awayAfter:
			said = true
			a.logger.Warn("Temporal does not answer, so no step starts here. Steps that run go on and store what they read, and nothing is lost. "+
				"Nothing to do if it passes; else check that Temporal runs", zap.Time("since", since), zap.String("why", short(statusOf(err).Message())))
		}
		select {
		case <-a.life.Done():
			return
		case <-again.C:
		}
	}
}

// close ends the goroutine.
func (a *away) close() {
	a.mu.Lock()
	a.end()
	a.mu.Unlock()
	a.busy.Wait()
}

// silent says that nobody has answered: neither Temporal, nor a gateway for it.
func silent(err error) bool {
	if err == nil || refusal(err) {
		return false
	}
	code := statusOf(err).Code()
	return code == codes.Unavailable || code == codes.DeadlineExceeded
}
