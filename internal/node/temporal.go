package node

import (
	"context"
	"errors"

	"go.uber.org/zap"
)

// StartTemporal runs Temporal inside the process. Only a program that links the server has one. An error whose cause is the
// content of the database file matches ErrDatabase.
type StartTemporal func(context.Context, TemporalOptions) (Temporal, error)

// TemporalOptions says where the embedded Temporal keeps its state and listens.
type TemporalOptions struct {
	Database string // path of the file
	Addr     string // loopback host:port; port 0: a free one
	UIAddr   string // the same, for the UI
	Logger   *zap.Logger

	// Trouble is called each time that the running server cannot use its database because of the disk; may be nil. Many
	// goroutines of the server call it at once.
	Trouble func(error)
}

// Temporal is a running embedded server.
type Temporal interface {
	HostPort() string
	UIURL() string
	Stop() error
}

// ErrDatabase is matched by the errors of StartTemporal that an empty database file would fix: the file is damaged, is no
// database, or is another version's.
var ErrDatabase = errors.New("unusable database")
