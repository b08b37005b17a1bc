package shard

import (
	"context"
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/staging"
)

// canarySearch bounds how many shards and parts are looked at for a canary.
const canarySearch = 64

// FindCanary names a report of the sync that is known to be answered, for Input.Canary: one that an earlier sync described,
// or else the first that a shard of this sync described. ok is false when there is none, as at the start of a first sync.
func FindCanary(ctx context.Context, store *staging.Store, sync staging.Sync) (id string, ok bool, err error) {
	if id, err = describedIn(ctx, store, sync.Reused()); err != nil || id != "" {
		return id, id != "", err
	}
	looked := 0
	for key, err := range store.List(ctx, sync.DescribePrefix()) {
		if err != nil {
			return "", false, fmt.Errorf("look for a canary: %w", err)
		}
		if id, err = describedIn(ctx, store, key); err != nil || id != "" {
			return id, id != "", err
		}
		if looked++; looked == canarySearch {
			break
		}
	}
	return "", false, nil
}

// describedIn gives the first report of a stream that has a description. A stream that is torn, or that another process
// has just removed, has none.
func describedIn(ctx context.Context, store *staging.Store, key string) (string, error) {
	for line, err := range store.Lines(ctx, key) {
		switch {
		case err != nil && store.Unreadable(err):
			return "", nil
		case err != nil:
			return "", fmt.Errorf("look for a canary: %w", err)
		}
		head, err := description.DecodeHead(line)
		if err != nil {
			return "", nil // a stream of something else holds no canary
		}
		if head.State == description.StateDescribed || head.State == description.StateReused {
			return head.ID, nil
		}
	}
	return "", nil
}
