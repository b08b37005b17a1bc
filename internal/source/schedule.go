package source

import (
	"encoding/json"
	"strings"
	"time"
)

// Schedule says when a source is refreshed without anybody asking. The zero value is never.
type Schedule struct {
	Every    time.Duration // from one start to the next; 0 where Cron is set
	Cron     string        // five fields
	Timezone string        // of Cron, as the IANA database names it; empty: UTC
}

// LeastEvery and MostEvery bound the time from one start to the next.
const (
	LeastEvery = time.Minute
	MostEvery  = 366 * 24 * time.Hour
)

// IsZero reports that nothing is scheduled.
func (s Schedule) IsZero() bool { return s == Schedule{} }

// written is a schedule as files and answers hold it.
type written struct {
	Every    string `json:"every,omitempty"` // 24h
	Cron     string `json:"cron,omitempty"`
	Timezone string `json:"timezone,omitempty"`
}

// MarshalJSON writes the period as people do.
func (s Schedule) MarshalJSON() ([]byte, error) {
	w := written{Cron: s.Cron, Timezone: s.Timezone}
	if s.Every != 0 {
		w.Every = Period(s.Every)
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Schedule) UnmarshalJSON(text []byte) error {
	var w written
	err := json.Unmarshal(text, &w)
	*s = Schedule{Cron: w.Cron, Timezone: w.Timezone}
	if err == nil && w.Every != "" {
		s.Every, err = time.ParseDuration(w.Every)
	}
	return err
}

// Period writes a duration without the units that are zero: 36h in place of 36h0m0s.
func Period(d time.Duration) string {
	text := d.String()
	for _, zero := range []struct{ end, unit string }{{"m0s", "0s"}, {"h0m", "0m"}} {
		if strings.HasSuffix(text, zero.end) {
			text = strings.TrimSuffix(text, zero.unit)
		}
	}
	return text
}
