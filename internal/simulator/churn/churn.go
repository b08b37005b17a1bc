// Package churn changes an org as people do while it is read.
package churn

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/tenant"
)

// Churn is what people do to an org while it is read. What is not said of dates changes the date of each row.
type Churn struct {
	Object  string // Report, the default, Dashboard, Folder or User
	Create  int    // new rows, each a copy of another with a name of its own; a new dashboard has components
	Rename  Picks  // not of users
	Move    Picks  // reports and dashboards, to another folder
	Private Picks  // reports and dashboards, to the private folder of another user
	Delete  Picks  // reports and dashboards, to the recycle bin, a dashboard with its components; after 15 days they are gone
	Restore Picks  // from the recycle bin
	Hide    Picks  // reports and dashboards, from every listing: a glitch, because a query by Id and a describe still find them
	Show    Picks  // again what was hidden
	RunAs   Picks  // dashboards, as another user than before

	Close Picks // folders, with all in and below them, to the run-as user; no date changes
	Open  Picks // again folders that were closed

	Gain     Picks // reports, a column more
	Lose     Picks // reports, their last column
	Widen    Picks // reports, to more columns than Salesforce describes
	Join     Picks // reports, to joined ones
	Deny     Picks // reports, whose describe is refused then: the user lost what they report on; no date changes
	Obsolete Picks // reports, whose object is not there for reports any more; no date changes
	Allow    Picks // reports whose describe was refused so; no date changes

	Relabel []Field // of report types; no date of a report changes
	Drop    []Field // fields that report types lose, and with them their reports; no date of a report changes
}

// Field is a field of a report type.
type Field struct{ Type, Column, Label string }

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
	Private  []string `json:"private,omitempty"`
	Deleted  []string `json:"deleted"`
	Restored []string `json:"restored"`
	Hidden   []string `json:"hidden"`
	Shown    []string `json:"shown"`
	RunAs    []string `json:"run_as,omitempty"`
	Closed   []string `json:"closed,omitempty"`
	Opened   []string `json:"opened,omitempty"`
	Gained   []string `json:"gained,omitempty"`
	Lost     []string `json:"lost,omitempty"`
	Widened  []string `json:"widened,omitempty"`
	Joined   []string `json:"joined,omitempty"`
	Denied   []string `json:"denied,omitempty"`
	Obsolete []string `json:"obsolete,omitempty"`
	Allowed  []string `json:"allowed,omitempty"`
}

// maxRows bounds how many rows one Churn changes in one way.
const maxRows = 10_000

var objects = []string{"Report", "Dashboard", "Folder", "User"}

const stampForm = "2006-01-02T15:04:05.000-0700"

// Live is the org as it is now.
type Live struct {
	clock   clock.Clock
	current atomic.Pointer[tenant.Tenant]

	changing sync.Mutex
	changes  int // since the start
	bin      bin
}

// NewLive begins with an org.
func NewLive(c clock.Clock, t *tenant.Tenant) *Live {
	l := &Live{clock: c, bin: newBin(c.Now())}
	l.current.Store(t)
	return l
}

// Tenant is the org as it is now. A call keeps the tenant that it began with, so that its rows do not move.
func (l *Live) Tenant() *tenant.Tenant {
	if l.bin.due(l.clock.Now()) {
		l.changing.Lock()
		defer l.changing.Unlock()
		l.empty()
	}
	return l.current.Load()
}

// Apply makes a change at once, dated by the simulator's time, or not at all: the error then says what is impossible. Calls
// under way still see the org as it was.
func (l *Live) Apply(c Churn) (Churned, error) {
	if c.Object == "" {
		c.Object = "Report"
	}
	if !slices.Contains(objects, c.Object) {
		return Churned{}, fmt.Errorf("the object is %q; it may be %s", c.Object, strings.Join(objects, ", "))
	}
	if c.Create < 0 || c.Create > maxRows {
		return Churned{}, fmt.Errorf("create is %d; it is 0 to %d", c.Create, maxRows)
	}
	l.changing.Lock()
	defer l.changing.Unlock()
	l.empty()
	now, at := l.current.Load(), l.clock.Now()
	run := &change{
		Churn: c, tenant: now, stamp: at.UTC().Format(stampForm), number: l.changes, taken: map[string]bool{},
	}
	done, err := run.all()
	if err != nil {
		return Churned{}, err
	}
	edited, err := org.WithEdits(now.Org(), run.edits)
	if err != nil {
		return Churned{}, err
	}
	if fields := run.fields(); len(fields) > 0 {
		if edited, err = org.WithTypeEdits(edited, fields); err != nil {
			return Churned{}, err
		}
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
	l.bin.take(c.Object, done.Deleted, at)
	l.bin.give(c.Object, done.Restored)
	return done, nil
}
