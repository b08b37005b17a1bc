// Package connect holds the verbs that connect a source and take it away again: its credentials lie sealed in the workers' bucket.
package connect

import (
	"context"
	"io"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/cli/args"
	"longhaul/internal/cli/ask"
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/sourcename"
)

// Program is what each verb is made from.
type Program struct {
	ask.Program

	Name     string    // by which the program was called
	Stdin    io.Reader // for --credentials -
	Terminal Terminal  // asks people
}

func (p Program) dial(ctx context.Context) (client.Client, error) {
	return p.Dial(ctx, host.DialOptions{Logger: zap.NewNop()})
}

// connectVerb connects a source.
type connectVerb struct {
	Program

	given      given
	print      bool
	showSecret bool
	reseal     bool
	anotherOrg bool
}

// Connect makes the command.
func Connect(p Program) *cobra.Command {
	v := &connectVerb{Program: p}
	cmd := &cobra.Command{
		Use:   "connect NAME [flags]",
		Short: "Connect a source: check its credentials and save them, sealed",
		Long: `Asks what the set-up guide's screen asks (Current My Domain URL, Consumer Key, Consumer Secret) and where the files go, seals
it into the workers' bucket, has a worker check it, and saves it only if no row of the check fails. Workers serve the source
within a minute, without a restart. NAME again replaces its credentials; what is not given anew stays. With --username and
--private-key a source logs in by a key in place of a secret (auth: jwt_bearer).

It needs storage and secrets.keeper as the workers have them, besides Temporal's address. --print needs neither: it shows the
block for longhaul.yaml and the secrets to mount, the usual way on a cluster. Secrets are typed, or read from a file or a
variable by reference (file:PATH, env:NAME; the private key also FILE, or - for standard input); no flag takes one itself.`,
		Example: `  $0 connect acme --print
  $0 connect acme
  $0 connect acme --credentials acme.json --catalog-source-id 399a8b22-... --catalog-token env:CATALOG_TOKEN
  $0 connect acme --client-secret env:NEW_SECRET
  $0 connect acme --username catalog@acme.example --private-key acme.key
  $0 connect --reseal`,
		Args: args.AtMost(1, args.OneSource),
		RunE: func(cmd *cobra.Command, args []string) error { return v.run(cmd.Context(), cmd, args) },
	}
	f := cmd.Flags()
	f.BoolVar(&v.print, "print", false, "show the settings and the secrets to mount; save nothing, contact nobody")
	f.BoolVar(&v.showSecret, "show-secrets", false, "with --print: show the values of secrets too")
	v.given.addFlags(f)
	f.BoolVar(&v.anotherOrg, "another-org", false, "go on where the credentials open another org than the syncs of NAME so far")
	f.BoolVar(&v.reseal, "reseal", false, "without NAME: seal all saved sources anew, under the present key")
	config.AddPlaceFlags(f)
	args.JSON(cmd)
	return cmd
}

func (v *connectVerb) run(ctx context.Context, cmd *cobra.Command, names []string) error {
	switch {
	case v.reseal && len(names) > 0:
		return fault.Invalidf("--reseal seals all saved sources anew: leave %s out", names[0])
	case v.reseal:
		return v.runReseal(ctx, cmd)
	case len(names) == 0:
		return fault.Invalidf("%s takes %s", cmd.CommandPath(), args.OneSource)
	case v.showSecret && !v.print:
		return fault.Invalidf("--show-secrets is for --print: leave it out")
	}
	if err := sourcename.Check(names[0]); err != nil {
		return err
	}
	if v.print {
		return v.runPrint(ctx, names[0])
	}
	return v.connect(ctx, cmd, names[0])
}
