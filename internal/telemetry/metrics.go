package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/uber-go/tally/v4"
	tallyprometheus "github.com/uber-go/tally/v4/prometheus"
	"go.temporal.io/sdk/client"
	contribtally "go.temporal.io/sdk/contrib/tally"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// reportEvery is how often the SDK's counters are copied to the registry.
const reportEvery = time.Second

// Metrics serves the metrics of the process, of its clients, of the SDK and of Go to Prometheus until its context ends, and says whether the
// process lives and is ready. A nil one serves and counts nothing.
type Metrics struct {
	registry    *prometheus.Registry // the only one of the process
	instruments *Instruments
	health      health
	scope       tally.Scope
	closer      io.Closer
	server      *http.Server
	address     string        // with the port that was chosen where 0 was asked for
	done        chan struct{} // is closed once everything has ended after the end of the context
}

// ServeMetrics starts to serve /metrics, /healthz and /readyz on an address. A port without a host is on this machine only.
func ServeMetrics(ctx context.Context, address string, logger *zap.Logger) (*Metrics, error) {
	address = httpkit.OnLoopback(address)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &fault.Error{Class: fault.Invalid, System: fault.Longhaul, Err: err, Message: fmt.Sprintf(
			"metrics cannot be served on %s: choose a free address with --metrics-address, or leave it out", address)}
	}
	m := &Metrics{registry: prometheus.NewRegistry(), address: listener.Addr().String(), done: make(chan struct{})}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.instruments = NewInstruments(m.registry)
	m.scope, m.closer = newScope(m.registry, logger)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	mux.HandleFunc("GET /healthz", m.health.alive)
	mux.HandleFunc("GET /readyz", m.health.answer)
	m.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, ErrorLog: zap.NewStdLog(logger)}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := fault.Caught(func() error { return m.server.Serve(listener) }); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("metrics are no longer served", zap.Error(err))
		}
	}()
	go func() {
		defer close(m.done)
		<-ctx.Done()
		_ = m.server.Close()
		<-stopped
		_ = m.closer.Close()
	}()
	return m, nil
}

// newScope connects the SDK's metrics to a registry. A metric that cannot be registered is logged and dropped.
func newScope(registry *prometheus.Registry, logger *zap.Logger) (tally.Scope, io.Closer) {
	reporter := tallyprometheus.NewReporter(tallyprometheus.Options{
		Registerer:       registry,
		DefaultTimerType: tallyprometheus.HistogramTimerType,
		OnRegisterError:  func(err error) { logger.Warn("a metric was dropped", zap.Error(err)) },
	})
	scope, closer := tally.NewRootScope(tally.ScopeOptions{
		CachedReporter:  reporter,
		Separator:       tallyprometheus.DefaultSeparator,
		SanitizeOptions: &contribtally.PrometheusSanitizeOptions,

		OmitCardinalityMetrics: true, // which count how many others there are
	}, reportEvery)
	return contribtally.NewPrometheusNamingScope(scope), closer
}

// Handler takes the metrics of the SDK; nil takes none.
func (m *Metrics) Handler() client.MetricsHandler {
	if m == nil {
		return nil
	}
	all := contribtally.NewMetricsHandler(m.scope)
	return coarse{all, all}
}

// queueTag is the tag of the SDK that names a task queue, of which each source has one.
const queueTag = "task_queue"

// coarse takes the metrics of the SDK. Its timers do not tell the queues apart: each is a histogram of every step, and a hundred sources
// would make sixty thousand series of them.
type coarse struct {
	client.MetricsHandler
	times client.MetricsHandler // without the queue
}

// WithTags adds tags to what is counted from then on.
func (h coarse) WithTags(tags map[string]string) client.MetricsHandler {
	few := maps.Clone(tags)
	delete(few, queueTag)
	return coarse{h.MetricsHandler.WithTags(tags), h.times.WithTags(few)}
}

// Timer gives a timer.
func (h coarse) Timer(name string) client.MetricsTimer { return h.times.Timer(name) }

// Instruments count what the clients of the process do; nil counts nothing.
func (m *Metrics) Instruments() *Instruments {
	if m == nil {
		return nil
	}
	return m.instruments
}

// Register adds what collects more metrics. A second one of the same names is an error.
func (m *Metrics) Register(c prometheus.Collector) error {
	if err := m.registry.Register(c); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	return nil
}

// Address is where they are served.
func (m *Metrics) Address() string { return m.address }
