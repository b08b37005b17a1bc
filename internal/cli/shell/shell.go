// Package shell completes what people type in bash, zsh, fish and PowerShell: verbs, flags, sources and syncs.
package shell

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"longhaul/internal/fault"
)

// script is what a shell runs to complete the words of a program.
type script struct {
	shell string
	write func(root *cobra.Command, out io.Writer) error
}

var scripts = []script{
	{"bash", func(root *cobra.Command, out io.Writer) error { return root.GenBashCompletionV2(out, true) }},
	{"zsh", (*cobra.Command).GenZshCompletion},
	{"fish", func(root *cobra.Command, out io.Writer) error { return root.GenFishCompletion(out, true) }},
	{"powershell", (*cobra.Command).GenPowerShellCompletionWithDesc},
}

func shells() (names []string) {
	for _, one := range scripts {
		names = append(names, one.shell)
	}
	return names
}

// Completion makes the command that prints the script of a shell.
func Completion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells(), "|"),
		Short: "Print the script by which a shell completes verbs, flags, sources and syncs",
		Long: `Prints the script by which a shell completes what you type: verbs, flags, the names of sources, and the syncs of a source. Sources
and syncs come from Temporal, as the temporal CLI finds it, and sources also from the settings file, if one is found here. What is not there
within two seconds is not completed.

To install it for every new shell:

  bash         $0 completion bash > ~/.local/share/bash-completion/completions/$0    (needs the package bash-completion)
  zsh          $0 completion zsh > "${fpath[1]}/_$0"    (needs: autoload -Uz compinit; compinit)
  fish         $0 completion fish > ~/.config/fish/completions/$0.fish
  PowerShell   $0 completion powershell >> $PROFILE`,
		Example: `  $0 completion fish | source
  source <($0 completion bash)`,
		ValidArgs: shells(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(shells(), args[0]) {
				return nil
			}
			return fault.Invalidf("%s takes the name of one shell: %s", cmd.CommandPath(), strings.Join(shells(), ", "))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			i := slices.IndexFunc(scripts, func(s script) bool { return s.shell == args[0] })
			return scripts[i].write(cmd.Root(), cmd.OutOrStdout())
		},
	}
}
