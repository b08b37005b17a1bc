// Package ask holds the verbs that ask about a source, mostly on one of its workers: what a sync of it needs and takes, and what became
// of its syncs.
package ask

import (
	"context"
	"io"
	"strings"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/monitor"
	"longhaul/internal/node"
)

// Program is what each verb is made from: what the program was given, and where it writes.
type Program struct {
	Environ []string  // NAME=value
	Dir     string    // where relative paths start
	Version string    // of Longhaul
	Dial    node.Dial // connects to Temporal
	Alone   bool      // the program reads orgs in its own process too
	Console Console

	UI func(address string) monitor.UI // Temporal's, at an address that a person gave
}

// Console is where a verb writes: its answer to Out, everything else beside it.
type Console interface {
	Out() io.Writer
	Width() int       // in columns; zero where Out is no terminal
	Colours() bool    // Out is a terminal that shows them
	JSON() bool       // one object on Out
	Asking(of string) // says on a terminal what is being asked
	Note(string)      // says something to people, beside the answer
	Warn([]string)
	PrintJSON(any) error
	NameAs(words func(string) string) // names in sentences what people gave, not the settings
}

// dial connects to Temporal for one question.
func (p Program) dial(ctx context.Context) (client.Client, error) {
	return p.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
}

// Connect connects to Temporal for one question, for the rooms beside this one.
func (p Program) Connect(ctx context.Context) (client.Client, error) { return p.dial(ctx) }

// Suggest is for the rooms beside this one: see suggest.
func (p Program) Suggest(ctx context.Context, temporal client.Client, source string, failed error) {
	p.suggest(ctx, temporal, source, failed)
}

// suggest notes which sources workers serve, where a question failed because none serves this one and its answer names no other.
func (p Program) suggest(ctx context.Context, temporal client.Client, source string, failed error) {
	if failed == nil || p.Console.JSON() || strings.Contains(fault.Sentence(failed), "did you mean") {
		return
	}
	if served, err := control.Served(ctx, temporal, source); served || err != nil {
		return
	}
	if words := control.Suggest(ctx, temporal, source); words != "" {
		p.Console.Note(words)
	}
}
