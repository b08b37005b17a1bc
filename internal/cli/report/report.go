// Package report holds the verb that fetches the page of a sync.
package report

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/cli/ask"
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/paths"
	"longhaul/internal/report/shelf"
	"longhaul/internal/sourcename"
	"longhaul/internal/staging"
)

// Program is what the verb is made from.
type Program struct {
	ask.Program

	Name string // by which the program was called
}

// verb fetches the page of a sync.
type verb struct {
	Program

	out  string
	open bool
}

// toStdout is the name of a file that means stdout.
const toStdout = "-"

// Report makes the command.
func Report(p Program) *cobra.Command {
	v := &verb{Program: p}
	cmd := &cobra.Command{
		Use:   "report NAME [SYNC] [flags]",
		Short: "Fetch the page of a sync: what came in, every gap and what to do, what it cost, what changed",
		Long: `Writes the page of a sync of a source into a file, and the list of its gaps beside it, as a table for a spreadsheet. Without SYNC it
is the newest sync that is over. The page is one HTML file that needs nothing else: send it, or put it anywhere.

It reads the workers' bucket, so it needs storage as the workers have it, and neither Temporal nor a worker. Where the bucket has no page
of the sync, it is made anew from what the sync left.

` + ask.ASync,
		Example: `  $0 report acme
  $0 report acme --open
  $0 report acme monday -o monday.html
  $0 report acme --json`,
		Args: args.Between(1, 2, "the name of one source, and perhaps a sync, such as: acme monday"),
		RunE: func(cmd *cobra.Command, args []string) error { return v.run(cmd.Context(), cmd, args) },
	}
	f := cmd.Flags()
	f.StringVarP(&v.out, "output", "o", "", "write the page into this file, or into this folder; - is stdout; default: NAME-SYNC.html here")
	f.BoolVar(&v.open, "open", false, "open the page in the browser")
	config.AddPlaceFlags(f)
	args.JSON(cmd)
	return cmd
}

func (v *verb) run(ctx context.Context, cmd *cobra.Command, names []string) error {
	if err := sourcename.CheckSpoken(names[0], "report"); err != nil {
		return err
	}
	if v.out == toStdout && (v.open || v.Console.JSON()) {
		return fault.Invalidf("-o - writes the page to stdout: leave --open and --json out, or name a file")
	}
	settings, _, err := config.Read(config.Input{Flags: cmd.Flags(), Environment: v.Environ, Dir: v.Dir, NeedStorage: true})
	if err != nil {
		return err
	}
	v.Console.Warn(settings.Warnings)
	url, err := settings.StorageURL()
	if err != nil {
		return err
	}
	store, err := staging.Open(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // it was read only
	named := ""
	if len(names) > 1 {
		named = names[1]
	}
	return v.fetch(ctx, &shelf.Shelf{Store: store, Version: v.Version}, names[0], named)
}

// fetch finds the sync, and writes its page.
func (v *verb) fetch(ctx context.Context, from *shelf.Shelf, source, named string) error {
	sync, err := v.find(ctx, from.Store, source, named)
	if err != nil {
		return err
	}
	if v.out == toStdout {
		html, _, _, err := from.Find(ctx, source, sync)
		if err != nil {
			return err
		}
		return html(v.Console.Out())
	}
	done := fetched{Source: source, Sync: sync}
	if done.Page, err = v.target(source, sync); err != nil {
		return err
	}
	done.Gaps = filepath.Join(filepath.Dir(done.Page), shelf.GapsFile(sync))
	if done.Made, err = from.Fetch(ctx, source, sync, done.Page); err != nil {
		return err
	}
	if err := done.count(ctx, from.Store); err != nil {
		return err
	}
	if v.open {
		v.show(ctx, done.Page)
	}
	if v.Console.JSON() {
		return v.Console.PrintJSON(done)
	}
	_, err = fmt.Fprintf(v.Console.Out(), "%s\nThe page is %s, and its gaps are in %s.\n", done.words(), done.Page, done.Gaps)
	return err
}

// find is the id of the sync: the one that was named, else the newest that is over.
func (v *verb) find(ctx context.Context, store *staging.Store, source, named string) (string, error) {
	if named == "" {
		newest, err := history.LastOver(ctx, store, source)
		if err == nil && newest == "" {
			err = fault.Invalidf("the bucket %s has no sync of source %s that is over: `%s sources` lists the sources, `%[3]s status %[2]s` shows a sync that runs",
				store.Name(), source, v.Name)
		}
		return newest, err
	}
	engine := answer.Engine{Store: store, Source: source}
	shown, err := engine.Show(ctx, answer.Query{Question: answer.AskShow, Sync: answer.InUTC(named, time.Now())})
	switch {
	case err != nil:
		return "", err
	case shown.Record == nil && shown.End == nil:
		return "", fault.Invalidf("the sync %s of source %s has left no end yet, so there is no page of it: `%s status %[2]s` shows whether it runs",
			shown.Sync.Sync, source, v.Name)
	}
	return shown.Sync.Sync, nil
}

// target is the file for the page.
func (v *verb) target(source, sync string) (string, error) {
	usual := source + "-" + sync + staging.PageSuffix
	if v.out == "" {
		v.out = usual
	}
	path, err := paths.Absolute(v.Dir, v.out)
	if err != nil {
		return "", fault.Invalidf("-o %s", fault.Sentence(err))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, usual)
	}
	return path, nil
}
