package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/wire"
)

// maxInstances bounds the hosts that one simulator opens.
const maxInstances = 16

// listeners are the open addresses of the simulator.
type listeners struct {
	secured  *tls.Config     // nil without TLS
	stopping context.Context // done when close begins: it ends calls that wait out their latency
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu        sync.Mutex
	servers   []*http.Server
	instances []string // addresses of the Salesforce server, in the order in which they were opened
}

// Errors of clients, who refuse certificates and the like, are the clients' to report.
var silent = zap.NewStdLog(zap.NewNop())

// serve answers on an address until close, and gives its URL.
func (l *listeners) serve(address string, handler http.Handler) (string, error) {
	listener, err := listen(address)
	if err != nil {
		return "", err
	}
	if l.stopping.Err() != nil {
		return "", errors.Join(errors.New("the simulator is closed"), listener.Close())
	}
	server := &http.Server{
		Handler: handler, ErrorLog: silent, ReadHeaderTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return l.stopping },
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return faults.WithEgress(wire.WithConn(ctx, conn))
		},
	}
	scheme := "http"
	if l.secured != nil {
		scheme = "https"
		server.TLSConfig = l.secured.Clone()
	}
	l.servers = append(l.servers, server)
	l.running.Go(func() {
		// Both return ErrServerClosed after close, and other errors cannot be handled here.
		if l.secured != nil {
			_ = server.ServeTLS(listener, "", "")
			return
		}
		_ = server.Serve(listener)
	})
	return scheme + "://" + listener.Addr().String(), nil
}

// serveCatalog opens the address of the catalog.
func (l *listeners) serveCatalog(address string, handler http.Handler) (url string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.serve(address, handler)
}

// serveInstance opens one more host of Salesforce, with the handler that handler makes for its number. Clients log in at
// the first.
func (l *listeners) serveInstance(address string, handler func(instance int) http.Handler) (url string, instance int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	instance = len(l.instances)
	if instance >= maxInstances {
		return "", 0, fmt.Errorf("the instance has moved %d times, which is as often as it can", maxInstances-1)
	}
	if url, err = l.serve(address, handler(instance)); err != nil {
		return "", 0, err
	}
	l.instances = append(l.instances, url)
	return url, instance, nil
}

// instanceURL is the address of an instance.
func (l *listeners) instanceURL(instance int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.instances[instance]
}

// ends are the addresses of the first instance and of the last one.
func (l *listeners) ends() (first, last string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.instances[0], l.instances[len(l.instances)-1]
}

// close ends the calls under way.
func (l *listeners) close() error {
	l.stop()
	l.mu.Lock() // after an address that is being opened; no other is opened from now on
	servers := slices.Clone(l.servers)
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var errs []error
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, server.Close())
		}
	}
	l.running.Wait()
	return errors.Join(errs...)
}

// listen opens a loopback address and refuses any other: the simulator is no server for a network.
func listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the address %q is not of the form host:port: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("the simulator listens on loopback addresses only; write 127.0.0.1 instead of %q", host)
	}
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", address, err)
	}
	return listener, nil
}
