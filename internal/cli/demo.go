package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/control"
	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/monitor"
	"longhaul/internal/node"
	"longhaul/internal/paths"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// demoSource is the name of the simulated source.
const demoSource = "demo"

// demoVerb shows a whole sync of a simulated org on this machine.
type demoVerb struct {
	program

	exit, strict, refresh bool
	slow                  bool // takes a minute, for people who watch it
	out, data             string
	bucket                string // its URL
	inFlight              int
	simulator             SimulatorOptions
}

func demoCommand(p program) *cobra.Command {
	v := &demoVerb{program: p}
	cmd := &cobra.Command{
		Use:   "demo [flags]",
		Short: "See a whole sync on this machine: Temporal, a simulated Salesforce and catalog, a worker",
		Long: `Starts Temporal with its UI, a simulated Salesforce org and catalog, and a worker, all in this process; syncs the org
once as source "demo"; and stays up until Ctrl-C, so that you can look at the UI. It contacts nothing outside this machine.

On a terminal the simulated org answers so slowly that the sync takes about a minute, and the demo says what to try meanwhile.
With --exit, or a --latency of your own, it is done in seconds.`,
		Example: `  $0 demo
  $0 demo --refresh
  $0 demo --exit --reports 5000 --columns 25 --latency 150ms --max-in-flight 50
  $0 demo --exit --out ./out --json
  $0 demo --org ./salesforce-project`,
		Args: args.Exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			v.slow = v.console.fancy && !v.exit && !v.console.json && !cmd.Flags().Changed("latency")
			return v.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&v.exit, "exit", false, "end after the sync instead of staying up")
	f.BoolVar(&v.refresh, "refresh", false, "change some reports of the simulated org after the sync, and sync again")
	p.app.pathVar(cmd, &v.out, "out", "write the extract into this directory")
	p.app.pathVar(cmd, &v.data, "data", "keep Temporal's database and the bucket in this directory; default: one that is removed at the end")
	p.app.pathVar(cmd, &v.simulator.Org, "org", "simulate the org of this project in Salesforce source format")
	config.NumberVar(f, &v.simulator.Reports, "reports", 1000, "reports of the generated org")
	config.NumberVar(f, &v.simulator.Columns, "columns", 15, "columns of each generated report")
	config.NumberVar(f, &v.simulator.Seed, "seed", 1, "seed of the generated org")
	f.DurationVar(&v.simulator.Latency, "latency", demoLatency, "how long the simulated Salesforce takes for each call, such as 150ms; longer on a terminal")
	config.NumberVar(f, &v.inFlight, "max-in-flight", source.DefaultMaxInFlight, "calls to Salesforce at one time")
	f.BoolVar(&v.strict, "strict", false, "exit with 5 if reports could not be described (denied or failed)")
	args.JSON(cmd)
	return cmd
}

// check refuses flags that make no sense.
func (v *demoVerb) check() error {
	switch {
	case v.simulator.Reports < 1 || v.simulator.Columns < 1 || v.simulator.Latency < 0:
		return fault.Invalidf("--reports and --columns must be at least 1, and --latency may not be negative")
	case v.inFlight < 1 || v.inFlight > source.MostInFlight:
		return fault.Invalidf("--max-in-flight must be from 1 to %d", source.MostInFlight)
	}
	if v.simulator.Org != "" {
		if info, err := os.Stat(v.simulator.Org); err != nil {
			return paths.Unusable("the project of --org", v.simulator.Org, err)
		} else if !info.IsDir() {
			return fault.Invalidf("--org %s is not a directory: give the one that holds the project's reports", v.simulator.Org)
		}
	}
	if v.data != "" && v.out != "" {
		return node.Apart(v.data, "--data", v.out)
	}
	return nil
}

func (v *demoVerb) run(ctx context.Context) error {
	if err := v.check(); err != nil {
		return err
	}
	data, release, err := v.dataDir()
	if err != nil {
		return err
	}
	defer release()
	if v.out != "" {
		if err := node.OutputDir(v.out); err != nil {
			return err
		}
	}
	if v.slow {
		v.simulator.Latency = paced(v.simulator.Reports, v.inFlight)
	}
	v.simulator.TempDir = data // a killed demo leaves everything in one folder
	simulator, err := v.app.StartSimulator(v.simulator)
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	defer func() { _ = simulator.Close() }() // it ends with the process
	settings, err := v.settings(data, simulator.Access())
	if err != nil {
		return err
	}
	if v.bucket, err = settings.StorageURL(); err != nil {
		return err
	}
	n, stop, err := v.startPrivate(ctx, data, settings, func(ctx context.Context, temporal client.Client) error {
		return control.Drop(ctx, temporal, demoSource, "its simulated org is gone")
	})
	if err != nil {
		return err
	}
	defer stop()
	v.console.note("Temporal's UI: %s", n.UI)
	return v.demonstrate(ctx, n, simulator)
}

// demonstrate runs the sync, and a refresh where it is asked for, and shows everything about them.
func (v *demoVerb) demonstrate(ctx context.Context, n *node.Node, simulator Simulator) error {
	if v.slow {
		v.console.note("%s", meanwhile(v.app.steers(), n.Address))
	}
	result, shown, err := v.syncOnce(ctx, n, simulator, 0, 0)
	if err != nil {
		return err
	}
	problem := errors.Join(verdict(result, v.strict), shown.Catalog.problem())
	if v.refresh && problem == nil {
		if !v.console.json {
			v.summarize(result, shown)
		}
		changed, err := simulator.Change()
		if err != nil {
			return fmt.Errorf("change the simulated org: %w", err)
		}
		v.console.note("\nReports of the org have changed: %s. The refresh finds that, and reuses what it knows of the other reports.", changed)
		var second demoOutcome
		result, second, err = v.syncOnce(ctx, n, simulator, len(simulator.Delivered()), simulator.Stats().Calls)
		if err != nil {
			return err
		}
		problem = errors.Join(verdict(result, v.strict), second.Catalog.problem())
		shown.Changed, shown.Refresh = changed, &second
	}
	return v.finish(ctx, n, result, shown, problem)
}

// finish shows what came of the last sync, and stays up.
func (v *demoVerb) finish(ctx context.Context, n *node.Node, result *workflows.Result, shown demoOutcome, problem error) error {
	last := shown
	if shown.Refresh != nil {
		last = *shown.Refresh
	}
	var page string
	var err error
	if v.out != "" {
		if page, err = v.deliver(ctx, n.Store, result, v.out); err != nil {
			return err
		}
	}
	if v.console.json {
		err = v.console.printJSON(shown)
	} else {
		v.summarize(result, last)
		v.sayWhere(page)
	}
	if err := errors.Join(err, problem); err != nil || v.exit {
		return err
	}
	look := v.console.out
	if v.console.json {
		look = v.console.err
	}
	_, _ = fmt.Fprintf(look, "\nStays up until Ctrl-C. Look at it:\n  %s\n  %s report %s --open --storage %s\n  TEMPORAL_ADDRESS=%s %s show %s\n  temporal workflow show --address %s --workflow-id %s\n",
		last.Workflow.URL, v.app.steers(), demoSource, args.Word(v.bucket), n.Address, v.app.steers(), demoSource, n.Address, last.Workflow.ID)
	return n.Fatal.Wait(ctx)
}

// syncOnce runs one sync to its end. Files and calls of before are not its own.
func (v *demoVerb) syncOnce(
	ctx context.Context, n *node.Node, simulator Simulator, files int, calls int64,
) (*workflows.Result, demoOutcome, error) {
	run, _, err := control.Start(ctx, n.Client, workflows.Input{Source: demoSource})
	if err != nil {
		return nil, demoOutcome{}, n.Blame(err)
	}
	w := v.watcher(n, run.GetID())
	result, err := w.Follow(ctx, run)
	if err != nil {
		return nil, demoOutcome{}, n.Blame(err)
	}
	shown := demoOutcome{
		Outcome:   monitor.NewOutcome(result, monitor.Refer(ctx, n.Client, run.GetID(), "", monitor.UI{Address: n.UI, Namespace: client.DefaultNamespace})),
		Simulator: simulator.Stats(), Catalog: sameBytes(result.Files[castor.Name], simulator, files),
	}
	shown.Simulator.Calls -= calls
	shown.warned = w.Warned()
	return result, shown, nil
}

// meanwhile says what there is to do while the sync of a demo runs.
func meanwhile(program, address string) string {
	return fmt.Sprintf(`The sync takes about a minute. Meanwhile, look at it in the UI, or in another terminal:
  export TEMPORAL_ADDRESS=%[2]s
  %[1]s status demo
  %[1]s pause demo      (and resume)
  temporal workflow query --workflow-id sync-demo --name progress      (plain Temporal can do all of it too)
`, program, address)
}

// demoOutcome is what --json prints of a demo.
type demoOutcome struct {
	monitor.Outcome
	Simulator SimulatorStats `json:"simulator"`
	Catalog   received       `json:"catalog"`

	Changed string       `json:"changed,omitempty"` // in the org, before the refresh
	Refresh *demoOutcome `json:"refresh,omitempty"`

	warned []string // while the sync ran
}

// summarize writes the outcome for people.
func (v *demoVerb) summarize(result *workflows.Result, shown demoOutcome) {
	out := v.console.out
	monitor.Summarize(out, result, v.console.above(shown.warned), v.console.colours)
	if shown.Catalog.SameBytes {
		_, _ = fmt.Fprintf(out, "The catalog received the same bytes: %d files compared by SHA-256, the summary last.\n", shown.Catalog.Files)
	}
	_, _ = fmt.Fprintf(out, "Salesforce counted %s, at most %d at one time. Temporal's history has %s.\n",
		humanize.Count(shown.Simulator.Calls, "call"), shown.Simulator.MaxInFlight, humanize.Count(shown.Workflow.HistoryEvents, "event"))
}

// sayWhere says where a demo leaves what it made. page is the sentence about the page in the output.
func (v *demoVerb) sayWhere(page string) {
	out := v.console.out
	if v.out != "" {
		_, _ = fmt.Fprintf(out, "The extract is in %s.\n%s", v.out, page)
	}
	if v.exit && v.data != "" {
		_, _ = fmt.Fprintf(out, "To look at it later: %s temporal --data %s\n", v.console.name, args.Word(v.data))
	}
}

// dataDir is where the demo keeps its state. release removes it where it is a temporary one.
func (v *demoVerb) dataDir() (dir string, release func(), err error) {
	if v.data == "" {
		temp, err := v.app.tempDir()
		if err != nil {
			return "", nil, err
		}
		return node.ScratchDir(temp)
	}
	if err := node.PrivateDir(v.data); err != nil {
		return "", nil, err
	}
	release, err = node.Lock(v.data, "the directory "+v.data)
	return v.data, release, err
}

// settings describe the simulated source as a settings file would describe a real one.
func (v *demoVerb) settings(data string, at Access) (config.Config, error) {
	sources, err := source.NewRegistry(source.Source{
		Name: demoSource,
		Salesforce: source.Salesforce{
			BaseURL: at.Salesforce, Auth: source.ClientCredentials,
			ClientID: at.ClientID, ClientSecret: source.Held(at.ClientSecret),
		},
		Exports:     castor.Catalog{URL: at.Catalog, SourceID: at.SourceID, Token: source.Held(at.CatalogToken), PublicAPI: at.CatalogAPI}.Exports(),
		MaxInFlight: v.inFlight,
	})
	return config.Config{DataDir: data, Sources: sources}, err
}
