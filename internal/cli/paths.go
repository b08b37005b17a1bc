package cli

import (
	"errors"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

// pathFlag is a flag that holds a path: absolute from the moment it is read.
type pathFlag struct {
	dir  string // where a relative one starts
	into *string
}

var _ pflag.Value = pathFlag{}

// Set takes the path as it was written.
func (p pathFlag) Set(written string) error {
	absolute, err := paths.Absolute(p.dir, written)
	if err != nil {
		return errors.New(fault.Sentence(err))
	}
	*p.into = absolute
	return nil
}

// String gives the path.
func (p pathFlag) String() string { return *p.into }

// Type is what the help calls the value.
func (p pathFlag) Type() string { return "string" }

// pathVar defines a flag that holds a path.
func (a *App) pathVar(cmd *cobra.Command, into *string, name, usage string) {
	cmd.Flags().Var(pathFlag{a.Dir, into}, name, usage)
}

// tempDir is where this machine keeps what is for once.
func (a *App) tempDir() (string, error) {
	dir := a.env("TMPDIR")
	if dir == "" {
		dir = os.TempDir()
	}
	absolute, err := paths.Absolute(a.Dir, dir)
	if err != nil {
		return "", fault.Invalidf("TMPDIR %s", fault.Sentence(err))
	}
	return absolute, nil
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// shellWord writes a path so that a shell takes it for one word.
func shellWord(path string) string {
	if plainWord.MatchString(path) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
