package cli

import (
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"longhaul/internal/build"
	"longhaul/internal/cli/ask"
	"longhaul/internal/cli/connect"
	"longhaul/internal/cli/notify"
	"longhaul/internal/cli/order"
	"longhaul/internal/cli/report"
	"longhaul/internal/cli/schedule"
	"longhaul/internal/cli/shell"
	"longhaul/internal/cli/sources"
	"longhaul/internal/config"
	"longhaul/internal/fault"
)

// program is what each verb is made from: what the program was given, and where it writes.
type program struct {
	app     *App
	console *console
}

// tree builds the commands that this program serves. A program that is one verb has that verb as its root.
func (a *App) tree(c *console) *cobra.Command {
	root := a.command(a.itself(), c)
	if root == nil {
		root = &cobra.Command{
			Short:   a.Short,
			Long:    a.Short + ".\n\n" + a.whereSettingsAre(),
			Example: a.examples(),
			Args:    unknownVerb,
			RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		}
		for _, verb := range a.Verbs {
			if cmd := a.command(verb, c); cmd != nil {
				root.AddCommand(cmd)
			}
		}
	}
	root.Use = a.name() + useOfArguments(root.Use)
	root.Version = build.Read(debug.ReadBuildInfo()).String()
	root.Flags().Bool("version", false, "show the version") // without cobra's -v
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetOut(c.out)
	root.SetErr(a.Stderr)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{Hidden: true}) // arguments turns the verb help into the flag
	root.SuggestionsMinimumDistance = 2
	a.dress(root, c)
	shell.Complete(root, shell.Known{Dial: a.Dial, Environ: a.Environ, Dir: a.Dir})
	return root
}

// whereSettingsAre says, in the help of a program, where its verbs find what they need.
func (a *App) whereSettingsAre() string {
	if !slices.Contains(a.Verbs, Worker) {
		return `It needs no settings file: its verbs find Temporal as the temporal CLI does (TEMPORAL_ADDRESS,
TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_..., or a profile), and the workers have the settings of the sources.
Only connect, disconnect and report need more: storage, as the workers have it, and connect secrets.keeper too.`
	}
	return `Settings come from flags, LONGHAUL_... variables and the settings file, in this order. Secrets are references
(env:NAME or file:PATH); the file never contains them.`
}

// command makes the command of a verb; nil for none.
func (a *App) command(verb Verb, c *console) *cobra.Command {
	asks := map[Verb]func(ask.Program) *cobra.Command{
		Check: ask.Check, Plan: ask.Plan, History: ask.History, Show: ask.Show, Diff: ask.Diff, Why: ask.Why,
		Schedule: schedule.Verb, Sources: sources.Sources, Notify: notify.Notify,
	}
	of := ask.Program{
		Environ: a.Environ, Dir: a.Dir, Version: a.Version, Dial: a.Dial, Alone: a.StartTemporal != nil, Console: asked{c}, UI: a.ui,
	}
	if maker := asks[verb]; maker != nil {
		return maker(of)
	}
	connects := map[Verb]func(connect.Program) *cobra.Command{Connect: connect.Connect, Disconnect: connect.Disconnect}
	if maker := connects[verb]; maker != nil {
		return maker(connect.Program{Program: of, Name: a.name(), Stdin: a.Stdin, Terminal: a.Terminal})
	}
	if verb == Report {
		return report.Report(report.Program{Program: of, Name: a.name()})
	}
	orders := map[Verb]func(order.Program) *cobra.Command{
		Pause: order.Pause, Resume: order.Resume, Approve: order.Approve, Discard: order.Discard, Cancel: order.Cancel, SetQuota: order.SetQuota,
	}
	if maker := orders[verb]; maker != nil {
		return maker(order.Program{Dial: a.Dial, Console: asked{c}})
	}
	makers := map[Verb]func(program) *cobra.Command{
		Demo: demoCommand, Extract: extractCommand, Serve: serveCommand, Server: temporalCommand,
		Sync: syncCommand, Status: statusCommand, Upload: uploadCommand, Worker: workerCommand,
		Completion: func(program) *cobra.Command { return shell.Completion() },
	}
	if maker := makers[verb]; maker != nil {
		return maker(program{a, c})
	}
	return nil
}

// dress gives every command the parts that all commands have: the help template with the exit codes, examples under the name
// that the program was called by, and flags whose help never shows a secret's default.
func (a *App) dress(cmd *cobra.Command, c *console) {
	cmd.SetHelpTemplate(helpTemplate)
	cmd.SetUsageTemplate(usageTemplate)
	cmd.DisableFlagsInUseLine = true
	cmd.Flags().SortFlags = false
	call := a.name()
	if verb := a.itself(); verb != "" && !cmd.HasParent() { // a program that is one verb is called without it
		cmd.Example = strings.ReplaceAll(cmd.Example, "$0 "+string(verb), call)
	}
	cmd.Example, cmd.Long = strings.ReplaceAll(cmd.Example, "$0", call), strings.ReplaceAll(cmd.Long, "$0", call)
	cmd.Flags().BoolP("help", "", false, "show this help") // without cobra's -h: no short flags but castor's
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c.command, c.running, c.changes = cmd.CommandPath(), true, !reads(cmd)
		return run(cmd, args)
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		c.command = cmd.CommandPath()
		if near := config.NearFlag(cmd.Flags(), err); near != "" {
			return fault.Invalidf("%s, did you mean --%s? `%s --help` shows what there is", err, near, cmd.CommandPath())
		}
		if links[a.name()] != "" { // it stands in for a program that may be newer
			return fault.Invalidf("%s; `%s --help` shows what there is. For a job that needs more call castor's own program by its path", err, cmd.CommandPath())
		}
		return fault.Invalidf("%s; `%s --help` shows what there is", err, cmd.CommandPath())
	})
	for _, child := range cmd.Commands() {
		a.dress(child, c)
	}
}

// reads says whether a command changes nothing that lasts: one that asks, or shows what there is.
func reads(cmd *cobra.Command) bool {
	verb := Verb(cmd.Name())
	return slices.Contains([]Verb{Check, Completion, Diff, History, Plan, Report, Show, Sources, Status, Why}, verb) ||
		verb == Schedule && cmd.Flags().NFlag() == 0 || verb == Connect && cmd.Flags().Changed("print") || cmd.HasSubCommands()
}

// examples shows one line for each verb.
func (a *App) examples() string {
	lines := map[Verb]string{
		Approve: "$0 approve acme",
		Cancel:  "$0 cancel acme",
		Check:   "$0 check acme",
		Connect: "$0 connect acme --print",
		Demo:    "$0 demo",
		Diff:    "$0 diff acme monday",
		Discard: "$0 discard acme",

		Disconnect: "$0 disconnect acme",

		Extract: "$0 extract -c CLIENT_ID -s SECRET -b acme.my.salesforce.com -o ./out",
		History: "$0 history acme",
		Notify:  "$0 notify test acme",
		Pause:   "$0 pause acme",
		Plan:    "$0 plan acme",
		Report:  "$0 report acme",
		Resume:  "$0 resume acme",
		Serve:   "$0 serve --config longhaul.yaml",
		Server:  "$0 temporal --data ./data",
		Show:    "$0 show acme",
		Sync:    "$0 sync acme",
		Status:  "$0 status acme --json",
		Upload:  "$0 upload -k TOKEN -s SOURCE_ID -t VIZ -d ./out",
		Why:     "$0 why acme 'Pipeline by Region'",
		Worker:  "$0 worker --config longhaul.yaml",

		Completion: "$0 completion bash",
		Schedule:   "$0 schedule acme --every 24h",
		Sources:    "$0 sources",
		SetQuota:   "$0 set-quota acme --share 50",
	}
	var shown []string
	for _, verb := range a.Verbs {
		shown = append(shown, "  "+lines[verb])
	}
	return strings.Join(shown, "\n")
}

// useOfArguments keeps what follows the name in a usage line.
func useOfArguments(use string) string {
	_, arguments, found := strings.Cut(use, " ")
	if !found {
		return ""
	}
	return " " + arguments
}

func unknownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return notAVerb(cmd, args[0])
}

// ofShells are the words that cobra adds itself, when it executes: with them a shell completes words.
var ofShells = []string{cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}

// firstWord refuses a first word that is no verb, even beside --help, which cobra answers before it looks at words.
func firstWord(root *cobra.Command, args []string) error {
	at := slices.IndexFunc(args, func(arg string) bool { return !strings.HasPrefix(arg, "-") })
	isVerb := func(c *cobra.Command) bool { return c.Name() == args[at] }
	if at < 0 || slices.Contains(ofShells, args[at]) || !root.HasSubCommands() || slices.ContainsFunc(root.Commands(), isVerb) {
		return nil
	}
	return notAVerb(root, args[at])
}

func notAVerb(root *cobra.Command, word string) error {
	var verbs []string
	for _, child := range root.Commands() {
		if child.IsAvailableCommand() {
			verbs = append(verbs, child.Name())
		}
	}
	slices.Sort(verbs)
	if near := root.SuggestionsFor(word); len(near) > 0 {
		return fault.Invalidf("%.40q is not a verb of %s: did you mean %s? There are %s", word, root.Name(), near[0], strings.Join(verbs, ", "))
	}
	return fault.Invalidf("%.40q is not a verb of %s: use one of %s", word, root.Name(), strings.Join(verbs, ", "))
}

const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}{{.UsageString}}`

var usageTemplate = `USAGE
  {{if not .HasAvailableSubCommands}}{{.UseLine}}{{else}}{{.CommandPath}} VERB [flags]
  {{.CommandPath}} VERB --help

VERBS{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name 10}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

FLAGS
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasExample}}

EXAMPLES
{{.Example}}{{end}}

EXIT CODES
{{if .HasParent}}  as ` + "`{{.Root.CommandPath}} --help`" + ` lists them{{else}}` + exitCodeHelp() + "{{end}}\n"
