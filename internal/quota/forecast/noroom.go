package forecast

import (
	"fmt"

	"longhaul/internal/humanize"
	"longhaul/internal/quota"
)

// NoRoomError is ErrNoRoom with its numbers, and says which setting makes room.
type NoRoomError struct {
	Others int64 // calls of others in 24 hours
	Stop   int64 // the usage of the whole org at which a sync stops
	Max    int64 // that the org allows in 24 hours
	Policy quota.Policy
}

func noRoom(b *quota.Budget) error {
	return &NoRoomError{Others: b.Others, Stop: b.Ceiling(), Max: b.Max, Policy: b.Policy}
}

// Unwrap gives ErrNoRoom.
func (e *NoRoomError) Unwrap() error { return ErrNoRoom }

// mostMargin is which part of the maximum a budget keeps free even with a ceiling of 100 %.
const mostMargin = 50

// Error says what is in the way and what to change.
func (e *NoRoomError) Error() string {
	if e.Others < e.Stop {
		return fmt.Sprintf("of the %s that the org allows in 24 hours, quota.share (%d %%) is less than one; raise quota.share",
			humanize.Count(e.Max, "API call"), e.Policy.Share)
	}
	used := fmt.Sprintf("others use so many API calls of the org (%s of %s in 24 hours) that none are left", humanize.Number(e.Others),
		humanize.Number(e.Max))
	if e.Policy.Ceiling >= 100 || e.Others >= e.Max-e.Max/mostMargin {
		return used + ", whatever quota.ceiling is; let others use fewer"
	}
	return fmt.Sprintf("%s below quota.ceiling, which is %d %% and stops a sync at %s; raise quota.ceiling, or let others use fewer", used,
		e.Policy.Ceiling, humanize.Number(e.Stop))
}
