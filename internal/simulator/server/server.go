package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"longhaul/internal/simulator/catalog"
	"longhaul/internal/simulator/control"
)

// Server is a running simulator.
type Server struct {
	parts

	options   Options
	ready     Ready
	uploads   string // the folder of what the catalog received
	catalog   *catalog.Server
	handler   func(instance int) http.Handler // of the Salesforce server
	listeners *listeners
}

// Start opens both servers and answers from then on.
func Start(options Options) (*Server, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	made, err := newParts(&options)
	if err != nil {
		return nil, err
	}
	s := &Server{parts: made, options: options, ready: Ready{Secrets: options.Secrets}, listeners: &listeners{}}
	if options.TLSDir != "" {
		if s.listeners.secured, err = newTLS(options.TLSDir); err != nil {
			return nil, err
		}
	}
	if s.uploads, err = os.MkdirTemp(options.TempDir, "longhaul-catalog-"); err != nil {
		return nil, fmt.Errorf("making a folder for uploads: %w", err)
	}
	s.listeners.stopping, s.listeners.stop = context.WithCancel(context.Background())
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open opens the addresses of the options.
func (s *Server) open() (err error) {
	s.catalog = catalog.New(catalog.Settings{
		Dir: s.uploads, SourceID: s.options.Secrets.SourceID, Token: s.options.Secrets.CatalogToken, MaxUpload: s.options.MaxUpload,
	}, s.faults, s.requests)
	if s.ready.Catalog, err = s.listeners.serveCatalog(s.options.CatalogAddr, s.catalog); err != nil {
		return err
	}
	panel := &control.Panel{
		Stats: s.Stats, Describes: s.describes, Clock: s.clock, Faults: s.faults, Daily: s.daily, Permissions: s.permissions,
		Sessions: s.sessions, Live: s.live, Instances: s.listeners.ends,
		MoveInstance: func() error { _, err := s.MoveInstance(); return err },
	}
	instances := s.salesforce(s.listeners.stopping, &s.options, s.listeners.instanceURL)
	s.handler = func(instance int) http.Handler { return panel.Before(instances.Handler(instance)) }
	if s.ready.Salesforce, _, err = s.listeners.serveInstance(s.options.SalesforceAddr, s.handler); err != nil {
		return err
	}
	if s.options.SecondInstance {
		_, err = s.MoveInstance()
	}
	return err
}

// Ready says where the servers are and how to log in.
func (s *Server) Ready() Ready { return s.ready }

// Close ends calls under way and removes what the catalog received.
func (s *Server) Close() error {
	return errors.Join(s.listeners.close(), os.RemoveAll(s.uploads))
}
