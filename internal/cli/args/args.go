// Package args checks the arguments of verbs and makes the flags that many of them have.
package args

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"longhaul/internal/fault"
)

// OneSource is what a verb takes that is about one source.
const OneSource = "the name of one source, such as acme"

// Exactly is the check for a command that takes n arguments.
func Exactly(n int, what string) cobra.PositionalArgs { return Between(n, n, what) }

// AtMost is the check for a command that takes n arguments or fewer.
func AtMost(n int, what string) cobra.PositionalArgs { return Between(0, n, what) }

// Between is the check for a command that takes from least to most arguments.
func Between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		return fault.Invalidf("%s takes %s", cmd.CommandPath(), what)
	}
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// Word quotes an argument so that a shell reads it as one word.
func Word(argument string) string {
	if plainWord.MatchString(argument) {
		return argument
	}
	return "'" + strings.ReplaceAll(argument, "'", `'\''`) + "'"
}

// JSON adds the flag --json.
func JSON(cmd *cobra.Command) {
	cmd.Flags().Bool("json", false, "print one JSON object on stdout; progress and errors go to stderr")
}
