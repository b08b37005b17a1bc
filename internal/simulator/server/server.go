package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/simulator/org"
)

// Server is a running simulator.
type Server struct {
	options  Options
	ready    Ready
	clock    *movingClock
	info     org.Info
	current  atomic.Pointer[tenant] // the org as it is: churn puts another in its place
	churning sync.Mutex
	churned  int // changes by churn so far
	rights   *rights
	sessions *sessions
	locators *locators
	usage    *usage
	long     *longCalls
	stats    *stats
	faults   *faults
	describe *describes
	bodies   *typeBodies
	vault    *vault
	routes   []route

	opening   sync.Mutex
	instances []string // addresses of the Salesforce server, in the order in which they were opened
	servers   []*http.Server
	secured   *tls.Config // nil without TLS

	stopping context.Context // done when Close begins: it ends calls that wait out their latency
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// Start opens both servers and answers from then on.
func Start(options Options) (*Server, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: options, clock: &movingClock{base: options.Clock}, ready: Ready{Secrets: options.Secrets},
		stats: newStats(), describe: newDescribes(), routes: split(routeTable()),
	}
	s.faults = &faults{clock: s.clock}
	s.faults.set(options.Faults)
	whole, err := newTenant(options)
	if err != nil {
		return nil, err
	}
	s.current.Store(whole)
	s.info, s.rights = whole.info, whole.rights
	s.sessions = newSessions(options, s.clock)
	s.locators = newLocators(s.clock)
	s.usage = newUsage(s.clock, options)
	s.long = newLongCalls(s.clock, options.LongCalls)
	s.bodies = newTypeBodies(options)
	if options.TLSDir != "" {
		if s.secured, err = newTLS(options.TLSDir); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(options.TempDir, "longhaul-catalog-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for uploads: %w", err)
	}
	s.vault = newVault(dir, options)
	s.stopping, s.stop = context.WithCancel(context.Background())
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open opens what the options say.
func (s *Server) open() error {
	catalog, err := listen(s.options.CatalogAddr)
	if err != nil {
		return err
	}
	s.ready.Catalog = s.serve(catalog, http.HandlerFunc(s.catalog))
	if s.ready.Salesforce, err = s.openInstance(s.options.SalesforceAddr); err != nil {
		return err
	}
	if s.options.SecondInstance {
		_, err = s.MoveInstance()
	}
	return err
}

// Certificates that a client refuses and the like are the client's to report.
var silent = zap.NewStdLog(zap.NewNop())

// serve answers on a listener until Close.
func (s *Server) serve(listener net.Listener, handler http.Handler) string {
	server := &http.Server{
		Handler: handler, ErrorLog: silent, ReadHeaderTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return s.stopping }, ConnContext: withConn,
	}
	scheme := "http"
	if s.secured != nil {
		scheme = "https"
		server.TLSConfig = s.secured.Clone()
	}
	s.servers = append(s.servers, server)
	s.running.Go(func() {
		// Both return ErrServerClosed once Close is called, and nothing else can be done about other errors.
		if s.secured != nil {
			_ = server.ServeTLS(listener, "", "")
			return
		}
		_ = server.Serve(listener)
	})
	return scheme + "://" + listener.Addr().String()
}

// Ready tells where the servers are and how to log in.
func (s *Server) Ready() Ready { return s.ready }

// Close ends calls under way and removes what the catalog received.
func (s *Server) Close() error {
	s.stop()
	s.opening.Lock() // behind one that is being opened; none is opened any more
	servers := slices.Clone(s.servers)
	s.opening.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var errs []error
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, server.Close())
		}
	}
	s.running.Wait()
	return errors.Join(append(errs, os.RemoveAll(s.vault.dir))...)
}
