package course

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Span is a time in which the sync waited, in milliseconds since 1970. In JSON it is a list of reason, beginning and length in seconds.
type Span struct {
	Reason   string
	From, To int64
}

func (s Span) long() int64 { return s.To - s.From }

// MarshalJSON writes the list.
func (s Span) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{s.Reason, s.From / 1000, (s.long() + 500) / 1000})
}

// UnmarshalJSON reads it; a newer worker may have written more.
func (s *Span) UnmarshalJSON(data []byte) error {
	var from, seconds int64
	if err := json.Unmarshal(data, &[]any{&s.Reason, &from, &seconds}); err != nil {
		return fmt.Errorf("a wait of the sync: %w", err)
	}
	s.From, s.To = from*1000, (from+seconds)*1000
	return nil
}

const (
	// mostSpans bounds what the spans take in the state of the sync: about 35 bytes each.
	mostSpans = 24
	// ShortGap is for how long a sync looks whether it can go on: what it waits for on both sides of that is one wait.
	ShortGap = 2 * time.Minute
)

// spanned adds a span. Of too many the shortest makes room, which a chart of days would hardly show.
func spanned(all []Span, next Span) []Span {
	if n := len(all); n > 0 && all[n-1].Reason == next.Reason && next.From-all[n-1].To <= ShortGap.Milliseconds() {
		all[n-1].To = next.To
		return all
	}
	if all = append(all, next); len(all) <= mostSpans {
		return all
	}
	shortest := slices.MinFunc(all, func(a, b Span) int { return cmp.Or(cmp.Compare(a.long(), b.long()), cmp.Compare(a.From, b.From)) })
	return slices.DeleteFunc(all, func(s Span) bool { return s == shortest })
}
