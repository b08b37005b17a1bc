package cli

import (
	"errors"
	"time"

	"longhaul/activities"
)

// StartSimulator runs a simulated Salesforce and catalog inside the process.
type StartSimulator func(SimulatorOptions) (Simulator, error)

// SimulatorOptions says what org to simulate.
type SimulatorOptions struct {
	Org     string // directory of a project in source format; empty: a generated org
	Reports int
	Columns int
	Seed    int64
	Latency time.Duration // of each call
	TempDir string        // where the simulated catalog keeps what it receives
}

// Simulator is a running simulation.
type Simulator interface {
	Access() Access
	Stats() SimulatorStats
	Delivered() []activities.File // what the catalog received, in order
	Change() (string, error)      // changes the org as people do, and says how
	Close() error
}

// Access is where the simulation is and how to log in to it.
type Access struct {
	Salesforce, ClientID, ClientSecret string
	Catalog, SourceID, CatalogToken    string
	CatalogAPI                         string // the public API, which knows the token
}

// SimulatorStats is what the simulation counted.
type SimulatorStats struct {
	Calls       int64 `json:"calls"` // as Salesforce counts API calls
	MaxInFlight int64 `json:"max_in_flight"`
}

// received compares what the catalog has with what the sync wrote.
type received struct {
	Files     int  `json:"files"`
	SameBytes bool `json:"same_bytes"` // every file, by SHA-256, summary last
}

// sameBytes compares by name and SHA-256, in the order of delivery, what the catalog received after the files that it had before.
func sameBytes(files []activities.File, simulator Simulator, before int) received {
	there := simulator.Delivered()
	there = there[min(before, len(there)):]
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
	return errors.New("the simulated catalog received other files than the sync wrote: this is a fault of Longhaul; please report it")
}

// A demo on a terminal takes about a minute, so that there is something to see and to try.
const (
	demoTime    = time.Minute
	callsInTurn = 7 // that a sync of a small org waits for, one after the other; measured
	demoLatency = 20 * time.Millisecond
	slowestDemo = 3 * time.Second
)

// paced is the latency with which a sync takes about as long as a demo should.
func paced(reports, inFlight int) time.Duration {
	rounds := float64(reports)/float64(inFlight) + callsInTurn
	latency := time.Duration(float64(demoTime) / rounds).Round(10 * time.Millisecond)
	return min(max(latency, demoLatency), slowestDemo)
}
