package notify

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Fact is what happened, as a workflow or a worker knows it. It is stored in Temporal's history, so it holds counts, references and
// sentences of Longhaul, and neither secrets nor names of records or people.
type Fact struct {
	ID      string    `json:"id"` // of the message, the same at each try: receivers know a repeat by it
	Event   Event     `json:"event"`
	Source  string    `json:"source"`
	Sync    string    `json:"sync,omitempty"`    // empty for an event of no sync
	At      time.Time `json:"at"`                // when it happened
	Since   time.Time `json:"since,omitzero"`    // from when on it stands
	Repeat  int       `json:"repeat,omitempty"`  // how often it was told before: what stands is told again each day
	Why     string    `json:"why,omitempty"`     // a sentence: what is in the way
	Do      string    `json:"do,omitempty"`      // a sentence: what somebody can do
	Until   time.Time `json:"until,omitzero"`    // when it goes on or gives up, where that is known
	Closes  []Event   `json:"closes,omitempty"`  // of Recovered: what is over
	Outcome string    `json:"outcome,omitempty"` // of a sync that has ended

	Unwritten bool `json:"unwritten,omitempty"` // the end of the sync did not wait for its page

	Receiver string `json:"receiver,omitempty"` // of Test: the only one that it is for; empty: all of the source
}

// IDOf is the id of the n-th message of a sync.
func IDOf(source, sync string, event Event, n int) string {
	return fmt.Sprintf("%s%s-%d", ofSync(source, sync), event, n)
}

// NumberOf is n of the id of a message of a sync; 0 for one that the sync itself did not tell.
func NumberOf(source, sync, id string) int {
	rest, own := strings.CutPrefix(id, ofSync(source, sync))
	_, number, _ := strings.Cut(rest, "-")
	n, err := strconv.Atoi(number)
	if !own || err != nil || n < 1 {
		return 0
	}
	return n
}

func ofSync(source, sync string) string { return "notify-" + source + "-" + sync + "-" }

// Message is a fact in words, as every receiver gets it.
type Message struct {
	Fact
	Title   string   // one line, without the name of a record
	Text    string   // plain text of a few lines: what happened, what to do
	Command string   // that does it, to be copied; empty: there is nothing to do
	UI      string   // the address of the sync in Temporal's UI; empty: not known, and Text has the command that shows it
	Page    string   // the address of the page of the sync; as UI
	Open    []string // keys of what this message opens, one an event that stands: source and event
	Closed  []string // keys of what it closes
}

// Receiver is one place that messages go to.
type Receiver interface {
	// Name is its name in the settings.
	Name() string
	// Send sends a message once. The error says what to change, and holds no part of the receiver's address.
	Send(ctx context.Context, message Message) error
}

// Told is what became of a message at one receiver.
type Told struct {
	ID       string    `json:"id"` // of the message
	Event    Event     `json:"event"`
	Receiver string    `json:"receiver"`
	At       time.Time `json:"at"`
	Failure  string    `json:"failure,omitempty"` // why it did not arrive; absent: it did
}
