package inventory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/staging"
)

const (
	// outdated is the age from which on a listing of a catch-up is not believed any more: a sync may have stood still for
	// days since, and the others would be listed as of today.
	outdated = 10 * time.Minute
	// catchUpRounds bounds how often a kind is listed for one catch-up, so that it ends where each attempt gets few calls
	// and then a long wait. The last listing is believed however old it is.
	catchUpRounds = 4
)

// roundName names the stream of a round of listing, which name makes of a kind: it is the kind's own in the first one.
// Each has its stream, since an attempt that was given up may still be writing the one of the round before.
func roundName(name func(kind string) string, kind Kind, round int) string {
	if round == 0 {
		return name(string(kind))
	}
	return name(fmt.Sprintf("%s.%d", kind, round+1))
}

// round gives the name of the stream that a kind is listed into: that of the first round which has not begun yet, or one
// that is young enough.
func (c *catching) round(ctx context.Context, name func(kind string) string, kind Kind) (string, error) {
	for round := range catchUpRounds - 1 {
		stream := roundName(name, kind, round)
		var state checkpoint
		err := c.Store.ReadJSON(ctx, c.Sync.InventoryState(stream), &state)
		switch {
		case errors.Is(err, staging.ErrNotExist), errors.Is(err, staging.ErrMalformed):
			return stream, nil
		case err != nil:
			return "", err
		case time.Since(state.asOf()) < outdated:
			return stream, nil
		}
	}
	return roundName(name, kind, catchUpRounds-1), nil
}
