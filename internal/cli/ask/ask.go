// Package ask holds the verbs that ask about a source, mostly on one of its workers: what a sync of it needs and takes, and what became
// of its syncs.
package ask

import (
	"context"
	"io"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

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
	Warn([]string)
	PrintJSON(any) error
	NameAs(words func(string) string) // names in sentences what people gave, not the settings
}

// dial connects to Temporal for one question.
func (p Program) dial(ctx context.Context) (client.Client, error) {
	return p.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
}
