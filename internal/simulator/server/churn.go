package server

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"longhaul/internal/simulator/org"
)

// Churn is what people do to an org while it is read.
type Churn struct {
	Object  string // Report, which is also meant when it is empty, or Dashboard
	Create  int    // new rows, each a copy of another with a name of its own; a new dashboard has components
	Rename  Picks
	Move    Picks // to another folder
	Delete  Picks // to the recycle bin; a dashboard takes its components along
	Restore Picks // from the recycle bin
	Hide    Picks // from every listing: a glitch, for a query by Id and a describe still find them
	Show    Picks // again what was hidden
}

// Picks are rows by their ids, or a number of rows that the simulator chooses, the same ones for the same churn before.
type Picks struct {
	IDs    []string
	Number int
}

// Churned are the ids of the rows that a Churn changed, 18 characters long.
type Churned struct {
	Created  []string `json:"created"`
	Renamed  []string `json:"renamed"`
	Moved    []string `json:"moved"`
	Deleted  []string `json:"deleted"`
	Restored []string `json:"restored"`
	Hidden   []string `json:"hidden"`
	Shown    []string `json:"shown"`
}

// mostChurn bounds how many rows one Churn changes in one way.
const mostChurn = 10_000

const stampForm = "2006-01-02T15:04:05.000-0700"

// Churn changes the org at once, with the simulator's time as that of the change, or not at all: the error then says
// what cannot be done. Calls under way still see the org as it was.
func (s *Server) Churn(c Churn) (Churned, error) {
	fallback(&c.Object, "Report")
	if c.Object != "Report" && c.Object != "Dashboard" {
		return Churned{}, fmt.Errorf("the object is %q; it may be Report or Dashboard", c.Object)
	}
	if c.Create < 0 || c.Create > mostChurn {
		return Churned{}, fmt.Errorf("create is %d; it is 0 to %d", c.Create, mostChurn)
	}
	s.churning.Lock()
	defer s.churning.Unlock()
	now := s.tenant()
	run := &churning{
		Churn: c, tenant: now, stamp: s.clock.Now().UTC().Format(stampForm), number: s.churned, taken: map[string]bool{},
	}
	done, err := run.all()
	if err != nil {
		return Churned{}, err
	}
	edited, err := org.WithEdits(now.org, run.edits)
	if err != nil {
		return Churned{}, err
	}
	concealed := map[string][]string{}
	for object, rows := range now.concealed {
		for _, id := range rows {
			if object != c.Object || !slices.Contains(done.Shown, id) {
				concealed[object] = append(concealed[object], id)
			}
		}
	}
	concealed[c.Object] = append(concealed[c.Object], done.Hidden...)
	s.current.Store(now.with(edited, concealed))
	s.churned = run.number
	return done, nil
}

// churning collects the edits of one Churn.
type churning struct {
	Churn
	tenant  *tenant
	stamp   string
	number  int             // of changes since the start, which makes names, ids and choices differ
	taken   map[string]bool // rows that are changed already
	folders []int           // rows to move to
	edits   []org.Edit
}

func (c *churning) all() (done Churned, err error) {
	done = Churned{Created: []string{}}
	for _, step := range []struct {
		picks       Picks
		named, free func(i int) bool // which rows qualify when they are named, and when they are chosen
		do          func(i int, id string) error
		ids         *[]string
	}{
		{c.Rename, c.visible, c.listed, c.rename, &done.Renamed},
		{c.Move, c.visible, c.listed, c.move, &done.Moved},
		{c.Delete, c.visible, c.listed, c.remove, &done.Deleted},
		{c.Restore, c.deleted, c.deleted, c.restore, &done.Restored},
		{c.Hide, c.listed, c.listed, func(int, string) error { return nil }, &done.Hidden},
		{c.Show, c.concealed, c.concealed, func(int, string) error { return nil }, &done.Shown},
	} {
		rows, err := c.pick(step.picks, step.named, step.free)
		if err != nil {
			return done, err
		}
		*step.ids = []string{}
		for _, i := range rows {
			id := c.tenant.ID(c.Object, i)
			if err := step.do(i, id); err != nil {
				return done, err
			}
			*step.ids = append(*step.ids, id)
		}
	}
	done.Created, err = c.create()
	return done, err
}

// listed tells whether a row is one of those that a listing shows.
func (c *churning) listed(i int) bool {
	return c.tenant.In(c.Object, i, "everything", false) && !c.tenant.Concealed(c.Object, i)
}

func (c *churning) visible(i int) bool { return c.tenant.visible(c.Object, i) }

func (c *churning) concealed(i int) bool { return c.tenant.Concealed(c.Object, i) }

func (c *churning) deleted(i int) bool { return org.IsDeleted(c.tenant.org, c.Object, i) }

// pick finds the rows that are named, or chooses some, spread over all that qualify.
func (c *churning) pick(p Picks, named, free func(i int) bool) ([]int, error) {
	var rows []int
	if p.Number < 0 || p.Number > mostChurn || len(p.IDs) > mostChurn {
		return nil, fmt.Errorf("one change is of 0 to %d rows", mostChurn)
	}
	for _, given := range p.IDs {
		id, isID := org.Normalize(given)
		i, ok := c.tenant.Find(c.Object, id)
		if !isID || !ok || !named(i) {
			return nil, fmt.Errorf("there is no %s %s to change so", c.Object, given)
		}
		if c.taken[id] {
			return nil, fmt.Errorf("the %s %s cannot be changed twice at once", c.Object, id)
		}
		c.taken[id] = true
		rows = append(rows, i)
	}
	count := c.tenant.Count(c.Object)
	for k := range p.Number {
		i, ok := c.next((c.number*31+k*count/p.Number)%max(count, 1), free)
		if !ok {
			return nil, fmt.Errorf("there are no %d of %s left to change so", p.Number, c.Object)
		}
		c.taken[c.tenant.ID(c.Object, i)] = true
		rows = append(rows, i)
	}
	return rows, nil
}

// next finds the first row from a place on that qualifies and is not taken.
func (c *churning) next(from int, qualifies func(i int) bool) (int, bool) {
	count := c.tenant.Count(c.Object)
	for k := range count {
		i := (from + k) % count
		if !c.taken[c.tenant.ID(c.Object, i)] && qualifies(i) {
			return i, true
		}
	}
	return 0, false
}

func (c *churning) edit(id string, fields map[string]any) {
	fields["LastModifiedDate"], fields["SystemModstamp"] = c.stamp, c.stamp
	c.edits = append(c.edits, org.Edit{Object: c.Object, ID: id, Fields: fields})
}

// title is the field that holds the name of a row.
func (c *churning) title() string {
	if c.Object == "Dashboard" {
		return "Title"
	}
	return "Name"
}

func (c *churning) rename(_ int, id string) error {
	c.number++
	c.edit(id, map[string]any{c.title(): "Renamed " + strconv.Itoa(c.number)})
	return nil
}

func (c *churning) remove(_ int, id string) error {
	c.number++
	c.edit(id, map[string]any{"IsDeleted": true})
	return nil
}

func (c *churning) restore(_ int, id string) error {
	c.number++
	c.edit(id, map[string]any{"IsDeleted": false})
	return nil
}

func (c *churning) move(i int, id string) error {
	c.number++
	if c.folders == nil {
		for k := range c.tenant.Count("Folder") {
			if c.tenant.In("Folder", k, "everything", false) && c.tenant.text("Folder", k, "Type") == c.Object {
				c.folders = append(c.folders, k)
			}
		}
	}
	field := org.FolderField(c.Object)
	for k := range min(len(c.folders), 2) {
		to := c.folders[(c.number+k)%len(c.folders)]
		if folder := c.tenant.ID("Folder", to); folder != c.tenant.text(c.Object, i, field) {
			c.edit(id, map[string]any{field: folder, "FolderName": c.tenant.Field("Folder", to, "Name")})
			return nil
		}
	}
	return errors.New("there is no other folder to move to")
}
