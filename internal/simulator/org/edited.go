package org

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

// Edit is a change of one row, or a new row.
type Edit struct {
	Object, ID string
	Like       string         // of a new row: the id of the row that it is a copy of, but for Fields
	Fields     map[string]any // new values

	Shape  *Shape // of a report: what is changed of its description, instead of what was before
	Purged bool   // it has left the recycle bin for good
	Closed *bool  // of a folder: whether the run-as user may not see it
}

// Edited is an org with edits laid over it. It does not change: WithEdits gives another.
type Edited struct {
	base   Org
	layers map[string]*layer // by object
	gone   map[string]bool   // dashboards that were deleted, with which their components go

	shapes map[string]Shape // of reports
	purged map[string]bool  // rows that have left the recycle bin
	closed map[string]bool  // folders that the run-as user may not see
	types  map[string]*retyped
}

// layer holds the edits of one object.
type layer struct {
	values map[int]map[string]any // of rows of the base, by their index there
	added  []addition             // in order of id
}

// addition is a new row.
type addition struct {
	id     string
	before int // rows of the base whose ids are before its own
	like   int // the row of the base that it copies
	values map[string]any
}

// check refuses an edit of a row that is not there, and a new row with the id of one that is.
func (e Edit) check(o Org) error {
	id := e.ID
	if e.Like != "" {
		id = e.Like
		if _, taken := o.Find(e.Object, e.ID); taken {
			return fmt.Errorf("the id %s is taken", e.ID)
		}
	}
	if _, ok := o.Find(e.Object, id); !ok {
		return fmt.Errorf("no %s has the id %s", e.Object, id)
	}
	return nil
}

// WithEdits lays edits over an org, which may have some already. The org itself stays as it is.
func WithEdits(o Org, edits []Edit) (*Edited, error) {
	next := &Edited{
		base: o, layers: map[string]*layer{}, gone: map[string]bool{},
		shapes: map[string]Shape{}, purged: map[string]bool{}, closed: map[string]bool{},
	}
	if before, ok := o.(*Edited); ok {
		next.base, next.types = before.base, before.types
		maps.Copy(next.gone, before.gone)
		maps.Copy(next.shapes, before.shapes)
		maps.Copy(next.purged, before.purged)
		maps.Copy(next.closed, before.closed)
		for object, l := range before.layers {
			next.layers[object] = l.clone()
		}
	}
	for _, e := range edits {
		if err := e.check(next); err != nil {
			return nil, err
		}
		next.apply(e)
	}
	return next, nil
}

func (l *layer) clone() *layer {
	return &layer{maps.Clone(l.values), slices.Clone(l.added)} // the values themselves are replaced, never changed
}

func (o *Edited) apply(e Edit) {
	l := o.layers[e.Object]
	if l == nil {
		l = &layer{values: map[int]map[string]any{}}
		o.layers[e.Object] = l
	}
	if e.Like != "" {
		i, _ := o.Find(e.Object, e.Like)
		like, values := o.locate(e.Object, i)
		n := addition{id: e.ID, before: o.countBefore(e.Object, e.ID), like: like, values: joined(values, e.Fields)}
		at, _ := l.search(e.ID)
		l.added = slices.Insert(l.added, at, n)
		if shape, ok := o.shapes[e.Like]; ok {
			o.shapes[e.ID] = shape
		}
		return
	}
	o.state(e)
	if e.Fields == nil {
		return
	}
	if at, ok := l.search(e.ID); ok {
		l.added[at].values = joined(l.added[at].values, e.Fields)
	} else {
		i, _ := o.base.Find(e.Object, e.ID)
		l.values[i] = joined(l.values[i], e.Fields)
	}
	if deleted, ok := e.Fields["IsDeleted"].(bool); ok && e.Object == "Dashboard" {
		o.gone[e.ID] = deleted
	}
}

// state keeps what an edit changes beside the fields of a row.
func (o *Edited) state(e Edit) {
	if e.Shape != nil {
		o.shapes[e.ID] = *e.Shape
	}
	if e.Purged {
		o.purged[e.ID] = true
	}
	if e.Closed != nil {
		o.closed[e.ID] = *e.Closed
		if !*e.Closed {
			delete(o.closed, e.ID)
		}
	}
}

// Shape is what was changed of the description of a report.
func (o *Edited) Shape(id string) Shape { return o.shapes[id] }

func joined(old, values map[string]any) map[string]any {
	out := maps.Clone(old)
	if out == nil {
		out = map[string]any{}
	}
	maps.Copy(out, values)
	return out
}

// search finds the place of an id among the new rows.
func (l *layer) search(id string) (int, bool) {
	return slices.BinarySearchFunc(l.added, id, func(a addition, id string) int { return strings.Compare(a.id, id) })
}

// countBefore counts the rows of the base whose ids are less than id.
func (o *Edited) countBefore(object, id string) int {
	return sort.Search(o.base.Count(object), func(i int) bool { return o.base.ID(object, i) >= id })
}

// addedAt finds the new row at an index, or the number of new rows before it.
func (l *layer) addedAt(i int) (place int, isNew bool) {
	place = sort.Search(len(l.added), func(k int) bool { return l.added[k].before+k >= i })
	return place, place < len(l.added) && l.added[place].before+place == i
}

// locate finds the row of the base that a row is or copies, and the values that are laid over it.
func (o *Edited) locate(object string, i int) (row int, values map[string]any) {
	l := o.layers[object]
	if l == nil {
		return i, nil
	}
	place, isNew := l.addedAt(i)
	if isNew {
		return l.added[place].like, l.added[place].values
	}
	return i - place, l.values[i-place]
}

// Info describes the org; see Org.
func (o *Edited) Info() Info { return o.base.Info() }

// Count counts all rows, new and deleted ones too; see Org.
func (o *Edited) Count(object string) int {
	n := o.base.Count(object)
	if l := o.layers[object]; l != nil {
		n += len(l.added)
	}
	return n
}

// ID gives the id of a row; see Org.
func (o *Edited) ID(object string, i int) string {
	l := o.layers[object]
	if l == nil {
		return o.base.ID(object, i)
	}
	place, isNew := l.addedAt(i)
	if isNew {
		return l.added[place].id
	}
	return o.base.ID(object, i-place)
}

// Find finds a row by its id; see Org.
func (o *Edited) Find(object, id18 string) (int, bool) {
	l := o.layers[object]
	if l == nil {
		return o.base.Find(object, id18)
	}
	place, isNew := l.search(id18)
	if isNew {
		return l.added[place].before + place, true
	}
	i, ok := o.base.Find(object, id18)
	return i + place, ok
}
