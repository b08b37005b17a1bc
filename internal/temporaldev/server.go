// Package temporaldev runs Temporal's own server and UI inside the process, on SQLite and on loopback only: the durable
// store of a Longhaul that lives on one machine.
package temporaldev

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/temporal"
	"go.uber.org/zap"

	"longhaul/internal/fault"
)

// The defaults of Options.
const (
	DefaultNamespace   = "default"
	defaultRetention   = 30 * 24 * time.Hour
	defaultStopTimeout = 5 * time.Second
)

// startTimeout bounds a start, which takes about a second on an idle machine.
const startTimeout = 30 * time.Second

// Options says what to run. The zero value is a server in memory on a free port, without a UI.
type Options struct {
	Database         string                              // path of the SQLite file, created if it does not exist; empty: in memory
	FrontendAddr     string                              // loopback host:port; port 0, or nothing at all: a free one
	UIAddr           string                              // loopback host:port, port 0: a free one; empty: no UI
	Namespace        string                              // created if it does not exist; empty: DefaultNamespace
	Retention        time.Duration                       // how long a namespace created here keeps closed workflows; zero: 30 days
	SearchAttributes map[string]enumspb.IndexedValueType // those the namespace lacks are added at every start
	Logger           *zap.Logger                         // gets warnings and errors; nil: nothing is logged

	// Trouble, unless it is nil, is called each time that the server cannot write or read its database because of the disk. The
	// server goes on trying.
	Trouble func(*DatabaseError)

	StopTimeout time.Duration // how long Stop waits for the server; zero: 5 s

	LongHistory int // events after which the server suggests that a workflow continue as new; zero: Temporal's default
}

// Server is a running Temporal with its UI.
type Server struct {
	frontend  string
	namespace string
	database  string
	temporal  temporal.Server
	ui        *ui // nil if none was asked for
	logLevel  zap.AtomicLevel
	timeout   time.Duration // of Stop

	stop    sync.Once
	stopErr error
}

// Start runs a server and returns once workflows can be started in the namespace with all of its search attributes. An error that
// the user can fix is a *fault.Error or, if it is about the database file, a *DatabaseError.
func Start(ctx context.Context, o Options) (*Server, error) {
	o = o.withDefaults()
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	ports, err := choosePorts(ctx, o.FrontendAddr, o.UIAddr)
	if err != nil {
		return nil, err
	}
	defer ports.release()
	store := memoryStore()
	if o.Database != "" {
		if store, err = fileStore(ctx, o.Database); err != nil {
			return nil, err
		}
	}
	logger, level := newLogger(o.Logger, diskTrouble{database: o.Database, report: func(e *DatabaseError) {
		giveUp(e) // has no effect once the server runs
		if o.Trouble != nil {
			o.Trouble(e)
		}
	}})
	if err := ensureNamespace(ctx, store, o, logger); err != nil {
		return nil, inDatabase(ctx, o.Database, err)
	}
	s := &Server{
		frontend: ports.frontend.String(), namespace: o.Namespace, database: o.Database, logLevel: level, timeout: o.StopTimeout,
	}
	ports.frontend.release()
	if s.temporal, err = temporal.NewServer(serverOptions(ports, store, o, logger)...); err != nil {
		return nil, fmt.Errorf("prepare Temporal's server: %w", err)
	}
	if err := s.temporal.Start(); err != nil {
		if disk := (*DatabaseError)(nil); errors.As(context.Cause(ctx), &disk) {
			err = disk
		}
		return nil, errors.Join(fmt.Errorf("start Temporal's server: %w", err), s.Stop())
	}
	if err := awaitUsable(ctx, s.frontend, o); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if ports.ui != nil {
		if s.ui, err = startUI(ctx, ports.ui, s.frontend, o.Namespace); err != nil {
			return nil, errors.Join(err, s.Stop())
		}
	}
	level.SetLevel(whileRunning)
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Retention == 0 {
		o.Retention = defaultRetention
	}
	if o.StopTimeout == 0 {
		o.StopTimeout = defaultStopTimeout
	}
	return o
}

// HostPort is the address for Temporal clients.
func (s *Server) HostPort() string { return s.frontend }

// UIURL is the address of the UI, empty without one.
func (s *Server) UIURL() string {
	if s.ui == nil {
		return ""
	}
	return s.ui.url
}

// Namespace is the namespace that Start has ensured.
func (s *Server) Namespace() string { return s.namespace }

// Stop ends the UI and the server, and moves the write-ahead log into the database file, so that the one file is a whole backup.
// Only the first call has an effect. Workers should be stopped first: Temporal waits a second for calls in flight.
func (s *Server) Stop() error {
	s.stop.Do(func() { s.stopErr = s.shutdown() })
	return s.stopErr
}

func (s *Server) shutdown() error {
	s.logLevel.SetLevel(whileStopping)
	if s.ui != nil {
		s.ui.stop()
	}
	stopped := make(chan error, 1)
	go func() { stopped <- fault.Caught(s.temporal.Stop) }()
	timer := time.NewTimer(s.timeout)
	defer timer.Stop()
	select {
	case err := <-stopped:
		if err != nil {
			return fmt.Errorf("stop Temporal's server: %w", err)
		}
	case <-timer.C:
		return fmt.Errorf("temporal's server did not stop within %s", s.timeout)
	}
	if s.database == "" {
		return nil
	}
	return checkpoint(s.database)
}

func serverOptions(p ports, store *config.SQL, o Options, logger log.Logger) []temporal.ServerOption {
	return []temporal.ServerOption{
		temporal.WithConfig(serverConfig(p, store)),
		temporal.WithStaticHosts(p.hosts()),
		temporal.WithDynamicConfigClient(dynamicConfig(o)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
	}
}
