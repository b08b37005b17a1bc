package ask

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"longhaul/internal/cli/args"
	"longhaul/internal/control"
	"longhaul/internal/document"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/text"
	"longhaul/internal/sourcename"
)

// past asks what became of the syncs of a source, for the verbs that do.
type past struct {
	Program

	command string // by which the program was called
	page    func(client.Client, *document.Document, json.RawMessage)
}

// put asks a worker of the source, and shows the answer.
func (p past) put(ctx context.Context, source string, query answer.Query) error {
	if err := sourcename.CheckSpoken(source, query.Question); err != nil {
		return err
	}
	temporal, err := p.dial(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	p.Console.Asking("Asking a worker of source " + source + ".")
	found, err := control.Inspect(ctx, temporal, source, query)
	if err != nil {
		p.suggest(ctx, temporal, source, err)
		return err
	}
	if p.Console.JSON() {
		return p.Console.PrintJSON(found)
	}
	page := text.Page{Place: time.Local, Asked: query, Ask: func(q answer.Query) string { return p.spoken(source, q) }}
	shown, err := page.Of(query.Question, found)
	if err != nil {
		return err
	}
	if p.page != nil {
		p.page(temporal, shown, found)
	}
	p.print(shown)
	return nil
}

func (p past) print(d *document.Document) {
	document.Terminal{Width: p.Console.Width(), Colours: p.Console.Colours()}.Print(p.Console.Out(), d)
}

// spoken is the command that asks the next question.
func (p past) spoken(source string, next answer.Query) string {
	words := []string{p.command, next.Question, source}
	for _, argument := range []string{next.Sync, next.From, next.To, next.Of} {
		if argument != "" {
			words = append(words, args.Word(argument))
		}
	}
	for _, flag := range []struct{ name, value string }{{"kind", next.Kind}, {"folder", next.Folder}, {"cursor", next.Cursor}} {
		if flag.value != "" {
			words = append(words, "--"+flag.name, args.Word(flag.value))
		}
	}
	if next.Limit > 0 {
		words = append(words, "--limit", strconv.Itoa(next.Limit))
	}
	if next.AskOrg {
		words = append(words, "--ask")
	}
	return strings.Join(words, " ")
}

// pages adds the flag of a list that may be long.
func pages(cmd *cobra.Command, q *answer.Query) {
	cmd.Flags().StringVar(&q.Cursor, "cursor", "", "go on after the page that ended with this cursor")
}
