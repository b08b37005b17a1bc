package account

import (
	"context"
	"errors"
	"iter"
	"strings"

	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
	"longhaul/internal/stream"
)

// Why a component that is in its file leads to no report or belongs to no dashboard there.
const (
	ReasonDashboardNotListed = item.ReasonDashboardNotListed
	ReasonReportHidden       = item.ReasonReportHidden
	ReasonNoReport           = item.ReasonNoReport
	ReasonReportNotListed    = item.ReasonReportNotListed
)

// components are sorted by what they point to, so that they can be compared with the reports and dashboards one after
// another, and then by their own Ids again. However many they are, memory holds a part of them.
type components struct {
	toReport, toDashboard *stream.Sorter // {"Id":<what it points to>,"of":<the component>}
	flaws                 *stream.Sorter // {"Id":<the component>,"reason":<why>}
	line                  []byte

	byReport, byDashboard *links // once they are sorted
	ended                 bool   // every report and dashboard was compared

	first  string // Id of a component; empty where there is none
	hidden int64  // components whose report cannot be read
}

func newComponents(in Input) *components {
	sorter := func() *stream.Sorter { return stream.NewSorter(in.Store, in.Sync) }
	return &components{toReport: sorter(), toDashboard: sorter(), flaws: sorter()}
}

func (c *components) close(ctx context.Context) {
	if c.byReport != nil {
		c.byReport.stop()
		c.byDashboard.stop()
	}
	for _, sorter := range []*stream.Sorter{c.toReport, c.toDashboard, c.flaws} {
		sorter.Close(ctx)
	}
}

// sort sorts each component by what it points to.
func (c *components) sort(ctx context.Context, in Input, progress *stream.Counter) error {
	for line, err := range in.inventory(ctx, listing.Components) {
		if err != nil {
			return err
		}
		id, err := stream.LineID(line)
		if err != nil {
			return err
		}
		if c.first == "" {
			c.first = string(id)
		}
		dashboard, err := stream.Member(line, "DashboardId")
		if err != nil {
			return err
		}
		if err := c.point(ctx, c.toDashboard, target(dashboard), id, ReasonDashboardNotListed); err != nil {
			return err
		}
		report, err := stream.Member(line, "CustomReportId")
		switch {
		case err != nil:
			return err
		case report == nil: // the field was refused for all of them
			c.hidden++
			err = c.flaw(ctx, id, ReasonReportHidden)
		case target(report) == "":
			err = c.flaw(ctx, id, ReasonNoReport)
		default:
			err = c.point(ctx, c.toReport, target(report), id, ReasonReportNotListed)
		}
		if err != nil {
			return err
		}
		progress.Add()
	}
	c.byReport, c.byDashboard = c.beside(ctx, c.toReport, ReasonReportNotListed), c.beside(ctx, c.toDashboard, ReasonDashboardNotListed)
	return nil
}

// report finds the components that show a report which is not in the files; the next report is the one that it gets.
func (c *components) report(id string, listed bool) error {
	if c.ended {
		return doesNotAddUp("report %s comes after component %s", id, c.first)
	}
	return c.byReport.reach(id, listed)
}

// dashboard finds the components of a dashboard that is not in the files; the next dashboard is the one that it gets.
func (c *components) dashboard(id string) error {
	if c.ended {
		return doesNotAddUp("dashboard %s comes after component %s", id, c.first)
	}
	return c.byDashboard.reach(id, true)
}

// end says that there is no further report and no further dashboard.
func (c *components) end() error {
	if c.ended {
		return nil
	}
	c.ended = true
	return errors.Join(c.byReport.end(), c.byDashboard.end())
}

// flawed gives the flaws by component, once every report and dashboard was compared.
func (c *components) flawed(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if err := c.end(); err != nil {
			yield(nil, err)
			return
		}
		for line, err := range c.flaws.Lines(ctx) {
			if !yield(line, err) {
				return
			}
		}
	}
}

// target is the Id that a raw field holds; empty when it holds none.
func target(field []byte) string {
	if len(field) == 0 || field[0] != '"' {
		return ""
	}
	return strings.Trim(string(field), `"`)
}

// point notes what a component points to, or at once the reason where that cannot be in the files.
func (c *components) point(ctx context.Context, sorter *stream.Sorter, to string, component []byte, reason string) error {
	to, err := salesforce.ID18(to)
	if err != nil {
		return c.flaw(ctx, component, reason)
	}
	return c.add(ctx, sorter, []byte(to), "of", string(component))
}

// flaw notes why a component leads nowhere.
func (c *components) flaw(ctx context.Context, component []byte, reason string) error {
	return c.add(ctx, c.flaws, component, "reason", reason)
}

// add adds a line of two members to a sorter.
func (c *components) add(ctx context.Context, sorter *stream.Sorter, id []byte, name, value string) (err error) {
	l := stream.BeginLine(c.line[:0])
	l.ID(id)
	l.Text(name, value)
	if c.line, err = l.End(); err != nil {
		return err
	}
	return sorter.Add(ctx, c.line)
}

// beside returns the components sorted by what they point to, to be compared with the records that they may point to. A
// component that points to none of them gets the reason as a flaw.
func (c *components) beside(ctx context.Context, sorter *stream.Sorter, reason string) *links {
	l := &links{broken: func(component []byte) error { return c.flaw(ctx, component, reason) }}
	l.next, l.stop = iter.Pull2(sorter.Lines(ctx))
	return l
}
