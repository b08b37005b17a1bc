package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"longhaul/internal/fault"
	"longhaul/internal/node"
	"longhaul/internal/paths"
)

// pathFlag is a flag that holds a path: absolute from the moment it is read.
type pathFlag struct {
	dir  string // where a relative one starts
	into *string
}

var _ pflag.Value = pathFlag{}

// Set reads the path as it was written.
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

// tempDir is the folder for temporary files.
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

// stateFlag is the folder that a person gives to Temporal's database; empty where none is given.
func (a *App) stateFlag(flag string) (string, error) {
	written := a.env(node.StateVariable)
	if flag != "" || written == "" {
		return flag, nil
	}
	absolute, err := paths.Absolute(a.Dir, written)
	if err != nil {
		return "", fault.Invalidf("%s %s", node.StateVariable, fault.Sentence(err))
	}
	return absolute, nil
}
