package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// arguments are the program's. Long flags that were shortened, as Python's argparse allows castor's users, are written out.
func (a *App) arguments(root *cobra.Command) []string {
	args := a.Args[1:]
	cmd, at := root, 0
	if root.HasSubCommands() {
		if len(args) == 0 {
			return args
		}
		found, _, err := root.Find(args)
		if err != nil || found == root {
			return args
		}
		cmd, at = found, 1
	}
	if verb := Verb(cmd.Name()); verb != Extract && verb != Check && verb != Upload && links[cmd.Name()] == "" {
		return args
	}
	return append(append([]string{}, args[:at]...), spelledOut(cmd.Flags(), args[at:])...)
}

// spelledOut replaces each long flag that is the beginning of exactly one flag by that flag. It leaves the values of flags
// alone: a password may begin with two hyphens.
func spelledOut(flags *pflag.FlagSet, args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "--" {
			return append(out, args[i:]...)
		}
		flag, inline := flagOf(flags, &word)
		out = append(out, word)
		if flag != nil && !inline && flag.NoOptDefVal == "" && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
	}
	return out
}

// flagOf finds the flag of a word, spells it out, and says whether the flag's value stands in the same word.
func flagOf(flags *pflag.FlagSet, word *string) (flag *pflag.Flag, inline bool) {
	if name, ok := strings.CutPrefix(*word, "--"); ok {
		name, value, inline := strings.Cut(name, "=")
		flag = onlyFlag(flags, name)
		if flag == nil {
			return nil, false
		}
		*word = "--" + flag.Name
		if inline {
			*word += "=" + value
		}
		return flag, inline
	}
	if len(*word) < 2 || (*word)[0] != '-' {
		return nil, false
	}
	return flags.ShorthandLookup((*word)[1:2]), len(*word) > 2
}

// onlyFlag is the flag of that name, or the only flag whose name begins with it; hyphens and underscores are the same.
func onlyFlag(flags *pflag.FlagSet, name string) *pflag.Flag {
	plain := func(s string) string { return strings.ReplaceAll(s, "-", "_") }
	var found []*pflag.Flag
	var exact *pflag.Flag
	flags.VisitAll(func(f *pflag.Flag) {
		if plain(f.Name) == plain(name) {
			exact = f
		}
		if strings.HasPrefix(plain(f.Name), plain(name)) {
			found = append(found, f)
		}
	})
	switch {
	case exact != nil:
		return exact
	case len(found) == 1 && name != "":
		return found[0]
	default:
		return nil
	}
}
