package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/reach"
	"longhaul/internal/warning"
)

// Target is where the files of an export go. It is safe for concurrent use.
type Target interface {
	// Destination says where the files go, for people and so that the files of one set go to one place.
	Destination() string
	// Ready reads what the settings refer to, such as secrets, and reports what is wrong with it. It contacts nobody.
	Ready(ctx context.Context) error
	// Check finds out before a sync whether its delivery can succeed. It fails for what somebody has to change; what may pass by
	// itself is a doubt, whose code is empty where there is none.
	Check(ctx context.Context) (doubt warning.Warning, err error)
	// Examine asks the same questions as Check, a row each, for people who want to know before a sync. What only a delivery tells
	// is a row that is skipped and says so. The ids of the rows are short, as "token": "export.<name>." is put before them.
	Examine(ctx context.Context) []doctor.Finding
	// Send delivers one file. The receipt proves the delivery. Together with an error it holds the reach of all tries of this call;
	// one that cannot tell leaves it out. ErrTaken says that the target has a file of this name already, and its reach that of the
	// tries before: ReachNone at the first one, as a file that is taken for ours counts as delivered. A target that can look at what it
	// has returns ErrForeign for the file of another, and for this one the receipt, with DeliveredBefore. One that replaces files returns
	// neither.
	Send(ctx context.Context, f Outgoing) (Receipt, error)
	// Close closes idle connections.
	Close()
}

// ErrTaken says that a target has a file of this name already and does not replace it.
var ErrTaken = errors.New("the target has a file of this name already")

// ErrForeign is the ErrTaken of a target that has looked at the file: it is another.
var ErrForeign = fmt.Errorf("%w, and it is another file", ErrTaken)

// Outgoing is a file to deliver. Open is called for every try.
type Outgoing struct {
	File
	Open func() (io.ReadCloser, error)

	// Renamable files can be sent under another name, which costs little. So a name that is taken after answers of a proxy alone is
	// an error and no delivery.
	Renamable bool
}

// File is one file of an export: a reference, never its content.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Count  int64  `json:"count"` // records in it
}

// Receipt proves that a file was delivered.
type Receipt struct {
	Path   string    `json:"path"`             // at the target
	Status int       `json:"status,omitempty"` // of the answer, of a target that speaks HTTP
	Bytes  int64     `json:"bytes"`
	SHA256 string    `json:"sha256"`
	At     time.Time `json:"at"`

	// DeliveredBefore says that the target had the file from an earlier attempt, which did not hear the answer.
	DeliveredBefore bool `json:"delivered_before,omitempty"`

	Reach reach.Reach `json:"-"` // of a Send that failed
}
