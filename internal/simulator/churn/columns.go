package churn

import (
	"errors"
	"fmt"
	"slices"

	"longhaul/internal/simulator/org"
)

// columns changes what the describe of reports answers.
type columns struct{ *change }

// described reports whether a report is described as it is.
func (c columns) described(i int) bool {
	return c.Object == "Report" && c.listed(i) && answers(c.tenant.Org().Describe(i))
}

func answers(d org.Describe) bool { return d.Status == 0 || d.Status == 200 }

// refused reports whether a change, not the report itself, is why its describe is refused.
func (c columns) refused(i int) bool {
	return c.visible(i) && org.ShapeOf(c.tenant.Org(), c.tenant.ID(c.Object, i)).Refusal != nil
}

// reshape changes the description of a report. Fields of its row date the change; nil leaves the dates.
func (c columns) reshape(id string, fields map[string]any, how func(*org.Shape)) {
	c.number++
	shape := org.ShapeOf(c.tenant.Org(), id)
	how(&shape)
	if fields == nil {
		c.edits = append(c.edits, org.Edit{Object: c.Object, ID: id, Shape: &shape})
		return
	}
	c.edit(id, fields)
	c.edits[len(c.edits)-1].Shape = &shape
}

// answer makes the describe of a report answer with a refusal.
func (c columns) answer(with org.Describe, fields func() map[string]any) func(i int, id string) error {
	return func(_ int, id string) error {
		c.reshape(id, fields(), func(s *org.Shape) { s.Refusal = &with })
		return nil
	}
}

func undated() map[string]any { return nil }

func dated() map[string]any { return map[string]any{} }

func joined() map[string]any { return map[string]any{"Format": "Multiblock"} }

func (c columns) allow(_ int, id string) error {
	c.reshape(id, nil, func(s *org.Shape) { s.Refusal = nil })
	return nil
}

// gain adds a column that the type of the report offers.
func (c columns) gain(i int, id string) error {
	d := c.tenant.Org().Describe(i)
	offered, has := org.ColumnsOf(c.tenant.Org(), d.ReportType), org.Described(d)
	for k := range offered {
		column := offered[(c.number+k)%len(offered)]
		if slices.Contains(has, column.Key) {
			continue
		}
		c.reshape(id, dated(), func(s *org.Shape) {
			s.Gained = slices.DeleteFunc(slices.Clone(s.Gained), func(one org.Column) bool { return one.Key == column.Key })
			s.Lost = slices.DeleteFunc(slices.Clone(s.Lost), func(key string) bool { return key == column.Key })
			if !slices.Contains(org.Described(c.bare(i)), column.Key) {
				s.Gained = append(s.Gained, column)
			}
		})
		return nil
	}
	return fmt.Errorf("the type of report %s offers no column that it does not have", id)
}

// bare is the description of a report without what was changed of it.
func (c columns) bare(i int) org.Describe {
	id := c.tenant.ID(c.Object, i)
	none, err := org.WithEdits(c.tenant.Org(), []org.Edit{{Object: c.Object, ID: id, Shape: &org.Shape{}}})
	if err != nil {
		return org.MetadataError
	}
	return none.Describe(i)
}

// lose takes the last column of a report that has another.
func (c columns) lose(i int, id string) error {
	has := org.Described(c.tenant.Org().Describe(i))
	if len(has) < 2 {
		return errors.New("a report keeps its only column")
	}
	last := has[len(has)-1]
	c.reshape(id, dated(), func(s *org.Shape) {
		s.Gained = slices.DeleteFunc(slices.Clone(s.Gained), func(one org.Column) bool { return one.Key == last })
		s.Lost = append(slices.Clone(s.Lost), last)
	})
	return nil
}
