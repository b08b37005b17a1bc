package course

import (
	"cmp"
	"slices"
	"time"
)

// Span is a time in which the sync waited.
type Span struct {
	Reason string `json:"r"`
	From   int64  `json:"f"`
	To     int64  `json:"t"`
}

func (s Span) long() int64 { return s.To - s.From }

const (
	// mostSpans bounds what the spans take in the state of the sync: about 70 bytes each.
	mostSpans = 50
	// shortGap is for how long a sync looks whether it can go on: what it waits for on both sides of that is one wait.
	shortGap = 2 * time.Minute
)

// spanned adds a span. Of too many the shortest makes room, which a chart of days would hardly show.
func spanned(all []Span, next Span) []Span {
	if n := len(all); n > 0 && all[n-1].Reason == next.Reason && next.From-all[n-1].To <= shortGap.Milliseconds() {
		all[n-1].To = next.To
		return all
	}
	if all = append(all, next); len(all) <= mostSpans {
		return all
	}
	shortest := slices.MinFunc(all, func(a, b Span) int { return cmp.Or(cmp.Compare(a.long(), b.long()), cmp.Compare(a.From, b.From)) })
	return slices.DeleteFunc(all, func(s Span) bool { return s == shortest })
}
