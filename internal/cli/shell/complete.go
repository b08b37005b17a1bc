package shell

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/node"
	"longhaul/internal/sourcename"
)

// Known is where the names come from that a shell completes.
type Known struct {
	Dial    node.Dial // connects to Temporal
	Environ []string  // NAME=value
	Dir     string    // the working directory
}

// within bounds what a person waits for who presses the tab key. What is not there by then is not completed.
const within = 2 * time.Second

// files are the words of a usage line that stand for files, and those that stand for a source or a sync.
var (
	sources = []string{"SOURCE", "NAME"}
	syncs   = []string{"SYNC", "A", "B"}
	files   = []string{"DIR", "FILE"}
)

// Complete lets shells complete the arguments of each verb, by the words of its usage line, and the flags that hold no file.
func Complete(root *cobra.Command, known Known) {
	for _, cmd := range root.Commands() {
		plainFlags(cmd)
		if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 {
			cmd.ValidArgsFunction = known.arguments(strings.Fields(cmd.Use)[1:])
		}
	}
}

// plainFlags keeps shells from offering files for flags that hold none.
func plainFlags(cmd *cobra.Command) {
	offers := map[string][]string{
		"kind": {"reports", "dashboards", "components", "folders", "users"}, "reason": nil, "cursor": nil, "folder": nil, "ui": nil,
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		offered, plain := offers[f.Name]
		if !plain && (f.Value.Type() == "string" || f.NoOptDefVal != "") {
			return
		}
		if plain || strings.HasPrefix(f.Value.Type(), "int") || f.Value.Type() == "duration" {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
				return beginning(slices.Clone(offered), begun), cobra.ShellCompDirectiveNoFileComp
			})
		}
	})
}

// arguments completes what stands at the places of a usage line, such as: SOURCE [SYNC].
func (k Known) arguments(usage []string) cobra.CompletionFunc {
	if i := slices.Index(usage, "|"); i >= 0 && !slices.Contains(files, usage[i+1]) {
		usage = usage[:i]
	}
	withFiles := slices.ContainsFunc(usage, func(word string) bool { return slices.Contains(files, strings.Trim(word, "[]")) })
	return func(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if withFiles {
			directive = cobra.ShellCompDirectiveDefault
		}
		if len(before) >= len(usage) {
			return nil, directive
		}
		switch word := strings.Trim(usage[len(before)], "[]"); {
		case slices.Contains(sources, word):
			return beginning(k.sources(cmd.Context()), begun), directive
		case slices.Contains(syncs, word) && sourcename.Check(before[0]) == nil:
			return beginning(k.syncs(cmd.Context(), before[0]), begun), directive
		}
		return nil, directive
	}
}

// beginning are the words that begin as the one that is typed.
func beginning(words []string, begun string) []cobra.Completion {
	return slices.DeleteFunc(words, func(word string) bool { return !strings.HasPrefix(word, begun) })
}

// sources are the names that Temporal and the settings file know. Neither waits for the other, and no error of either is shown.
func (k Known) sources(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	named := soon(ctx, func() []string { return config.SourcesNamed(k.Environ, k.Dir) })
	known := soon(ctx, func() []string { return k.ask(ctx, control.Sources) })
	names := slices.Concat(<-named, <-known)
	names = slices.DeleteFunc(names, func(name string) bool { return sourcename.Check(name) != nil })
	slices.Sort(names)
	return slices.Compact(names)
}

// syncs are the newest syncs of a source, and the words that name one.
func (k Known) syncs(ctx context.Context, source string) []string {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ids := <-soon(ctx, func() []string {
		return k.ask(ctx, func(ctx context.Context, c client.Client) []string { return control.Syncs(ctx, c, source) })
	})
	return append([]string{"last", "previous", "today", "yesterday"}, ids...)
}

// ask asks Temporal.
func (k Known) ask(ctx context.Context, question func(context.Context, client.Client) []string) []string {
	temporal, err := k.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
	if err != nil {
		return nil
	}
	defer temporal.Close()
	return question(ctx, temporal)
}

// soon gives what a question answers before ctx ends; nothing later, and nothing where it fails. A disk or a network may hang for longer
// than anybody waits: what runs then ends with the process, which is about to.
func soon(ctx context.Context, question func() []string) <-chan []string {
	answered := make(chan []string, 1)
	go func() {
		var names []string
		_ = fault.Caught(func() error { names = question(); return nil })
		answered <- names
	}()
	first := make(chan []string, 1)
	go func() {
		select {
		case names := <-answered:
			first <- names
		case <-ctx.Done():
			first <- nil
		}
	}()
	return first
}
