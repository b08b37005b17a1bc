package churn

import (
	"errors"
	"fmt"
	"strconv"

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

func (c *change) all() (done Churned, err error) {
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

// listed reports whether a listing shows a row.
func (c *change) listed(i int) bool {
	return c.tenant.In(c.Object, i, "everything", false) && !c.tenant.Concealed(c.Object, i)
}

func (c *change) visible(i int) bool { return c.tenant.Visible(c.Object, i) }

func (c *change) concealed(i int) bool { return c.tenant.Concealed(c.Object, i) }

func (c *change) deleted(i int) bool { return org.IsDeleted(c.tenant.Org(), c.Object, i) }

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

func (c *change) move(i int, id string) error {
	c.number++
	if c.folders == nil {
		for k := range c.tenant.Count("Folder") {
			if c.tenant.In("Folder", k, "everything", false) && c.tenant.Text("Folder", k, "Type") == c.Object {
				c.folders = append(c.folders, k)
			}
		}
	}
	field := org.FolderField(c.Object)
	for k := range min(len(c.folders), 2) {
		to := c.folders[(c.number+k)%len(c.folders)]
		if folder := c.tenant.ID("Folder", to); folder != c.tenant.Text(c.Object, i, field) {
			c.edit(id, map[string]any{field: folder, "FolderName": c.tenant.Field("Folder", to, "Name")})
			return nil
		}
	}
	return errors.New("there is no other folder to move to")
}
