package notify

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/internal/spelling"
)

// Defaults of the settings.
const (
	DefaultStall       = 15 * time.Minute
	DefaultColumnsLost = 5 // percent
)

// Settings say who is told of what.
type Settings struct {
	Stall         time.Duration // after which a sync that does not move, and does not wait itself, is stalled
	ColumnsLost   int           // percent of the columns that may be gone since the delivery before without a message
	LeaveToAlerts bool          // Prometheus watches for what AlertsTell has, so nobody is told of that by default
	Receivers     []Configured  // in the order of their names
}

// Configured is a receiver as it is set: a URL of shoutrrr, or a webhook with the secret that signs.
type Configured struct {
	Name    string
	URL     source.Secret
	Webhook source.Secret
	Secret  source.Secret
	Events  []Event // that it gets; nil: see Settings.Default
}

// Names are those of the receivers.
func (s Settings) Names() (all []string) {
	for _, one := range s.Receivers {
		all = append(all, one.Name)
	}
	return all
}

// Watched returns the same settings, which hand each secret that they read to learn before anybody uses it, and the keys in an address by
// themselves too.
func (s Settings) Watched(learn func(secrets ...string)) Settings {
	one := func(value string) { learn(value) }
	address := func(value string) { learn(append(keysIn(value), value)...) }
	s.Receivers = slices.Clone(s.Receivers)
	for i := range s.Receivers {
		r := &s.Receivers[i]
		r.URL, r.Webhook, r.Secret = r.URL.Watched(address), r.Webhook.Watched(address), r.Secret.Watched(one)
	}
	return s
}

// shortestKey is the length from which on a part of an address counts as a key, not as a word that other texts have.
const shortestKey = 16

// keysIn are the parts of an address that are secrets by themselves.
func keysIn(address string) (keys []string) {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	if password, set := u.User.Password(); set {
		keys = append(keys, password)
	}
	parts := append(strings.Split(u.Path, "/"), u.User.Username())
	for _, values := range u.Query() {
		parts = append(parts, values...)
	}
	for _, part := range parts {
		if len(part) >= shortestKey {
			keys = append(keys, part)
		}
	}
	return keys
}

// Problems are what keeps secrets of receivers from being read.
func (s Settings) Problems(ctx context.Context) (problems []error) {
	for _, r := range s.Receivers {
		for name, secret := range map[string]source.Secret{"url": r.URL, "webhook": r.Webhook, "secret": r.Secret} {
			if secret.IsZero() {
				continue
			}
			if _, err := secret.Resolve(ctx); err != nil {
				problems = append(problems, fmt.Errorf("notify.receivers.%s.%s: %w", r.Name, name, err))
			}
		}
	}
	return problems
}

// AlertsTell are the events that an alert of Prometheus tells as well, whatever becomes of the workers.
var AlertsTell = []Event{Stalled, ScheduleMissed, WorkerGone}

// Default are the events that a receiver gets which asks for nothing else.
func (s Settings) Default() []Event {
	events := []Event{}
	for _, row := range Table {
		if (row.Person || row.Event == Recovered) && !(s.LeaveToAlerts && slices.Contains(AlertsTell, row.Event)) {
			events = append(events, row.Event)
		}
	}
	return events
}

// Asking is a receiver that gets the messages of a source.
type Asking struct {
	Configured

	Events   []Event // that it gets
	Explicit bool    // the settings name the events
}

// Asking are the receivers of a source: what sources.<source>.notify says of a receiver comes before what is set for all sources.
func (s Settings) Asking(own source.Notify) []Asking {
	var asking []Asking
	for _, r := range s.Receivers {
		one := Asking{Configured: r, Events: r.Events, Explicit: r.Events != nil}
		if names, set := own[r.Name]; set {
			one.Explicit, one.Events = true, []Event{}
			for _, name := range names {
				one.Events = append(one.Events, Event(name))
			}
		}
		if !one.Explicit {
			one.Events = s.Default()
		}
		if len(one.Events) > 0 {
			asking = append(asking, one)
		}
	}
	return asking
}

// Heard says whether anybody may be told of a source.
func (s Settings) Heard(own source.Notify) bool { return len(s.Asking(own)) > 0 }

// Asks says whether the receiver gets a message. Who is told that things are over is told so by the message that ends them too. A test
// goes to everybody, or to the one that it is for.
func (a Asking) Asks(message Message) bool {
	switch {
	case message.Event == Test:
		return message.Receiver == "" || message.Receiver == a.Name
	case slices.Contains(a.Events, message.Event):
		return true
	}
	return len(message.Closed) > 0 && slices.Contains(a.Events, Recovered)
}

// RowOf is the row of an event; the zero Row for one that there is not.
func RowOf(event Event) Row {
	i := slices.IndexFunc(Table, func(row Row) bool { return row.Event == event })
	if i < 0 {
		return Row{}
	}
	return Table[i]
}

// Askable are the events that settings may name.
func Askable() []string {
	var names []string
	for _, row := range Table {
		if row.Event != Test {
			names = append(names, string(row.Event))
		}
	}
	return names
}

// CheckEvent finds the event that settings name.
func CheckEvent(name string) (string, error) {
	name = strings.ToLower(name)
	if slices.Contains(Askable(), name) {
		return name, nil
	}
	advice := "known here: " + strings.Join(Askable(), ", ")
	if near := spelling.Nearest(name, Askable()); near != "" {
		advice = "did you mean " + near + "?"
	}
	return "", fault.Invalidf("%.40q is not an event; %s", name, advice)
}

var validName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// CheckName returns what is wrong with the name of a receiver; nil for a good one.
func CheckName(name string) error {
	if validName.MatchString(name) {
		return nil
	}
	return fault.Invalidf("%.60q is not a name for a receiver: use 1 to 40 of a-z, 0-9 and -, with no - at its ends", name)
}
