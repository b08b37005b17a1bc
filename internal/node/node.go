// Package node is what one machine runs inside a process: a worker, its bucket and an embedded Temporal, with their locks,
// folders, start and stop.
package node

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/host"
	"longhaul/internal/staging"
	"longhaul/internal/telemetry"
)

// Dial connects to Temporal: host.Dial, or what a test has in its place.
type Dial func(context.Context, host.DialOptions) (client.Client, error)

// Options says what to run in this process.
type Options struct {
	Version  string // of Longhaul
	Settings config.Config
	Logger   *zap.Logger
	Metrics  *telemetry.Metrics // nil: nothing is measured
	Dial     Dial
	Pages    string // where pages of syncs are shown if the settings do not say; empty: nowhere

	StartTemporal StartTemporal
	Temporal      TemporalOptions

	// Prepare, unless it is nil, tidies up in Temporal before the worker runs: a worker takes whatever an earlier process left.
	Prepare func(context.Context, client.Client) error
}

// Node is everything that a sync needs, in this process: Temporal, its UI, the bucket and a worker.
type Node struct {
	Client  client.Client
	Fatal   Fatal // of the worker, or of the disk under Temporal
	Store   *staging.Store
	Address string                         // of Temporal
	UI      string                         // address of Temporal's UI
	Pages   string                         // address of the pages of syncs; empty: they are not shown
	Sources func() (served, left []string) // that the worker serves now, and that are left out until they can be
	Moved   bool                           // Temporal's database is new, because the one before could not be read

	disk  *Disk // under Temporal's database; nil in tests
	parts shutdown
}

// Start starts each part after those that it needs.
func Start(ctx context.Context, o Options) (_ *Node, err error) {
	if err := EnoughFiles(o.Settings); err != nil {
		return nil, err
	}
	n := &Node{Fatal: NewFatal(), parts: shutdown{logger: o.Logger}}
	n.disk = newDisk(o.Logger, n.Fatal)
	defer func() {
		if err != nil {
			err = n.disk.blame(err)
			n.Close()
		}
	}()
	hosted, err := n.openHost(ctx, o)
	if err == nil {
		err = enoughForSaved(ctx, hosted, o.Settings)
	}
	if err != nil {
		return nil, err
	}
	o.Temporal.Logger, o.Temporal.Trouble = o.Logger, n.disk.Report
	server, err := o.StartTemporal(ctx, o.Temporal)
	if err != nil {
		return nil, err
	}
	n.parts.add("Temporal", stopWithin, server.Stop)
	n.Address, n.UI = server.HostPort(), server.UIURL()
	if err := n.dial(ctx, o, hosted); err != nil {
		return nil, err
	}
	if o.Prepare != nil {
		if err := o.Prepare(ctx, n.Client); err != nil {
			return nil, err
		}
	}
	if err := n.startWorker(hosted); err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	return n, nil
}

// openHost opens the bucket and checks the sources.
func (n *Node) openHost(ctx context.Context, o Options) (*host.Host, error) {
	hosted, err := host.Open(ctx, o.Settings, host.Options{
		Version: o.Version, Logger: o.Logger, Lost: n.Fatal.WorkerStopped, Metrics: o.Metrics,
	})
	if err != nil {
		return nil, err
	}
	n.parts.add("bucket", stopWithin, hosted.Close)
	n.Store = hosted.Store()
	if err := hosted.Check(ctx); err != nil {
		return nil, err
	}
	return hosted, n.showPages(ctx, o, hosted)
}

// dial connects to the node's Temporal, or to that of the environment where the node has none.
func (n *Node) dial(ctx context.Context, o Options, hosted *host.Host) error {
	temporal, err := o.Dial(ctx, host.DialOptions{Logger: o.Logger, Address: n.Address, Metrics: o.Metrics.Handler(), Polls: hosted.Polls()})
	if err != nil {
		return err
	}
	n.Client = temporal
	n.parts.add("client", stopWithin, func() error { temporal.Close(); return nil })
	return nil
}

func (n *Node) startWorker(hosted *host.Host) error {
	worker := hosted.NewWorker(n.Client)
	if err := worker.Start(); err != nil {
		return err
	}
	n.Sources = worker.Served
	n.parts.add("worker", drainWithin, func() error { worker.Stop(); return nil })
	return nil
}

// Close stops all parts. A second call does nothing.
func (n *Node) Close() { n.parts.close() }

// Blame puts the trouble of the disk under Temporal in place of what Temporal's clients say of it.
func (n *Node) Blame(err error) error { return n.disk.blame(err) }

// Trouble is what keeps the embedded Temporal from answering; empty while nothing does.
func (n *Node) Trouble() string { return n.disk.words() }
