package source

import "time"

// Schedule says when a source is refreshed without anybody asking. The zero value is never.
type Schedule struct {
	Every    time.Duration `json:"every,omitempty"`    // from one start to the next; 0 where Cron is set
	Cron     string        `json:"cron,omitempty"`     // five fields
	Timezone string        `json:"timezone,omitempty"` // of Cron, as the IANA database names it; empty: UTC
}

// IsZero reports that nothing is scheduled.
func (s Schedule) IsZero() bool { return s == Schedule{} }
