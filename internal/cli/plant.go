package cli

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/host"
	"longhaul/internal/staging"
)

// plantOptions says what to run in this process.
type plantOptions struct {
	Temporal TemporalOptions
	Settings config.Config
	Logger   *zap.Logger
	Metrics  client.MetricsHandler // may be nil

	// Prepare, unless it is nil, tidies up in Temporal while nobody works yet: once the worker runs, it takes whatever an
	// earlier process left.
	Prepare func(context.Context, client.Client) error
	// Moving, unless it is nil, is told before a database that cannot be read is moved aside.
	Moving func() error
}

// plant is everything a sync needs, in this process: Temporal, its UI, the bucket and a worker.
type plant struct {
	shutdown

	client  client.Client
	lost    loss  // of the worker, or of the disk under Temporal
	disk    *disk // under Temporal's database; nil in tests
	store   *staging.Store
	address string // of Temporal
	ui      string
	left    []string // sources that cannot be served
	moved   bool     // Temporal's database is new, because the one before could not be read
}

// openPlant starts the parts, each when those it needs are there.
func openPlant(ctx context.Context, a *App, o plantOptions) (_ *plant, err error) {
	if err := enoughFiles(o.Settings, spareFiles); err != nil {
		return nil, err
	}
	p := &plant{shutdown: shutdown{logger: o.Logger}, lost: newLoss()}
	p.disk = newDisk(o.Logger, p.lost)
	defer func() {
		if err != nil {
			err = p.disk.blame(err)
			p.close()
		}
	}()
	hosted, err := host.Open(ctx, o.Settings, host.Options{Version: a.Version, Logger: o.Logger, Lost: p.lost.tell})
	if err != nil {
		return nil, err
	}
	p.started("bucket", stopWithin, hosted.Close)
	p.store = hosted.Store()
	if p.left, err = hosted.Check(ctx); err != nil {
		return nil, err
	}

	o.Temporal.Logger, o.Temporal.Trouble = o.Logger, p.disk.heard
	server, err := a.StartTemporal(ctx, o.Temporal)
	if err != nil {
		return nil, err
	}
	p.started("Temporal", stopWithin, server.Stop)
	p.address, p.ui = server.HostPort(), server.UIURL()

	if p.client, err = a.Dial(ctx, host.DialOptions{
		Logger: o.Logger, Address: p.address, Metrics: o.Metrics, Polls: hosted.Polls(),
	}); err != nil {
		return nil, err
	}
	p.started("client", stopWithin, func() error { p.client.Close(); return nil })

	if o.Prepare != nil {
		if err := o.Prepare(ctx, p.client); err != nil {
			return nil, err
		}
	}
	worker := hosted.NewWorker(p.client)
	if err := worker.Start(); err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	p.started("worker", drainWithin, func() error { worker.Stop(); return nil })
	return p, nil
}
