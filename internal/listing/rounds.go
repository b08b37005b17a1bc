package listing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/staging"
)

const (
	// outdated is the age from which a listing of a catch-up is not used any more: the sync may have stood still for days
	// since, and the other kinds would be listed as of today.
	outdated = 10 * time.Minute
	// catchUpRounds bounds how often a kind is listed for one catch-up, so that it ends where each attempt gets few calls
	// and then a long wait. The last listing is used however old it is.
	catchUpRounds = 4
)

// roundName names the stream of a round of listing; name makes it from the kind, in the first round from the kind alone.
// Each round has its own stream, as an abandoned attempt may still be writing the one of the round before.
func roundName(name func(kind string) string, kind Kind, round int) string {
	if round == 0 {
		return name(string(kind))
	}
	return name(fmt.Sprintf("%s.%d", kind, round+1))
}

// round returns the name of the stream that a kind is listed into: that of the first round that has not begun yet, or that
// is young enough.
func (c *catchUp) round(ctx context.Context, name func(kind string) string, kind Kind) (string, error) {
	for round := range catchUpRounds - 1 {
		named := roundName(name, kind, round)
		var state checkpoint
		err := c.Store.ReadJSON(ctx, c.Sync.InventoryState(named), &state)
		switch {
		case errors.Is(err, staging.ErrNotExist), errors.Is(err, staging.ErrMalformed):
			return named, nil
		case err != nil:
			return "", err
		case time.Since(state.asOf()) < outdated:
			return named, nil
		}
	}
	return roundName(name, kind, catchUpRounds-1), nil
}
