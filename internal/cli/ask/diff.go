package ask

import (
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/export/castor/compare"
	"longhaul/internal/fault"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/text/folders"
	"longhaul/internal/paths"
	"longhaul/internal/sourcename"
)

// ErrDiffer is the end of a comparison of two folders that are not equal. It has an exit code of its own, for scripts.
var ErrDiffer = errors.New("the two folders differ")

// diffVerb says what changed between two syncs, or between two folders of files.
type diffVerb struct {
	past

	query answer.Query
}

// Diff makes the command.
func Diff(p Program) *cobra.Command {
	v := &diffVerb{past: past{Program: p}, query: answer.Query{Question: answer.AskDiff}}
	cmd := &cobra.Command{
		Use:   "diff SOURCE [A] [B] | DIR DIR",
		Short: "Say what changed between two syncs, or between two folders of castor's files",
		Long: `Says what changed from sync A to sync B: first the reports that lost columns and those that are gone. Without B it compares with the
newest sync, and without A with the sync that the history counts its changes from. What came and went between the two is no change.

` + ASync + `

With two folders it compares the files in them, Longhaul's or castor's own, and needs neither Temporal nor settings: equal but for time, or
what differs, with exit code 11.`,
		Example: `  $0 diff acme
  $0 diff acme monday
  $0 diff acme 2026-11-01 2026-11-08 --kind reports --folder 'Sales Reports'
  $0 diff ./castor-out ./longhaul-out`,
		Args: args.Between(1, 3, "a source and perhaps one or two syncs, such as: acme monday; or two folders"),
		RunE: v.run,
	}
	pages(cmd, &v.query)
	config.NumberVar(cmd.Flags(), &v.query.Limit, "limit", 0, "how many records to show at most; default: a page of 40 kB")
	cmd.Flags().StringVar(&v.query.Kind, "kind", "", "only reports, dashboards, components, folders or users")
	cmd.Flags().StringVar(&v.query.Folder, "folder", "", "only what lies in this folder before or after: its Id or its name")
	args.JSON(cmd)
	return cmd
}

func (v *diffVerb) run(cmd *cobra.Command, args []string) error {
	v.command = cmd.Root().Name()
	dirs, err := v.dirs(args)
	if err != nil {
		return err
	}
	if dirs != nil {
		return v.compare(cmd, args, dirs)
	}
	for i, into := range []*string{&v.query.From, &v.query.To} {
		if i+1 < len(args) {
			*into = answer.InUTC(args[i+1], time.Now())
		}
	}
	return v.put(cmd.Context(), args[0], v.query)
}

// dirs are the two folders that the arguments name; nil where they name a source. A folder may be called as a source or a sync is, so one
// folder alone says nothing where the other argument can be what belongs to it.
func (v *diffVerb) dirs(args []string) ([]string, error) {
	if len(args) != 2 {
		return nil, nil
	}
	var found []string
	missing := ""
	for _, argument := range args {
		dir, err := paths.Absolute(v.Dir, argument)
		if err != nil {
			continue
		}
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			found = append(found, dir)
			continue
		}
		missing = argument
		if strings.ContainsRune(argument, os.PathSeparator) {
			return nil, noFolder(argument)
		}
	}
	switch {
	case len(found) == 2:
		return found, nil
	case len(found) == 1 && (sourcename.Check(args[0]) != nil || !answer.CanNameSync(args[1])):
		return nil, noFolder(missing)
	}
	return nil, nil
}

func noFolder(argument string) error {
	return fault.Invalidf("%s is no folder: diff compares two syncs of a source, or two folders", argument)
}

// compare compares two folders.
func (v *diffVerb) compare(cmd *cobra.Command, given, dirs []string) error {
	for _, flag := range []string{"limit", "kind", "folder"} {
		if cmd.Flags().Changed(flag) {
			return fault.Invalidf("--%s is for two syncs of a source: leave it out to compare two folders", flag)
		}
	}
	result, err := compare.Folders(cmd.Context(), dirs[0], dirs[1], v.query.Cursor)
	if err != nil {
		return err
	}
	if v.Console.JSON() {
		if err := v.Console.PrintJSON(result); err != nil || result.Equal {
			return err
		}
		return ErrDiffer
	}
	page := folders.Page{From: given[0], To: given[1], Next: func(cursor string) string {
		return strings.Join([]string{v.command, "diff", args.Word(given[0]), args.Word(given[1]), "--cursor", args.Word(cursor)}, " ")
	}}
	v.print(page.Show(result))
	if !result.Equal {
		return ErrDiffer
	}
	return nil
}
