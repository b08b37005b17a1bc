// Package activities holds the side effects of a sync, a file a subject. Each activity is idempotent: it finds and uses what an
// earlier attempt left in the bucket.
package activities

import (
	"context"
	"time"

	"longhaul/activities/relay"
	"longhaul/internal/export"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard/gate"
	"longhaul/internal/shard/slots"
	"longhaul/internal/staging"
)

// Source is a source, its clients built and shared by all activities of the process.
type Source struct {
	Name        string
	Salesforce  *salesforce.Client
	Exports     []export.Export // in the order in which they are delivered
	APIVersion  string
	MaxInFlight int
	MaxShards   int
	Private     bool
	Quota       quota.Policy
	Probe       time.Duration // how often a sync that waits for its quota looks
	Audit       time.Duration // within which a report is described again that does not change; 0: never
	Guard       Guard
	Keep        history.Keep
	Notify      Notify

	AcceptMissing []string // permissions that may be missing, by short names such as ViewPublicReports
	Kept          string   // where its credentials are: see Kept*
}

// Notify says whether people are told of a sync.
type Notify struct {
	Heard bool          `json:"heard,omitempty"` // somebody may be
	Stall time.Duration `json:"stall,omitempty"` // after which a sync that does not move is stalled; 0: DefaultStall
}

// DefaultStall is after how long a sync that does not move, and does not wait itself, is stalled.
const DefaultStall = 15 * time.Minute

// Where the credentials of a source are kept.
const (
	KeptSettings  = "settings"  // of the workers
	KeptDocument  = "document"  // to which the settings refer
	KeptConnected = "connected" // saved in the bucket
)

// Guard says when a sync holds, and for how long.
type Guard struct {
	MaxShrink int           `json:"max_shrink"` // percent
	Timeout   time.Duration `json:"timeout"`
}

// Sources finds a source by name. An unknown name is a fault of class invalid that lists the known ones; the name of a source that was
// disconnected is a refused login.
type Sources interface {
	// Source gives a source whose clients stay open until ctx ends.
	Source(ctx context.Context, name string) (*Source, error)
}

// Activities holds what the activities need. Its methods are registered with Temporal under their own names.
type Activities struct {
	Sources  Sources
	Store    *staging.Store
	Pool     *slots.Pool
	Temporal func(ctx context.Context) (id string, err error) // that the activity runs for: of its namespace, which no other has
	Running  func(ctx context.Context, workflowID string) (runID string, err error)
	How      history.How                                                              // a sync ended that left no end
	Due      history.Due                                                              // runs of the schedule of a source
	Polled   func(ctx context.Context, queue string, since time.Time) (bool, error)   // whether a worker asks there for activities
	Update   func(ctx context.Context, update ForwardParams) (ForwardResult, error)   // what another workflow says to an update
	Show     func(ctx context.Context, workflowID, runID string) (bool, error)        // lets a workflow show itself anew, if a worker remembers it
	Wake     func(ctx context.Context, workflowID, runID string) error                // the same for any workflow, at the cost of events
	Beats    func(ctx context.Context, workflowID, runID string) ([]Heartbeat, error) // of the running activities of a workflow
	Sent     func(source, export string, err error)                                   // counts a file that was sent to a target; may be nil
	Version  string                                                                   // of Longhaul
	Slice    time.Duration                                                            // for which a shard describes at a time; zero: by the workflow

	shown  turns
	woken  turns
	relay  relay.Relay
	gates  gate.Gates
	keeper keeper
}

// Sync is the reference to a sync that every activity gets.
type Sync struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	Bucket string `json:"bucket,omitempty"` // id of the bucket that holds the sync; empty only before authenticate
	OrgID  string `json:"org_id,omitempty"` // who the sync reads, and as whom; empty only before authenticate
	UserID string `json:"user_id,omitempty"`

	APIVersion string `json:"api_version,omitempty"` // that the sync reads with; empty only before authenticate

	Exports []string `json:"exports,omitempty"` // what is made of what is read; empty only before authenticate
	// Since is when the sync was last resumed, by the workflow's clock. No worker uses an older session: what an administrator
	// fixed may apply to new sessions only.
	Since time.Time `json:"since,omitzero"`

	Owner Ownership `json:"owner,omitzero"` // of the source; zero before authenticate, and of a sync that an older version began
}

func (s Sync) staged() staging.Sync { return staging.Sync{Source: s.Source, ID: s.ID} }

// open finds the source and makes sure that this worker uses the bucket the sync began in, and that no other Temporal has taken
// the source over there.
func (a *Activities) open(ctx context.Context, sync Sync) (*Source, staging.Sync, error) {
	source, err := a.Sources.Source(ctx, sync.Source)
	if err != nil {
		return nil, staging.Sync{}, elsewhere(sync, err)
	}
	if sync.Bucket == "" {
		return source, sync.staged(), nil
	}
	id, err := a.Store.KnownID(ctx)
	if err != nil {
		return nil, staging.Sync{}, err
	}
	if id != sync.Bucket {
		return nil, staging.Sync{}, elsewhere(sync, &fault.Error{
			Class: fault.Invalid, System: fault.Bucket,
			Message: "this worker uses another bucket than the sync began in: give all workers the same storage and start the sync again",
		})
	}
	mine := a.ownership(sync)
	if err := mine.keep(ctx); err != nil {
		return nil, staging.Sync{}, err
	}
	mine.keepWhile(ctx)
	countWhile(ctx, a.Store, sync)
	return source, sync.staged(), nil
}

// enter is open for what reads the org. The client reads as the org and user that the sync began with, and nothing else: the
// answers of another org, or of another user's rights, must not be taken for this one's.
func (a *Activities) enter(ctx context.Context, sync Sync) (*Source, staging.Sync, error) {
	source, staged, err := a.open(ctx, sync)
	if err == nil {
		source, err = bind(ctx, source, sync)
	}
	if err != nil {
		return nil, staging.Sync{}, err
	}
	return source, staged, nil
}

// bind gives the source that open found with a client that is logged in, and only where the sync began: same org, same user.
func bind(ctx context.Context, source *Source, sync Sync) (*Source, error) {
	if err := sameSettings(source, sync); err != nil {
		return nil, elsewhere(sync, err)
	}
	if !sync.Since.IsZero() {
		source.Salesforce.Renew(sync.Since)
	}
	bound := *source
	bound.Salesforce = source.Salesforce.As(sync.OrgID, sync.UserID)
	if _, err := bound.Salesforce.Login(ctx); err != nil {
		return nil, elsewhere(sync, err)
	}
	return &bound, nil
}

// Account is where the account of the sync lies in the bucket.
func (s Sync) Account() string { return s.staged().Account() }

// Prefix is where the sync's objects lie in the bucket.
func (s Sync) Prefix() string { return s.staged().Prefix() }
