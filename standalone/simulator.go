package main

import (
	"longhaul/activities"
	"longhaul/internal/cli"
	"longhaul/internal/fault"
	"longhaul/internal/simulator/project"
	"longhaul/internal/simulator/server"
)

// simulator shows the simulated servers to the demo.
type simulator struct{ *server.Server }

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
	return simulator{running}, nil
}

// Access tells where the servers are and how to log in.
func (s simulator) Access() cli.Access {
	ready := s.Ready()
	return cli.Access{
		Salesforce: ready.Salesforce, ClientID: ready.ClientID, ClientSecret: ready.ClientSecret,
		Catalog: ready.Catalog, SourceID: ready.SourceID, CatalogToken: ready.CatalogToken,
	}
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
