// Package tell decides what people are told of a sync, and starts a workflow of its own for each message, so that no receiver holds up a
// sync.
package tell

import (
	"time"

	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/workflows/course"
)

// State is how a sync stands and what was told of it. It crosses continue-as-new: its keys are short, and its times are in milliseconds since
// 1970.
type State struct {
	Sent int `json:"n,omitempty"` // messages so far, which number their ids

	Reason string `json:"r,omitempty"` // of the standstill that is under way or just over: one of history.Waits, or stalled
	Since  int64  `json:"s,omitempty"` // when it began
	Over   int64  `json:"o,omitempty"` // when it ended; 0: it is under way
	Why    string `json:"w,omitempty"` // of a stall: what a running activity says that it waits for, at most 1,000 bytes (activities.Beat)

	Event notify.Event `json:"e,omitempty"` // that was told, and stands; empty: none
	Last  int64        `json:"l,omitempty"` // when it was told last
	Times int          `json:"t,omitempty"` // how often

	Known int64 `json:"h,omitempty"` // what had been done at the last look, as far as the workflow had heard
	Count int64 `json:"c,omitempty"` // the same, with what running activities had reported
	Moved int64 `json:"m,omitempty"` // when a look last found that more was done
}

const (
	// waitingAfter is how long a sync waits for what passes by itself before anybody is told.
	waitingAfter = time.Hour
	// repeatEvery is how often what stands is told again.
	repeatEvery = 24 * time.Hour
)

// stalled stands for a sync of which nothing moves, though the workflow itself waits for nothing, where the reasons of waits stand.
const stalled = "stalled"

// eventOf is what people are told of a standstill, and after how long; empty for what an operator ordered.
func eventOf(reason string) (event notify.Event, after time.Duration) {
	switch reason {
	case "", history.WaitPaused:
		return "", 0
	case history.WaitBlocked:
		return notify.Blocked, 0
	case history.WaitHeld:
		return notify.Held, 0
	case stalled:
		return notify.Stalled, 0
	default:
		return notify.Waiting, waitingAfter
	}
}

// halt notes that the sync stands still. What it stood still for a moment ago goes on.
func (s *State) halt(reason string, now time.Time) {
	if s.Reason != reason || s.over(now) {
		s.Reason, s.Since, s.Why = reason, now.UnixMilli(), ""
	}
	s.Over = 0
}

// goOn notes that the sync does not stand still any more.
func (s *State) goOn(now time.Time) {
	if s.Reason != "" && s.Over == 0 {
		s.Over, s.Moved, s.Why = now.UnixMilli(), now.UnixMilli(), ""
	}
}

// stands says whether the sync stands still.
func (s *State) stands() bool { return s.Reason != "" && s.Over == 0 }

// waits says whether the workflow itself waits.
func (s *State) waits() bool { return s.stands() && s.Reason != stalled }

// over says whether the last standstill is over for good. A stall is over at once, for something has moved.
func (s *State) over(now time.Time) bool {
	return s.Reason == "" || s.Over != 0 && (s.Reason == stalled || now.UnixMilli()-s.Over >= course.ShortGap.Milliseconds())
}

// due is what is to be told now, and notes that it is told. Without anything it says when to look again; zero: when the standstill changes.
func (s *State) due(now time.Time) (fact *notify.Fact, again time.Time) {
	event, after := eventOf(s.Reason)
	switch {
	case s.Event != "" && (s.over(now) || event != s.Event):
		fact = &notify.Fact{Event: notify.Recovered, Closes: []notify.Event{s.Event}, Since: time.UnixMilli(s.Last).UTC()}
		s.Event, s.Last, s.Times = "", 0, 0
		return fact, time.Time{}
	case s.Event != "" && !s.stands():
		return nil, time.UnixMilli(s.Over).Add(course.ShortGap)
	case event == "" || !s.stands():
		return nil, time.Time{}
	}
	at := time.UnixMilli(s.Since).Add(after)
	if s.Event != "" {
		at = time.UnixMilli(s.Last).Add(repeatEvery)
	}
	if now.Before(at) {
		return nil, at
	}
	fact = &notify.Fact{Event: event, Since: time.UnixMilli(s.Since).UTC(), Repeat: s.Times}
	s.Event, s.Last, s.Times = event, now.UnixMilli(), s.Times+1
	return fact, time.Time{}
}

// sight is what a look sees.
type sight struct {
	heard   int64  // what has been done, as far as the workflow has heard
	running int64  // what running activities have done
	waiting string // what one of them says that it waits for
}

// look notes what a look sees. The sync is stalled by it where nothing has been done for as long as limit, and the workflow itself does not
// wait. What a running activity waits for is why: a full disk needs somebody, as a worker that hangs does.
func (s *State) look(at sight, now time.Time, limit time.Duration) {
	if s.waits() { // it has begun to since the look began, which may ask Temporal
		return
	}
	count := at.heard + at.running
	moved := at.heard != s.Known || count != s.Count || s.Moved == 0
	s.Known, s.Count = at.heard, count
	switch {
	case moved:
		s.Moved = now.UnixMilli()
		if s.Reason == stalled {
			s.goOn(now)
		}
	case now.UnixMilli()-s.Moved >= limit.Milliseconds():
		s.halt(stalled, time.UnixMilli(s.Moved))
		s.Why = at.waiting
	}
}

// StalledSince is since when nothing has moved; zero where the sync is not stalled.
func (s *State) StalledSince() time.Time {
	if s.Reason != stalled || s.Over != 0 {
		return time.Time{}
	}
	return time.UnixMilli(s.Since).UTC()
}
