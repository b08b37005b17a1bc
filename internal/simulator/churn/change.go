package churn

import (
	"fmt"
	"strconv"
	"strings"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/tenant"
)

// change collects the edits of one Churn.
type change struct {
	Churn
	tenant  *tenant.Tenant
	stamp   string
	number  int             // of changes since the start, which makes names, ids and choices differ
	taken   map[string]bool // rows that are changed already
	folders []int           // rows to move to
	edits   []org.Edit
}

// step is one kind of change.
type step struct {
	name        string // as the control route takes it
	objects     string // that can be changed so
	picks       Picks
	named, free func(i int) bool // which rows qualify when they are named, and when they are chosen
	do          func(i int, id string) error
	ids         *[]string
}

const content, reports = "Report Dashboard", "Report"

func (c *change) steps(done *Churned) []step {
	shape, place := columns{c}, places{c}
	nothing := func(int, string) error { return nil }
	return []step{
		{"rename", content + " Folder", c.Rename, c.visible, c.listed, c.rename, &done.Renamed},
		{"move", content, c.Move, c.visible, c.listed, place.move, &done.Moved},
		{"private", content, c.Private, c.visible, c.listed, place.seclude, &done.Private},
		{"delete", content, c.Delete, c.visible, c.listed, c.remove, &done.Deleted},
		{"restore", content, c.Restore, c.deleted, c.deleted, c.restore, &done.Restored},
		{"hide", content, c.Hide, c.listed, c.listed, nothing, &done.Hidden},
		{"show", content, c.Show, c.concealed, c.concealed, nothing, &done.Shown},
		{"runas", "Dashboard", c.RunAs, c.visible, c.listed, place.runAs, &done.RunAs},
		{"close", "Folder", c.Close, c.listed, c.listed, place.shut(true), &done.Closed},
		{"open", "Folder", c.Open, place.closed, place.closed, place.shut(false), &done.Opened},
		{"gain", reports, c.Gain, shape.described, shape.described, shape.gain, &done.Gained},
		{"lose", reports, c.Lose, shape.described, shape.described, shape.lose, &done.Lost},
		{"widen", reports, c.Widen, shape.described, shape.described, shape.answer(org.TooManyColumns, dated), &done.Widened},
		{"join", reports, c.Join, shape.described, shape.described, shape.answer(org.Joined, joined), &done.Joined},
		{"deny", reports, c.Deny, shape.described, shape.described, shape.answer(org.Forbidden, undated), &done.Denied},
		{"obsolete", reports, c.Obsolete, shape.described, shape.described, shape.answer(org.Obsolete, undated), &done.Obsolete},
		{"allow", reports, c.Allow, shape.refused, shape.refused, shape.allow, &done.Allowed},
	}
}

func (c *change) all() (done Churned, err error) {
	done = Churned{Created: []string{}}
	for _, step := range c.steps(&done) {
		if (step.picks.Number != 0 || len(step.picks.IDs) > 0) && !strings.Contains(step.objects, c.Object) {
			return done, fmt.Errorf("the change %q is not one of a %s", step.name, c.Object)
		}
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

// fields are the changes of report types.
func (c *change) fields() []org.TypeEdit {
	var edits []org.TypeEdit
	for _, f := range c.Relabel {
		edits = append(edits, org.TypeEdit{Type: f.Type, Column: f.Column, Label: f.Label})
	}
	for _, f := range c.Drop {
		edits = append(edits, org.TypeEdit{Type: f.Type, Column: f.Column, Lost: true})
	}
	return edits
}

// listed reports whether a listing shows a row.
func (c *change) listed(i int) bool {
	return c.tenant.In(c.Object, i, "everything", false) && !c.tenant.Concealed(c.Object, i)
}

func (c *change) visible(i int) bool { return c.tenant.Visible(c.Object, i) }

func (c *change) concealed(i int) bool { return c.tenant.Concealed(c.Object, i) }

func (c *change) deleted(i int) bool {
	return org.IsDeleted(c.tenant.Org(), c.Object, i) && !org.IsPurged(c.tenant.Org(), c.Object, i)
}

// pick finds the named rows, or chooses some, spread over all that qualify.
func (c *change) pick(p Picks, named, free func(i int) bool) ([]int, error) {
	var rows []int
	if p.Number < 0 || p.Number > maxRows || len(p.IDs) > maxRows {
		return nil, fmt.Errorf("one change is of 0 to %d rows", maxRows)
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
func (c *change) next(from int, qualifies func(i int) bool) (int, bool) {
	count := c.tenant.Count(c.Object)
	for k := range count {
		i := (from + k) % count
		if !c.taken[c.tenant.ID(c.Object, i)] && qualifies(i) {
			return i, true
		}
	}
	return 0, false
}

func (c *change) edit(id string, fields map[string]any) {
	fields["LastModifiedDate"], fields["SystemModstamp"] = c.stamp, c.stamp
	c.edits = append(c.edits, org.Edit{Object: c.Object, ID: id, Fields: fields})
}

// title is the field that holds the name of a row.
func (c *change) title() string {
	if c.Object == "Dashboard" {
		return "Title"
	}
	return "Name"
}

func (c *change) rename(_ int, id string) error {
	c.number++
	c.edit(id, map[string]any{c.title(): "Renamed " + strconv.Itoa(c.number)})
	return nil
}

func (c *change) remove(_ int, id string) error {
	c.number++
	c.edit(id, map[string]any{"IsDeleted": true})
	return nil
}

func (c *change) restore(_ int, id string) error {
	c.number++
	c.edit(id, map[string]any{"IsDeleted": false})
	return nil
}
