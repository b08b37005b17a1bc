// Package course notes how a sync goes, for those who look back: its phases, its waits, and what operators ordered.
package course

import (
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/history"
)

// Course is what is noted of a sync. It crosses continue-as-new in the state of the sync: its keys are short, its times are in
// milliseconds (since 1970, where they are moments), and its size is bounded.
type Course struct {
	Trigger string           `json:"trigger,omitempty"`
	Phases  []Phase          `json:"phases,omitempty"` // in the order in which they began; each ends where the next begins
	Waits   map[string]int64 `json:"waits,omitempty"`  // by reason (see history.Waits); the one under way is added when it is over
	Orders  []Order          `json:"orders,omitempty"` // oldest first, at most history.MostOrders
	Said    *Order           `json:"said,omitempty"`   // an order that was announced with its reason, and has not come
	Skips   []Skip           `json:"skips,omitempty"`  // starts that were skipped because the sync ran, at most history.MostSkips triggers
	Spans   []Span           `json:"spans,omitempty"`  // when the sync waited, oldest first, at most mostSpans

	waits string    // the reason of the wait under way; empty: none
	since time.Time // when that began
}

// Phase is when a phase began.
type Phase struct {
	Name  string `json:"p"`
	Began int64  `json:"b"`
}

// Order is what an operator sent.
type Order struct {
	At     int64  `json:"t"`
	Name   string `json:"n"`
	Reason string `json:"r,omitempty"`
}

const (
	// mostTrigger bounds the trigger. Temporal lets ids of schedules be longer.
	mostTrigger = 120
	// mostReason bounds what one reason takes in the state, and mostReasons what all do: older orders lose theirs first.
	mostReason  = 300
	mostReasons = 1800
)

// New begins the course of a sync.
func New(trigger string) Course { return Course{Trigger: fault.Clip(trigger, mostTrigger)} }

// TriggerOf is the trigger in the words that are stored: the one that was handed down, if it is one; else the schedule that started
// the workflow; else other.
func TriggerOf(handed, schedule string) string {
	switch {
	case handed == history.TriggerCLI, handed == history.TriggerOther:
		return handed
	case strings.HasPrefix(handed, history.TriggerSchedule) && handed != history.TriggerSchedule:
		return handed
	case schedule != "":
		return history.TriggerSchedule + schedule
	default:
		return history.TriggerOther
	}
}

// Enter notes that a phase begins, or is taken up again by a run that continues.
func (c *Course) Enter(phase string, now time.Time) {
	if n := len(c.Phases); n > 0 && c.Phases[n-1].Name == phase {
		return
	}
	c.Phases = append(c.Phases, Phase{Name: phase, Began: now.UnixMilli()})
}

// Wait notes that the sync waits from now on, for this reason alone.
func (c *Course) Wait(reason string, now time.Time) {
	if reason == c.waits {
		return
	}
	c.GoOn(now)
	c.waits, c.since = reason, now
}

// GoOn notes that the sync waits no more.
func (c *Course) GoOn(now time.Time) {
	if c.waits != "" {
		if c.Waits == nil {
			c.Waits = map[string]int64{}
		}
		c.Waits[c.waits] += now.Sub(c.since).Milliseconds()
		c.Spans = spanned(c.Spans, Span{Reason: c.waits, From: c.since.UnixMilli(), To: now.UnixMilli()})
	}
	c.waits = ""
}

// Order notes what an operator has sent.
func (c *Course) Order(name, reason string, now time.Time) {
	c.Orders = append(c.Orders, Order{At: now.UnixMilli(), Name: name, Reason: fault.Clip(reason, mostReason)})
	c.Orders = c.Orders[max(len(c.Orders)-history.MostOrders, 0):]
	c.bound()
}

// bound takes away the reasons of older orders.
func (c *Course) bound() {
	left := mostReasons
	if c.Said != nil {
		left -= fault.Written(c.Said.Reason)
	}
	for i := len(c.Orders) - 1; i >= 0; i-- {
		if left -= fault.Written(c.Orders[i].Reason); left < 0 {
			c.Orders[i].Reason = ""
		}
	}
}

// announced is for how long an order whose reason came before it is awaited.
const announced = 10 * time.Minute

// Announce keeps the reason of an order that is about to come. Until it comes nobody has ordered anything.
func (c *Course) Announce(name, reason string, now time.Time) {
	c.Said = &Order{At: now.UnixMilli(), Name: name, Reason: fault.Clip(reason, mostReason)}
	c.bound()
}

// Confirm notes an order whose reason may have come before it, and returns the reason.
func (c *Course) Confirm(name string, now time.Time) (reason string) {
	if said := c.Said; said != nil && said.Name == name && now.Sub(time.UnixMilli(said.At)) < announced {
		reason = said.Reason
	}
	c.Said = nil
	c.Order(name, reason, now)
	return reason
}

// At is how the sync has gone until now, for the bucket. It lacks what the course does not know: the workflow, and the warnings.
func (c *Course) At(started, now time.Time) history.Course {
	upToNow := *c
	upToNow.Waits, upToNow.Spans = nil, slices.Clone(c.Spans)
	upToNow.GoOn(now)
	all := history.Course{Trigger: c.Trigger, Seconds: seconds(now.Sub(started).Milliseconds())}
	for i, phase := range c.Phases {
		ended := now.UnixMilli()
		if i+1 < len(c.Phases) {
			ended = c.Phases[i+1].Began
		}
		all.Phases = append(all.Phases, history.PhaseTime{
			Phase: phase.Name, Began: time.UnixMilli(phase.Began).UTC(), Seconds: seconds(ended - phase.Began),
		})
	}
	for _, reason := range history.Waits {
		if waited := c.Waits[reason] + upToNow.Waits[reason]; waited > 0 {
			if all.Waits == nil {
				all.Waits = map[string]float64{}
			}
			all.Waits[reason] = seconds(waited)
		}
	}
	for _, order := range c.Orders {
		all.Orders = append(all.Orders, history.Order{At: time.UnixMilli(order.At).UTC(), Name: order.Name, Reason: order.Reason})
	}
	for _, s := range upToNow.Spans {
		all.Spans = append(all.Spans, history.Span{Reason: s.Reason, From: time.UnixMilli(s.From).UTC(), To: time.UnixMilli(s.To).UTC()})
	}
	all.Skips = c.SkippedStarts()
	return all
}

func seconds(milliseconds int64) float64 { return float64(milliseconds) / 1000 }
