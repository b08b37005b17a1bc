package schedule

import (
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// Order is what a person wants of the schedule of a source. The zero value wants to see it.
type Order struct {
	Every    string `json:"every,omitempty"` // 90m, 24h or 7d
	Cron     string `json:"cron,omitempty"`
	Timezone string `json:"timezone,omitempty"`
	Off      bool   `json:"off,omitempty"`
	Pause    bool   `json:"pause,omitempty"`
	Resume   bool   `json:"resume,omitempty"`
	Reason   string `json:"reason,omitempty"` // of Pause and Resume
}

// mostReason bounds the reason, in bytes, as that of every order.
const mostReason = 200

// Wanted is the schedule that the order asks for; the zero schedule where it asks for none.
func (o Order) Wanted() (source.Schedule, error) {
	wanted := source.Schedule{Cron: o.Cron, Timezone: o.Timezone}
	if o.Every != "" {
		every, err := ParseEvery(o.Every)
		if err != nil {
			return source.Schedule{}, err
		}
		wanted.Every = every
	}
	return wanted, Check(wanted)
}

// Check says what is wrong with the order; nil where nothing is.
func (o Order) Check() error {
	orders := 0
	for _, given := range []bool{o.Every != "" || o.Cron != "" || o.Timezone != "", o.Off, o.Pause, o.Resume} {
		if given {
			orders++
		}
	}
	switch {
	case orders > 1:
		return fault.Invalidf("every or cron, off, pause and resume exclude each other: give one of them")
	case o.Reason != "" && !o.Pause && !o.Resume:
		return fault.Invalidf("reason is for pause and resume: leave it out")
	case len(o.Reason) > mostReason:
		return fault.Invalidf("the reason has %d bytes, and may have %d: shorten it", len(o.Reason), mostReason)
	}
	_, err := o.Wanted()
	return err
}
