package ask

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.uber.org/zap"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/control"
	"longhaul/internal/doctor"
	"longhaul/internal/doctor/text"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/sourcename"
)

// checkVerb asks what a sync of a source needs: on a worker of the source, or in this process for an org that castor's flags name.
type checkVerb struct {
	Program

	apiVersion string
	private    bool
}

// Check makes the command.
func Check(p Program) *cobra.Command {
	v := &checkVerb{Program: p}
	cmd := &cobra.Command{
		Use:   "check SOURCE",
		Short: "Ask what a sync of a source needs, and say what to change",
		Long: `Asks, on a worker that serves the source, all that a sync needs: settings and secrets, the way to Salesforce, login and
permissions, the catalog, the bucket, Temporal. It shows a row a question, with what it costs and what to change. It changes
nothing, and makes at most 25 API calls, which count to quota.share. It needs Temporal's address alone, as the temporal CLI
does. The exit code is that of the first row that fails; rows that only warn end with 0, also where a first sync would be
held (held in --json).`,
		Example: `  $0 check acme
  $0 check acme --json`,
		Args: args.Exactly(1, args.OneSource),
		RunE: func(cmd *cobra.Command, args []string) error { return v.run(cmd.Context(), cmd, args) },
	}
	if p.Alone {
		v.addOwn(cmd)
	}
	args.JSON(cmd)
	return cmd
}

// addOwn lets the command ask in its own process, as extract does, for who has neither Temporal nor settings yet.
func (v *checkVerb) addOwn(cmd *cobra.Command) {
	cmd.Use = "check [SOURCE | flags]"
	cmd.Long += `

Without a SOURCE it asks in this process about the org that castor's flags or variables name, as extract takes them. That
needs no Temporal, no worker and no settings file.`
	cmd.Example += `
  CASTOR_SALESFORCE_CLIENT_SECRET=... $0 check -c 3MVG9... -b acme.my.salesforce.com`
	cmd.Args = args.AtMost(1, "the name of one source, such as acme, or castor's flags")
	f := cmd.Flags()
	config.AddCastorExtractFlags(f)
	_ = f.MarkHidden("output") // for who changes the verb of an extract alone
	f.StringVar(&v.apiVersion, "api-version", "", "version of Salesforce's API; default: the one that castor's files carry")
	f.BoolVar(&v.private, "private", false, "the sync will include the reports and dashboards in private folders")
}

func (v *checkVerb) run(ctx context.Context, cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return v.ask(ctx, cmd.Flags())
	}
	if err := sourcename.CheckSpoken(args[0], "check"); err != nil {
		return err
	}
	if flag := ownFlag(cmd.Flags()); flag != "" {
		return fault.Invalidf("--%s is for a check in this process, and source %s is checked on its worker: leave one of them out", flag, args[0])
	}
	temporal, err := v.dial(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	v.Console.Asking("Asking a worker of source " + args[0] + ".")
	result, err := control.Check(ctx, temporal, args[0])
	if err == nil {
		err = v.show(result)
	}
	v.suggest(ctx, temporal, args[0], err)
	return err
}

// ownFlag is a flag that was given and describes an org.
func ownFlag(flags *pflag.FlagSet) (name string) {
	flags.Visit(func(f *pflag.Flag) {
		if f.Name != "json" {
			name = f.Name
		}
	})
	return name
}

// ask asks in this process.
func (v *checkVerb) ask(ctx context.Context, flags *pflag.FlagSet) error {
	v.Console.NameAs(config.AsCastorsFlags)
	asked, err := config.ReadCastorLogin(flags, v.Environ, v.Dir)
	if err != nil {
		return err
	}
	v.Console.Warn(asked.Warnings)
	v.Console.Asking("Asking about " + asked.Source.Salesforce.BaseURL + ".")
	from := asked.Source
	from.Salesforce.APIVersion, from.Scope.Private = v.apiVersion, v.private
	from.Quota.Share = 100 // as extract
	result := host.Examine(ctx, from, v.Version, zap.NewNop())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for i := range result.Findings {
		for _, text := range []*string{&result.Findings[i].Found, &result.Findings[i].Cost, &result.Findings[i].Fix} {
			*text = config.AsCastorsFlags(*text)
		}
	}
	return v.show(result)
}

// show prints the result, and gives the error of the first row that fails.
func (v *checkVerb) show(result doctor.Result) error {
	if v.Console.JSON() {
		if err := v.Console.PrintJSON(result); err != nil {
			return err
		}
	} else {
		text.Page{Width: v.Console.Width(), Colours: v.Console.Colours()}.Print(v.Console.Out(), result)
	}
	return result.Failure()
}
