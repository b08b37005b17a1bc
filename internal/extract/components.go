package extract

import (
	"bytes"
	"context"
	"iter"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/inventory"
	"longhaul/internal/salesforce"
)

// Why a component, though it is in its file, leads to no report or belongs to no dashboard there. Of a component with more
// than one reason the account gives the first.
const (
	// ReasonDashboardNotListed: its dashboard is not in the file of the dashboards.
	ReasonDashboardNotListed = "dashboard_not_listed"
	// ReasonReportHidden: the run-as user may not see which reports stand behind components.
	ReasonReportHidden = "report_hidden"
	// ReasonNoReport: there is no report behind it, as behind a text or an image.
	ReasonNoReport = "no_report"
	// ReasonReportNotListed: its report is not in the file of the reports.
	ReasonReportNotListed = "report_not_listed"
)

var componentMessages = map[string]string{
	ReasonDashboardNotListed: "Its dashboard is not among the dashboards of this extract: the run-as user does not see it, or it was deleted.",
	ReasonReportHidden: "The run-as user may not see which report stands behind a component: " +
		`give it the permission "Manage All Private Reports and Dashboards".`,
	ReasonNoReport:        "No report stands behind this component: it shows a text, an image or a page.",
	ReasonReportNotListed: "Its report is not among the reports of this extract: the run-as user does not see it, or it was deleted.",
}

// components are sorted by what they point to, so that they can be held against the walks over reports and dashboards,
// and then by their own Ids again. However many they are, memory holds a part of them.
type components struct {
	byReport, byDashboard *inventory.Sorter // {"Id":<what it points to>,"of":<the component>}
	flaws                 *inventory.Sorter // {"Id":<the component>,"reason":<why>}
	line                  []byte

	hidden int64 // components of which it cannot be read what report they show
}

func newComponents(in Input) *components {
	sorter := func() *inventory.Sorter { return inventory.NewSorter(in.Store, in.Sync) }
	return &components{byReport: sorter(), byDashboard: sorter(), flaws: sorter()}
}

func (c *components) close(ctx context.Context) {
	for _, sorter := range []*inventory.Sorter{c.byReport, c.byDashboard, c.flaws} {
		sorter.Close(ctx)
	}
}

// sortComponents takes note of what each component points to.
func (a *accounting) sortComponents(ctx context.Context, parts *components) error {
	for line, err := range a.inventory(ctx, inventory.Components) {
		if err != nil {
			return err
		}
		id, err := inventory.LineID(line)
		if err != nil {
			return err
		}
		if err := parts.point(ctx, parts.byDashboard, target(member(line, "DashboardId")), id, ReasonDashboardNotListed); err != nil {
			return err
		}
		report := member(line, "CustomReportId")
		switch {
		case report == nil: // the field was refused for all of them
			parts.hidden++
			err = parts.flaw(ctx, id, ReasonReportHidden)
		case target(report) == "":
			err = parts.flaw(ctx, id, ReasonNoReport)
		default:
			err = parts.point(ctx, parts.byReport, target(report), id, ReasonReportNotListed)
		}
		if err != nil {
			return err
		}
		a.progress.add()
	}
	return nil
}

// target is the Id that a field holds; empty when it holds none.
func target(field jsontext.Value) string {
	if field.Kind() != '"' {
		return ""
	}
	return strings.Trim(string(field), `"`)
}

// point notes that a component points to something, or at once that this cannot be in the files.
func (c *components) point(ctx context.Context, sorter *inventory.Sorter, to string, component []byte, reason string) error {
	to, err := salesforce.ID18(to)
	if err != nil {
		return c.flaw(ctx, component, reason)
	}
	c.line = appendMembers(c.line[:0], to, "of", string(component))
	return sorter.Add(ctx, c.line)
}

// flaw notes why a component leads nowhere.
func (c *components) flaw(ctx context.Context, component []byte, reason string) error {
	c.line = appendMembers(c.line[:0], string(component), "reason", reason)
	return c.flaws.Add(ctx, c.line)
}

// appendMembers adds a line of two members whose values need no escapes.
func appendMembers(dst []byte, id, name, value string) []byte {
	dst = append(append(dst, `{"Id":"`...), id...)
	dst = append(append(append(dst, `","`...), name...), `":"`...)
	return append(append(dst, value...), `"}`...)
}

// walkReports begins to hold the components against a walk over the reports.
func (c *components) walkReports(ctx context.Context) *links {
	return c.walk(ctx, c.byReport, ReasonReportNotListed)
}

// walkDashboards begins to hold the components against a walk over the dashboards.
func (c *components) walkDashboards(ctx context.Context) *links {
	return c.walk(ctx, c.byDashboard, ReasonDashboardNotListed)
}

func (c *components) walk(ctx context.Context, sorter *inventory.Sorter, reason string) *links {
	l := &links{broken: func(component []byte) error { return c.flaw(ctx, component, reason) }}
	l.next, l.stop = iter.Pull2(sorter.Lines(ctx))
	return l
}

// links are components in the order of what they point to, beside a walk over all that is there to point to.
type links struct {
	next    func() ([]byte, error, bool)
	stop    func()
	broken  func(component []byte) error // told those that lead nowhere
	begun   bool
	more    bool
	to      []byte // what the link at hand points to
	pointer []byte // the component that does

	unlisted int64  // Ids that are pointed to and that the walk never meets
	last     []byte // of those
}

// meet is told the next Id of the walk, and whether it is in the files.
func (l *links) meet(id string, listed bool) error {
	if !l.begun {
		l.begun = true
		if err := l.advance(); err != nil {
			return err
		}
	}
	for l.more {
		order := bytes.Compare(l.to, []byte(id))
		if order > 0 {
			return nil
		}
		if order < 0 && !bytes.Equal(l.to, l.last) {
			l.unlisted++
			l.last = append(l.last[:0], l.to...)
		}
		if order < 0 || !listed {
			if err := l.broken(l.pointer); err != nil {
				return err
			}
		}
		if err := l.advance(); err != nil {
			return err
		}
	}
	return nil
}

// end is told that the walk is over: what is left points beyond it.
func (l *links) end() error {
	const beyondAll = "~" // sorts after every Id
	return l.meet(beyondAll, false)
}

// advance takes the next link.
func (l *links) advance() error {
	line, err, more := l.next()
	l.more = more
	if err != nil || !more {
		return err
	}
	id, err := inventory.LineID(line)
	l.to = append(l.to[:0], id...)
	l.pointer = append(l.pointer[:0], target(member(line, "of"))...)
	return err
}

// components writes the line of each component, with the first of its flaws.
func (a *accounting) components(ctx context.Context, parts *components) error {
	const flaw = 0 // of one Id the flaws come first
	var of []byte
	var reason string
	for found, err := range inventory.Merge(
		inventory.Stream{Lines: parts.flaws.Lines(ctx)}, inventory.Stream{Lines: a.inventory(ctx, inventory.Components)},
	) {
		if err != nil {
			return err
		}
		if !bytes.Equal(found.ID, of) {
			of, reason = append(of[:0], found.ID...), ""
		}
		if found.Stream == flaw {
			if why := target(member(found.Line, "reason")); reason == "" || why == ReasonDashboardNotListed {
				reason = why
			}
			continue
		}
		i := &item{
			kind: "component", id: string(found.ID), name: member(found.Line, "Name"), state: inventory.StateListed,
			reason: reason, message: componentMessages[reason],
		}
		a.items[inventory.Components][i.state]++
		if err := a.write(i); err != nil {
			return err
		}
	}
	return nil
}
