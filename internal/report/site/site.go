// Package site shows the pages of sources in a browser: the newest of each and every one that the bucket keeps, and nothing else.
package site

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/staging"
)

// Options say what is shown.
type Options struct {
	Store   *staging.Store
	Sources func() []string // the names of the sources, now
	Logger  *zap.Logger
}

// Site is a server that runs.
type Site struct {
	Address string // with the port that it has

	server  *http.Server
	stopped chan struct{}
}

const (
	readWithin  = 10 * time.Second
	writeWithin = time.Minute
	idleWithin  = 2 * time.Minute
	stopWithin  = 2 * time.Second
	mostHeader  = 16 << 10
	mostAnswers = 16 // at one time: each may hold a page
)

// Listen serves at an address until Close. The address is a port of this machine, or a host and a port.
func Listen(ctx context.Context, address string, o Options) (*Site, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", httpkit.OnLoopback(address))
	if err != nil {
		return nil, unusable(address, err)
	}
	s := &Site{Address: listener.Addr().String(), stopped: make(chan struct{})}
	h := &handler{Options: o, local: isLoopback(listener.Addr()), slots: make(chan struct{}, mostAnswers)}
	s.server = &http.Server{
		Handler: h, ReadHeaderTimeout: readWithin, ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: idleWithin,
		MaxHeaderBytes: mostHeader, ErrorLog: zap.NewStdLog(o.Logger),
	}
	if !h.local {
		o.Logger.Warn("report.listen shows the pages to everybody who reaches its address: put a login before it", zap.String("address", s.Address))
	}
	go func() {
		defer close(s.stopped)
		if err := fault.Caught(func() error { return s.server.Serve(listener) }); !errors.Is(err, http.ErrServerClosed) {
			o.Logger.Error("the pages of syncs are no longer shown", zap.Error(err))
		}
	}()
	return s, nil
}

// Close stops the server. What is being answered has a moment to end.
func (s *Site) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	err := s.server.Shutdown(ctx)
	if err != nil {
		err = s.server.Close()
	}
	<-s.stopped
	return err
}

// unusable says what to change where the address cannot be listened on.
func unusable(address string, err error) error {
	return &fault.Error{
		Class: fault.Invalid, System: fault.Longhaul, Err: err,
		Message: "the pages of syncs cannot be shown at " + httpkit.OnLoopback(address) + " (" + reasonOf(err) +
			"): set report.listen (LONGHAUL_REPORT_LISTEN) to a free port, or to none",
	}
}

// reasonOf is the innermost error: the others repeat the address.
func reasonOf(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}

func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
