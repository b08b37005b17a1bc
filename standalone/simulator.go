package main

import (
	"fmt"
	"strings"
	"time"

	"longhaul/activities"
	"longhaul/internal/cli"
	"longhaul/internal/fault"
	"longhaul/internal/simulator/project"
	"longhaul/internal/simulator/server"
)

// simulator shows the simulated servers to the demo.
type simulator struct {
	*server.Server

	generated int // reports at the start; 0 of an org that was not generated
}

var _ cli.Simulator = simulator{}

// startSimulator runs a generated org, or the one of a project in source format.
func startSimulator(o cli.SimulatorOptions) (cli.Simulator, error) {
	options := server.Options{Reports: o.Reports, Columns: o.Columns, Seed: o.Seed, Latency: o.Latency, TempDir: o.TempDir}
	if o.Org != "" {
		loaded, err := project.Load(o.Org)
		if err != nil {
			return nil, fault.Invalidf("the project of --org cannot be read: %v", err)
		}
		options.Org = loaded
	}
	running, err := server.Start(options)
	if err != nil {
		return nil, err
	}
	if o.Org != "" {
		o.Reports = 0
	}
	return simulator{running, o.Reports}, nil
}

// Access tells where the servers are and how to log in.
func (s simulator) Access() cli.Access {
	ready := s.Ready()
	return cli.Access{
		Salesforce: ready.Salesforce, ClientID: ready.ClientID, ClientSecret: ready.ClientSecret,
		Catalog: ready.Catalog, SourceID: ready.SourceID, CatalogToken: ready.CatalogToken, CatalogAPI: ready.Catalog + server.PublicPath,
	}
}

// Change makes, renames, moves and deletes some reports, as people do in an hour. In a small org, or one of a project, it moves and
// deletes none: there may be nowhere to move to, and a sync would be held to ask whether so much is meant to be gone.
func (s simulator) Change() (string, error) {
	const few = 50
	s.Advance(time.Hour)
	change := server.Churn{Create: 1, Rename: server.Picks{Number: 1}}
	if s.generated >= few {
		change = server.Churn{Create: 3, Rename: server.Picks{Number: 5}, Move: server.Picks{Number: 2}, Delete: server.Picks{Number: 2}}
	}
	done, err := s.Churn(change)
	if err != nil {
		return "", err
	}
	var words []string
	for _, part := range []struct {
		ids []string
		how string
	}{{done.Created, "new"}, {done.Renamed, "renamed"}, {done.Moved, "moved"}, {done.Deleted, "deleted"}} {
		if len(part.ids) > 0 {
			words = append(words, fmt.Sprintf("%d %s", len(part.ids), part.how))
		}
	}
	return strings.Join(words, ", "), nil
}

// Stats gives what the servers counted.
func (s simulator) Stats() cli.SimulatorStats {
	stats := s.Server.Stats()
	return cli.SimulatorStats{Calls: int64(stats.APICalls), MaxInFlight: int64(stats.MaxInFlight)}
}

// Delivered lists what the catalog received, in order.
func (s simulator) Delivered() []activities.File {
	var files []activities.File
	for _, f := range s.Files() {
		files = append(files, activities.File{Name: f.Name, Bytes: f.Bytes, SHA256: f.SHA256})
	}
	return files
}
