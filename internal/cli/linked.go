package cli

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"longhaul/activities"
)

// StartTemporal runs Temporal inside the process. Only a program that links the server has one. An error whose cause is
// what the database file holds matches ErrDatabase.
type StartTemporal func(context.Context, TemporalOptions) (Temporal, error)

// TemporalOptions says where the embedded Temporal keeps its state and listens.
type TemporalOptions struct {
	Database string // path of the file
	Addr     string // loopback host:port; port 0: a free one
	UIAddr   string // the same, for the UI
	Logger   *zap.Logger

	Trouble func(error) // told each time that the running server cannot use its database for its disk; may be nil
}

// Temporal is a running embedded server.
type Temporal interface {
	HostPort() string
	UIURL() string
	Stop() error
}

// ErrDatabase is matched by the errors of StartTemporal that an empty database file would mend: the file is damaged, no
// database, or another version's.
var ErrDatabase = errors.New("unusable database")

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
	Close() error
}

// Access is where the simulation is and how to log in to it.
type Access struct {
	Salesforce, ClientID, ClientSecret string
	Catalog, SourceID, CatalogToken    string
}

// SimulatorStats is what the simulation counted.
type SimulatorStats struct {
	Calls       int64 `json:"calls"` // as Salesforce counts API calls
	MaxInFlight int64 `json:"max_in_flight"`
}
