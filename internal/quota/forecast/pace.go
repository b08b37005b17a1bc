package forecast

import "time"

// Pace is how fast reports are described, measured by the requests in flight: it is the same for one shard or eight.
type Pace struct {
	Reports int64         `json:"reports"` // described lately
	Calls   int64         `json:"calls"`   // made for them
	Held    time.Duration `json:"held"`    // requests in flight times the time that the reports took
}

// lately is how many reports the pace remembers: an org may be slow by day and quick by night.
const lately = 4000

// Add notes that reports were described. held is the requests in flight times the time that it took.
func (p *Pace) Add(reports, calls int64, held time.Duration) {
	if held <= 0 || reports <= 0 && calls <= 0 {
		return
	}
	if p.Reports > lately {
		p.Reports, p.Calls, p.Held = p.Reports/2, p.Calls/2, p.Held/2
	}
	p.Reports += max(reports, 0)
	p.Calls += max(calls, 0)
	p.Held += held
}

// Known reports whether anything was described yet.
func (p Pace) Known() bool { return p.Reports > 0 && p.Held > 0 }

// Done is how many reports are described while requests in flight are held for so long.
func (p Pace) Done(held time.Duration) int64 {
	if !p.Known() || held <= 0 {
		return 0
	}
	return int64(float64(held) / float64(p.Held) * float64(p.Reports))
}

// Describe is the step that describes reports with as many requests in flight.
func (p Pace) Describe(reports int64, inFlight int) Step {
	if !p.Known() {
		return Step{Calls: reports}
	}
	each := float64(reports) / float64(p.Reports)
	return Step{
		Calls: max(int64(each*float64(p.Calls)+0.5), 0),
		Takes: time.Duration(each * float64(p.Held) / float64(max(inFlight, 1))),
	}
}
