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
}

// plant is everything a sync needs, in this process: Temporal, its UI, the bucket and a worker.
type plant struct {
	client  client.Client
	store   *staging.Store
	address string // of Temporal
	ui      string

	logger *zap.Logger
	stops  []func() error // what was started, in order
}

// openPlant starts the parts, each when those it needs are there.
func openPlant(ctx context.Context, a *App, o plantOptions) (_ *plant, err error) {
	p := &plant{logger: o.Logger}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	hosted, err := host.Open(ctx, o.Settings, host.Options{Version: a.Version, Logger: o.Logger})
	if err != nil {
		return nil, err
	}
	p.started(hosted.Close)
	p.store = hosted.Store()
	if err := hosted.Check(ctx); err != nil {
		return nil, err
	}

	o.Temporal.Logger = o.Logger
	server, err := a.StartTemporal(ctx, o.Temporal)
	if err != nil {
		return nil, err
	}
	p.started(server.Stop)
	p.address, p.ui = server.HostPort(), server.UIURL()

	if p.client, err = a.Dial(ctx, host.DialOptions{Logger: o.Logger, Address: p.address, Metrics: o.Metrics}); err != nil {
		return nil, err
	}
	p.started(func() error { p.client.Close(); return nil })

	if o.Prepare != nil {
		if err := o.Prepare(ctx, p.client); err != nil {
			return nil, err
		}
	}
	worker := hosted.NewWorker(p.client)
	if err := worker.Start(); err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	p.started(func() error { worker.Stop(); return nil })
	return p, nil
}

func (p *plant) started(stop func() error) { p.stops = append(p.stops, stop) }

// close stops the parts in the reverse order: the worker flushes while Temporal and the bucket are still there. What does
// not stop in good order is for the log only: it ends with the process, and nothing is lost.
func (p *plant) close() {
	for i := len(p.stops) - 1; i >= 0; i-- {
		if err := p.stops[i](); err != nil {
			p.logger.Warn("a part did not stop in good order", zap.Error(err))
		}
	}
	p.stops = nil
}
