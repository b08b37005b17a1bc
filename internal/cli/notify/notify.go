// Package notify holds the verb that tries whether messages arrive.
package notify

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/cli/ask"
	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/notify"
	"longhaul/internal/sourcename"
)

// test is the only thing that the verb does.
const test = "test"

// Notify makes the command.
func Notify(p ask.Program) *cobra.Command {
	var receiver string
	cmd := &cobra.Command{
		Use:   "notify test SOURCE [flags]",
		Short: "Send a test message to the receivers of a source, and say what became of it",
		Long: `Sends a test message about a source to each of its receivers, whatever events they get, and says what became of it at each. A worker
that serves the source sends it, with its own settings and from its own network, so it needs Temporal's address alone, as the temporal CLI does.
It ends with 0 when every receiver took the message, with 2 when the source has no such receiver, and with 7 when one did not take it.`,
		Example: `  $0 notify test acme
  $0 notify test acme --receiver ops`,
		Args: func(cmd *cobra.Command, given []string) error {
			if len(given) != 2 || given[0] != test {
				return fault.Invalidf("%s takes the word %s and %s", cmd.CommandPath(), test, args.OneSource)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, given []string) error { return run(cmd.Context(), p, given[1], receiver) },
	}
	cmd.Flags().StringVar(&receiver, "receiver", "", "only this one, by its name in notify.receivers of the settings")
	args.JSON(cmd)
	return cmd
}

// answer is what --json prints.
type answer struct {
	Source string        `json:"source"`
	Told   []notify.Told `json:"told"`
}

func run(ctx context.Context, p ask.Program, source, receiver string) error {
	if err := sourcename.CheckSpoken(source, "notify test"); err != nil {
		return err
	}
	if receiver != "" {
		if err := notify.CheckName(receiver); err != nil {
			return err
		}
	}
	temporal, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	p.Console.Asking("A worker of source " + source + " sends a test message.")
	told, err := control.TestNotify(ctx, temporal, source, receiver, time.Now())
	if err != nil {
		p.Suggest(ctx, temporal, source, err)
		return err
	}
	if p.Console.JSON() {
		err = p.Console.PrintJSON(answer{Source: source, Told: append([]notify.Told{}, told...)})
	} else {
		err = show(p.Console.Out(), told)
	}
	if err != nil {
		return err
	}
	return verdict(source, receiver, told)
}

// show lists what became of the message, a line a receiver.
func show(w io.Writer, told []notify.Told) error {
	for _, one := range told {
		became := "it took the message"
		if one.Failure != "" {
			became = "failed: " + humanize.Clause(one.Failure)
		}
		if _, err := fmt.Fprintf(w, "%s: %s.\n", one.Receiver, became); err != nil {
			return err
		}
	}
	return nil
}

// verdict is the error with which the command ends; nil where every receiver took the message.
func verdict(source, receiver string, told []notify.Told) error {
	failed := 0
	for _, one := range told {
		if one.Failure != "" {
			failed++
		}
	}
	switch {
	case len(told) == 0 && receiver != "":
		return fault.Invalidf("source %s has no receiver %s that gets messages: look at notify.receivers in the settings of its workers, and at notify of "+
			"the source", source, receiver)
	case len(told) == 0:
		return fault.Invalidf("nobody is told of source %s: the settings of its workers have no notify.receivers, or the source leaves all of them out "+
			"(docs/notify.md)", source)
	case failed > 0:
		return &fault.Error{
			Class: fault.Transient, System: fault.Longhaul,
			Message: fmt.Sprintf("%d of %d receivers did not take the message: what is said of each says what to change", failed, len(told)),
		}
	}
	return nil
}
