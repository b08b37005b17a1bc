package main

import (
	"context"
	"errors"
	"fmt"

	"longhaul/internal/node"
	"longhaul/internal/temporaldev"
	"longhaul/workflows/attribute"
)

// startTemporal runs the embedded server with the search attributes that syncs set.
func startTemporal(ctx context.Context, o node.TemporalOptions) (node.Temporal, error) {
	var trouble func(*temporaldev.DatabaseError)
	if o.Trouble != nil {
		trouble = func(e *temporaldev.DatabaseError) { o.Trouble(e) }
	}
	server, err := temporaldev.Start(ctx, temporaldev.Options{
		Trouble:  trouble,
		Database: o.Database, FrontendAddr: o.Addr, UIAddr: o.UIAddr, Logger: o.Logger,
		SearchAttributes: attribute.Types(),
	})
	var unusable *temporaldev.DatabaseError
	switch {
	case errors.As(err, &unusable) && unusable.Content:
		return nil, fmt.Errorf("%w: %w", node.ErrDatabase, err)
	case err != nil:
		return nil, err
	}
	return server, nil
}
