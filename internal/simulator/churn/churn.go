// Package churn changes an org as people do while it is read.
package churn

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/tenant"
)

// Churn is what people do to an org while it is read.
type Churn struct {
	Object  string // Report, the default, or Dashboard
	Create  int    // new rows, each a copy of another with a name of its own; a new dashboard has components
	Rename  Picks
	Move    Picks // to another folder
	Delete  Picks // to the recycle bin, a dashboard with its components
	Restore Picks // from the recycle bin
	Hide    Picks // from every listing: a glitch, because a query by Id and a describe still find them
	Show    Picks // again what was hidden
}

// Picks are rows by their ids, or a number of rows that the simulator chooses: the same ones after the same changes.
type Picks struct {
	IDs    []string
	Number int
}

// Churned holds the ids of the rows that a Churn changed, 18 characters long.
type Churned struct {
	Created  []string `json:"created"`
	Renamed  []string `json:"renamed"`
	Moved    []string `json:"moved"`
	Deleted  []string `json:"deleted"`
	Restored []string `json:"restored"`
	Hidden   []string `json:"hidden"`
	Shown    []string `json:"shown"`
}

// maxRows bounds how many rows one Churn changes in one way.
const maxRows = 10_000

const stampForm = "2006-01-02T15:04:05.000-0700"

// Live is the org as it is now.
type Live struct {
	clock   clock.Clock
	current atomic.Pointer[tenant.Tenant]

	changing sync.Mutex
	changes  int // since the start
}

// NewLive begins with an org.
func NewLive(c clock.Clock, t *tenant.Tenant) *Live {
	l := &Live{clock: c}
	l.current.Store(t)
	return l
}

// Tenant is the org as it is now. A call keeps the tenant that it began with, so that its rows do not move.
func (l *Live) Tenant() *tenant.Tenant { return l.current.Load() }

// Apply makes a change at once, dated by the simulator's time, or not at all: the error then says what is impossible. Calls
// under way still see the org as it was.
func (l *Live) Apply(c Churn) (Churned, error) {
	if c.Object == "" {
		c.Object = "Report"
	}
	if c.Object != "Report" && c.Object != "Dashboard" {
		return Churned{}, fmt.Errorf("the object is %q; it may be Report or Dashboard", c.Object)
	}
	if c.Create < 0 || c.Create > maxRows {
		return Churned{}, fmt.Errorf("create is %d; it is 0 to %d", c.Create, maxRows)
	}
	l.changing.Lock()
	defer l.changing.Unlock()
	now := l.Tenant()
	run := &change{
		Churn: c, tenant: now, stamp: l.clock.Now().UTC().Format(stampForm), number: l.changes, taken: map[string]bool{},
	}
	done, err := run.all()
	if err != nil {
		return Churned{}, err
	}
	edited, err := org.WithEdits(now.Org(), run.edits)
	if err != nil {
		return Churned{}, err
	}
	concealed := map[string][]string{}
	for object, rows := range now.ConcealedIDs() {
		for _, id := range rows {
			if object != c.Object || !slices.Contains(done.Shown, id) {
				concealed[object] = append(concealed[object], id)
			}
		}
	}
	concealed[c.Object] = append(concealed[c.Object], done.Hidden...)
	l.current.Store(now.With(edited, concealed))
	l.changes = run.number
	return done, nil
}
