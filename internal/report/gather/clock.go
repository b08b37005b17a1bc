package gather

import (
	"context"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/report"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

// ticks are the parts of a sync's time in which what was done is counted.
const ticks = report.MostPoints - 1

// clock counts what was done in each part of the time of a sync.
type clock struct {
	begin, end time.Time
	reports    [ticks]int64
	calls      [ticks]int64
	first      int   // the part of the first calls that are known
	told       int64 // calls that the bucket still tells of
	made       int64 // calls that the sync made
	counted    bool  // reports were
}

// newClock reads when the sync ran, and the calls that its activities noted.
func (p *sheet) newClock(ctx context.Context) (*clock, error) {
	c := &clock{first: ticks}
	if record := p.data.Record; record != nil {
		c.begin, c.end, c.made = record.Started, record.Finished, record.APICalls
	} else {
		var start history.Start
		err := p.Store.ReadJSON(ctx, p.sync.Start(), &start)
		if err != nil && !p.Store.Unreadable(err) {
			return nil, err
		}
		c.begin, c.end, c.made = start.Started, p.data.End.At, p.data.End.APICalls
		if began, _, ok := staging.ParseSyncID(p.sync.ID); ok && c.begin.IsZero() { // its login failed
			c.begin = began
		}
	}
	if over := c.begin.Add(time.Duration(p.course.Seconds * float64(time.Second))); over.After(c.end) || p.data.Record != nil && p.course.Seconds > 0 {
		c.end = over
	}
	for _, step := range usage.Of(p.Store, p.Name).Steps(ctx, p.sync.ID, c.begin, c.end) {
		at := c.part(step.At)
		c.calls[at] += step.Made()
		c.told += step.Made()
		c.first = min(c.first, at)
	}
	return c, ctx.Err()
}

// part is that in which a moment lies. Clocks differ, so one may lie before the beginning or after the end.
func (c *clock) part(at time.Time) int {
	whole := c.end.Sub(c.begin)
	if whole <= 0 {
		return ticks - 1
	}
	return min(max(int(float64(at.Sub(c.begin))/float64(whole)*ticks), 0), ticks-1)
}

// take counts a report that this sync described.
func (c *clock) take(one *item.Item) {
	if one.Kind != item.Report || one.State != description.StateDescribed {
		return
	}
	at, err := time.Parse(time.RFC3339Nano, one.Described)
	if err != nil {
		at = c.end
	}
	c.reports[c.part(at)]++
}

// series adds the parts up. Of a long sync the first calls may be pruned, so that what is missing was made before the first that are known;
// and what an attempt has counted that was killed may be more than the sync knows of. Where the end of the sync says how many reports were
// described, as every screen does, the parts are shares of that: of what attempts left behind some is counted twice, and some is missing.
func (c *clock) series(d *report.Data) report.Series {
	s := report.Series{Begin: c.begin, End: c.end, Waits: d.Series.Waits, Counted: c.counted}
	missing, first := max(c.made-c.told, 0), min(c.first, ticks-1)
	var found, reports, calls int64
	for _, n := range c.reports {
		found += n
	}
	described := found
	if d.End != nil && d.End.Reports > 0 {
		described = d.End.Described
	}
	all := []report.Point{{At: c.begin}}
	for i := range ticks {
		reports, calls = reports+c.reports[i], calls+c.calls[i]
		before := missing
		if i < first {
			before = missing * int64(i+1) / int64(first+1)
		}
		at := c.begin.Add(time.Duration(float64(c.end.Sub(c.begin)) * float64(i+1) / ticks))
		all = append(all, report.Point{At: at, Reports: reports * described / max(found, 1), Calls: min(calls+before, c.made)})
	}
	all[ticks] = report.Point{At: c.end, Reports: described, Calls: c.made}
	for i, point := range all { // of points without a change the first and the last say all
		if i == 0 || i == ticks || !same(point, all[i-1]) || !same(point, all[i+1]) {
			s.Points = append(s.Points, point)
		}
	}
	return s
}

func same(a, b report.Point) bool { return a.Reports == b.Reports && a.Calls == b.Calls }
