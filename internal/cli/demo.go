package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

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

	exit, strict bool
	out, data    string
	inFlight     int
	simulator    SimulatorOptions
}

func demoCommand(p program) *cobra.Command {
	v := &demoVerb{program: p}
	cmd := &cobra.Command{
		Use:   "demo [flags]",
		Short: "See a whole sync on this machine: Temporal, a simulated Salesforce and catalog, a worker",
		Long: `Starts Temporal with its UI, a simulated Salesforce org and catalog, and a worker, all in this process; syncs the org
once as source "demo"; and stays up until Ctrl-C, so that you can look at the UI. It contacts nothing outside this machine.`,
		Example: `  $0 demo
  $0 demo --exit --reports 5000 --columns 25 --latency 150ms --max-in-flight 50
  $0 demo --exit --out ./out --json
  $0 demo --org ./salesforce-project`,
		Args: exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context()) },
	}
	f := cmd.Flags()
	f.BoolVar(&v.exit, "exit", false, "end after the sync instead of staying up")
	p.app.pathVar(cmd, &v.out, "out", "write the extract into this directory")
	p.app.pathVar(cmd, &v.data, "data", "keep Temporal's database and the bucket in this directory; default: one that is removed at the end")
	p.app.pathVar(cmd, &v.simulator.Org, "org", "simulate the org of this project in Salesforce source format")
	config.NumberVar(f, &v.simulator.Reports, "reports", 1000, "reports of the generated org")
	config.NumberVar(f, &v.simulator.Columns, "columns", 15, "columns of each generated report")
	config.NumberVar(f, &v.simulator.Seed, "seed", 1, "seed of the generated org")
	f.DurationVar(&v.simulator.Latency, "latency", 20*time.Millisecond, "how long the simulated Salesforce takes for each call")
	config.NumberVar(f, &v.inFlight, "max-in-flight", source.DefaultMaxInFlight, "calls to Salesforce at one time")
	f.BoolVar(&v.strict, "strict", false, "exit with 5 if reports could not be described (denied or failed)")
	jsonFlag(cmd)
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

// demonstrate runs the one sync and shows everything about it.
func (v *demoVerb) demonstrate(ctx context.Context, n *node.Node, simulator Simulator) error {
	run, _, err := control.Start(ctx, n.Client, workflows.Input{Source: demoSource})
	if err != nil {
		return n.Blame(err)
	}
	result, err := v.watcher(n, run.GetID()).Follow(ctx, run)
	if err != nil {
		return n.Blame(err)
	}
	same := sameBytes(result.Files[castor.Name], simulator)
	if v.out != "" {
		if err := v.deliver(ctx, n.Store, result, v.out); err != nil {
			return err
		}
	}
	shown := demoOutcome{
		Outcome:   monitor.NewOutcome(result, monitor.Refer(ctx, n.Client, run.GetID(), "", monitor.UI{Address: n.UI, Namespace: client.DefaultNamespace})),
		Simulator: simulator.Stats(), Catalog: same,
	}
	if v.console.json {
		err = v.console.printJSON(shown)
	} else {
		v.summarize(result, shown)
	}
	if err := errors.Join(err, verdict(result, v.strict), same.problem()); err != nil || v.exit {
		return err
	}
	look := v.console.out
	if v.console.json {
		look = v.console.err
	}
	_, _ = fmt.Fprintf(look, "\nStays up until Ctrl-C. Look at it:\n  %s\n  temporal workflow show --address %s --workflow-id %s\n",
		shown.Workflow.URL, n.Address, shown.Workflow.ID)
	return n.Fatal.Wait(ctx)
}

// demoOutcome is what --json prints of a demo.
type demoOutcome struct {
	monitor.Outcome
	Simulator SimulatorStats `json:"simulator"`
	Catalog   received       `json:"catalog"`
}

// summarize writes the outcome for people.
func (v *demoVerb) summarize(result *workflows.Result, shown demoOutcome) {
	out := v.console.out
	monitor.Summarize(out, result, v.console.colours)
	if shown.Catalog.SameBytes {
		_, _ = fmt.Fprintf(out, "The catalog received the same bytes: %d files compared by SHA-256, the summary last.\n", shown.Catalog.Files)
	}
	if v.out != "" {
		_, _ = fmt.Fprintf(out, "The extract is in %s.\n", v.out)
	}
	_, _ = fmt.Fprintf(out, "Salesforce counted %s, at most %d at one time. Temporal's history has %s.\n",
		humanize.Count(shown.Simulator.Calls, "call"), shown.Simulator.MaxInFlight, humanize.Count(shown.Workflow.HistoryEvents, "event"))
	if v.exit && v.data != "" {
		_, _ = fmt.Fprintf(out, "To look at it later: %s temporal --data %s\n", v.console.name, shellWord(v.data))
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
		Exports:     castor.Catalog{URL: at.Catalog, SourceID: at.SourceID, Token: source.Held(at.CatalogToken)}.Exports(),
		MaxInFlight: v.inFlight,
	})
	return config.Config{DataDir: data, Sources: sources}, err
}
