package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
	"longhaul/internal/report"
)

// chart shows reports and calls over time, with the waits shaded. Its texts keep their size at each width, as all that grows is in percent;
// its colours are those of the style. A library's charts carry their colours in style attributes, which the policy forbids, and their texts
// shrink with the width.
type chart struct {
	Counted        bool   // the reports are; else the chart shows calls alone
	Reports, Calls string // points of lines, in parts of 1,000 by 1,000
	MostReports    string
	MostCalls      string
	Ticks          []tick
	Waits          []wait
	More           int // waits that are not shown
	Rows           []moments
	Words          string

	brief bool // the minute says too little
}

// tick is a moment below the chart.
type tick struct {
	Words string
	Minor bool // left out where there is little room
}

// wait is a time in which the sync stood still.
type wait struct {
	N             int
	X, Wide, Text string // percent of the width: where it begins, how wide it is, where its text stands
	Label         string // as much of its name as it has room for
	Words         string
	From, Took    string
}

// moments is a row of the table that says the same.
type moments struct{ At, Reports, Calls string }

const (
	span      = 1000 // of the lines, in both directions
	mostWaits = 40
	mostRows  = 24
)

// draw makes the chart; nil where there is nothing to show.
func draw(s report.Series) *chart {
	if len(s.Points) == 0 || !s.End.After(s.Begin) {
		return nil
	}
	last := s.Points[len(s.Points)-1]
	c := &chart{
		MostReports: humanize.Number(last.Reports), MostCalls: humanize.Number(last.Calls), brief: s.End.Sub(s.Begin) < time.Hour,
		Counted: s.Counted,
	}
	at := func(t time.Time) float64 {
		return min(1, max(0, t.Sub(s.Begin).Seconds()/s.End.Sub(s.Begin).Seconds()))
	}
	line := func(of func(report.Point) int64, most int64) string {
		var b strings.Builder
		for _, p := range s.Points {
			fmt.Fprintf(&b, "%.0f,%.0f ", at(p.At)*span, span-float64(of(p))/float64(max(most, 1))*span)
		}
		fmt.Fprintf(&b, "%d,%.0f", span, span-float64(of(last))/float64(max(most, 1))*span)
		return b.String()
	}
	c.Reports = line(func(p report.Point) int64 { return p.Reports }, last.Reports)
	c.Calls = line(func(p report.Point) int64 { return p.Calls }, last.Calls)
	c.Ticks = ticks(s.Begin, s.End)
	c.waits(s, at)
	step := max(1, (len(s.Points)+mostRows-1)/mostRows)
	for i := 0; i < len(s.Points); i += step {
		c.row(s.Points[i])
	}
	if (len(s.Points)-1)%step != 0 {
		c.row(last)
	}
	counts := humanize.Count(last.Calls, "API call")
	if c.Counted {
		counts = humanize.Count(last.Reports, "report") + " and " + counts
	}
	c.Words = fmt.Sprintf("%s from %s to %s, with %s.", counts,
		c.moment(s.Begin), c.moment(s.End), humanize.Count(int64(len(s.Waits)), "wait"))
	return c
}

// moment is a time of the chart.
func (c *chart) moment(t time.Time) string {
	if c.brief {
		return t.UTC().Format("2 Jan 2006 15:04:05 UTC")
	}
	return moment(t)
}

func (c *chart) row(p report.Point) {
	c.Rows = append(c.Rows, moments{c.moment(p.At), humanize.Number(p.Reports), humanize.Number(p.Calls)})
}

// waits shades the waits. Of more than there is room for, the longest count.
func (c *chart) waits(s report.Series, at func(time.Time) float64) {
	const numbered, labelled = 0.02, 0.3 // shares of the width from which on there is room for the number, and for the words
	shown := longest(s.Waits, mostWaits)
	c.More = len(s.Waits) - len(shown)
	for i, one := range shown {
		from, to := at(one.From), at(one.To)
		w := wait{
			N: i + 1, X: share(from), Wide: share(max(to-from, 0.002)), Text: share((from + to) / 2), Words: text.Waited(one.Reason),
			From: c.moment(one.From), Took: text.Took(one.To.Sub(one.From).Seconds()),
		}
		switch {
		case to-from >= labelled:
			w.Label = fmt.Sprintf("%d: %s", w.N, short[one.Reason])
		case to-from >= numbered:
			w.Label = fmt.Sprint(w.N)
		}
		c.Waits = append(c.Waits, w)
	}
}

// short names the reasons of waits in the chart.
var short = map[string]string{
	history.WaitQuota: "API calls", history.WaitThrottled: "busy", history.WaitPaused: "paused", history.WaitBlocked: "blocked",
	history.WaitHeld: "held", history.WaitRetry: "retry", history.WaitOwner: "other Temporal", history.WaitWorker: "no worker",
}

// longest are the longest of some spans, in the order of time.
func longest(all []history.Span, most int) []history.Span {
	if len(all) <= most {
		return all
	}
	some := slices.Clone(all)
	slices.SortStableFunc(some, func(a, b history.Span) int { return cmp.Compare(b.To.Sub(b.From), a.To.Sub(a.From)) })
	some = some[:most]
	slices.SortStableFunc(some, func(a, b history.Span) int { return a.From.Compare(b.From) })
	return some
}

func share(part float64) string { return fmt.Sprintf("%.2f%%", 100*part) }

// ticks are five moments, of which every second one stays where there is little room.
func ticks(begin, end time.Time) []tick {
	layout := "15:04"
	switch long := end.Sub(begin); {
	case long > 12*time.Hour:
		layout = "2 Jan 15:04"
	case long < 10*time.Minute:
		layout = time.TimeOnly
	}
	all := make([]tick, 5)
	for i := range all {
		all[i] = tick{begin.UTC().Format(layout), i%2 == 1}
		begin = begin.Add(end.Sub(begin) / time.Duration(max(1, len(all)-1-i)))
	}
	return all
}
