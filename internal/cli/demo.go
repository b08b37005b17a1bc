package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// demoSource is the name of the simulated source.
const demoSource = "demo"

type demoFlags struct {
	exit, strict bool
	out, data    string
	inFlight     int
	simulator    SimulatorOptions
}

func (a *App) demoCommand(c *console) *cobra.Command {
	var flags demoFlags
	cmd := &cobra.Command{
		Use:   "demo [flags]",
		Short: "See a whole sync on this machine: Temporal, a simulated Salesforce and catalog, a worker",
		Long: `Starts Temporal with its UI, a simulated Salesforce org and catalog, and a worker, all in this process; syncs the org
once as source "demo"; and stays up for a look at the UI until Ctrl-C. Nothing outside this machine is contacted.`,
		Example: `  $0 demo
  $0 demo --exit --reports 5000 --columns 25 --latency 150ms --max-in-flight 50
  $0 demo --exit --out ./out --json
  $0 demo --org ./salesforce-project`,
		Args: exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), c, flags) },
	}
	f := cmd.Flags()
	f.BoolVar(&flags.exit, "exit", false, "end after the sync instead of staying up")
	a.pathVar(cmd, &flags.out, "out", "write the extract into this directory")
	a.pathVar(cmd, &flags.data, "data", "keep Temporal's database and the bucket in this directory; default: one that is removed at the end")
	a.pathVar(cmd, &flags.simulator.Org, "org", "simulate the org of this project in Salesforce source format")
	config.NumberVar(f, &flags.simulator.Reports, "reports", 1000, "reports of the generated org")
	config.NumberVar(f, &flags.simulator.Columns, "columns", 15, "columns of each generated report")
	config.NumberVar(f, &flags.simulator.Seed, "seed", 1, "seed of the generated org")
	f.DurationVar(&flags.simulator.Latency, "latency", 20*time.Millisecond, "how long the simulated Salesforce takes for each call")
	config.NumberVar(f, &flags.inFlight, "max-in-flight", source.DefaultMaxInFlight, "calls to Salesforce at one time")
	f.BoolVar(&flags.strict, "strict", false, "exit with 5 when reports without columns remain")
	jsonFlag(cmd)
	return cmd
}

func (f demoFlags) check() error {
	switch {
	case f.simulator.Reports < 1 || f.simulator.Columns < 1 || f.simulator.Latency < 0:
		return fault.Invalidf("--reports and --columns must be at least 1, and --latency may not be negative")
	case f.inFlight < 1 || f.inFlight > source.MostInFlight:
		return fault.Invalidf("--max-in-flight must be from 1 to %d", source.MostInFlight)
	}
	if f.simulator.Org == "" {
		return nil
	}
	if info, err := os.Stat(f.simulator.Org); err != nil {
		return unusablePath("the project of --org", f.simulator.Org, err)
	} else if !info.IsDir() {
		return fault.Invalidf("--org %s is not a directory: give the one that holds the project's reports", f.simulator.Org)
	}
	return nil
}

func (a *App) demo(ctx context.Context, c *console, flags demoFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	if flags.data != "" && flags.out != "" {
		if err := apart(flags.data, "--data", flags.out); err != nil {
			return err
		}
	}
	data, release, err := a.dataDir(flags)
	if err != nil {
		return err
	}
	defer release()
	if flags.out != "" {
		if err := outDir(flags.out); err != nil {
			return err
		}
	}
	flags.simulator.TempDir = data // what a killed demo leaves lies in one folder
	simulator, err := a.StartSimulator(flags.simulator)
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	defer func() { _ = simulator.Close() }() // it ends with the process
	settings, err := flags.settings(data, simulator.Access())
	if err != nil {
		return err
	}
	p, stop, err := a.openPrivate(ctx, c, data, settings, func(ctx context.Context, temporal client.Client) error {
		return dropUnfinished(ctx, temporal, demoSource, "its simulated org is gone")
	})
	if err != nil {
		return err
	}
	defer stop()
	c.note("Temporal's UI: %s", p.ui)
	return c.demonstrate(ctx, p, simulator, flags)
}

// demonstrate runs the one sync and shows everything about it.
func (c *console) demonstrate(ctx context.Context, p *plant, simulator Simulator, flags demoFlags) error {
	run, _, err := begin(ctx, p.client, workflows.Input{Source: demoSource})
	if err != nil {
		return p.disk.blame(err)
	}
	w := &watcher{client: p.client, id: run.GetID(), view: c.view(), address: p.address, lost: p.lost, disk: p.disk}
	result, err := w.follow(ctx, run)
	if err != nil {
		return p.disk.blame(err)
	}
	same := sameBytes(result.Files, simulator)
	if flags.out != "" {
		if err := c.deliver(ctx, p.store, result, flags.out); err != nil {
			return err
		}
	}
	ref := refer(ctx, p.client, run.GetID(), "", webUI{p.ui, client.DefaultNamespace})
	if c.json {
		err = c.print(demoOutcome{outcome: outcome{Result: listable(result), Workflow: ref}, Simulator: simulator.Stats(), Catalog: same})
	} else {
		c.demoSummary(result, ref, simulator.Stats(), same, flags)
	}
	if err := errors.Join(err, judge(result, flags.strict), same.problem()); err != nil || flags.exit {
		return err
	}
	look := c.out
	if c.json {
		look = c.err
	}
	_, _ = fmt.Fprintf(look, "\nStays up until Ctrl-C. Look at it:\n  %s\n  temporal workflow show --address %s --workflow-id %s\n",
		ref.URL, p.address, ref.ID)
	return p.lost.wait(ctx)
}

// demoOutcome is what --json prints of a demo.
type demoOutcome struct {
	outcome
	Simulator SimulatorStats `json:"simulator"`
	Catalog   received       `json:"catalog"`
}

// received compares what the catalog has with what the sync wrote.
type received struct {
	Files     int  `json:"files"`
	SameBytes bool `json:"same_bytes"` // every file, by SHA-256, summary last
}

// sameBytes compares by name and SHA-256, in the order of delivery.
func sameBytes(files []activities.File, simulator Simulator) received {
	there := simulator.Delivered()
	same := len(there) == len(files)
	for i := range min(len(there), len(files)) {
		same = same && there[i].Name == files[i].Name && there[i].SHA256 == files[i].SHA256 && there[i].Bytes == files[i].Bytes
	}
	return received{Files: len(there), SameBytes: same}
}

func (r received) problem() error {
	if r.SameBytes {
		return nil
	}
	return errors.New("the simulated catalog received other files than the sync wrote")
}

func (c *console) demoSummary(result *workflows.Result, ref workflowRef, stats SimulatorStats, same received, flags demoFlags) {
	summarize(c.out, result, c.colours)
	if same.SameBytes {
		_, _ = fmt.Fprintf(c.out, "The catalog received the same bytes: %d files compared by SHA-256, the summary last.\n", same.Files)
	}
	if flags.out != "" {
		_, _ = fmt.Fprintf(c.out, "The extract is in %s.\n", flags.out)
	}
	_, _ = fmt.Fprintf(c.out, "Salesforce counted %s, at most %d at one time. Temporal's history has %s.\n",
		counted(stats.Calls, "call"), stats.MaxInFlight, counted(ref.HistoryEvents, "event"))
	if flags.exit && flags.data != "" {
		_, _ = fmt.Fprintf(c.out, "To look at it later: %s temporal --data %s\n", c.name, shellWord(flags.data))
	}
}

// dataDir is where the demo keeps its state; release removes it when it was only for this once.
func (a *App) dataDir(f demoFlags) (dir string, release func(), err error) {
	if f.data == "" {
		return a.dirForOnce()
	}
	if err := ownDir(f.data); err != nil {
		return "", nil, err
	}
	release, err = lock(f.data, "the directory "+f.data)
	return f.data, release, err
}

// settings describe the simulated source as a settings file would describe a real one.
func (f demoFlags) settings(data string, at Access) (config.Config, error) {
	sources, err := source.NewRegistry(source.Source{
		Name: demoSource,
		Salesforce: source.Salesforce{
			BaseURL: at.Salesforce, Auth: source.ClientCredentials,
			ClientID: at.ClientID, ClientSecret: source.Held(at.ClientSecret),
		},
		Catalog:     &source.Catalog{URL: at.Catalog, SourceID: at.SourceID, Token: source.Held(at.CatalogToken)},
		MaxInFlight: f.inFlight,
	})
	return config.Config{DataDir: data, Sources: sources}, err
}
