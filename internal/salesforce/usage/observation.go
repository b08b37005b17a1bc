package usage

import (
	"context"
	"net/http"
	"time"

	"longhaul/internal/httpkit"
)

// Observation is what the header of the answer to one try says. It counts once the body has proved to be the expected answer: a page of
// a proxy or a portal has a clock of its own.
type Observation struct {
	date     time.Time
	usage    LimitInfo
	hasUsage bool
	mark     int64 // of the call budget: the number of calls that the usage includes for certain
}

type observationKey struct{}

// Observe returns a context under which the header of the newest answer is kept. It is for one try.
func Observe(ctx context.Context) (context.Context, *Observation) {
	o := new(Observation)
	return context.WithValue(ctx, observationKey{}, o), o
}

// note keeps the header of an answer for the Observation of a context.
func note(ctx context.Context, header http.Header, mark int64) {
	if o, _ := ctx.Value(observationKey{}).(*Observation); o != nil {
		o.date, o.mark = httpkit.Date(header), mark
		o.usage, o.hasUsage = parseLimitInfo(header.Get(Header))
	}
}

// Facts is the part of an Observation that is believed.
type Facts struct {
	Date     time.Time // zero when the answer had none; never later than Salesforce's clock can be
	IsSure   bool      // Date is the time on Salesforce's clock
	Usage    LimitInfo
	HasUsage bool
}

// Accept hands the observation to the meter and the call budget of a context, and returns the part that is believed.
func (o *Observation) Accept(ctx context.Context, c *Consensus) Facts {
	now := time.Now()
	f := Facts{Usage: o.usage, HasUsage: o.hasUsage && c.AcceptUsage(o.usage)}
	f.Date, f.IsSure = c.AcceptDate(o.date, now)
	at := f.Date
	if !f.IsSure {
		at = c.Expected(now)
	}
	m, b := meterOf(ctx), budgetOf(ctx)
	if m != nil && f.IsSure {
		m.observe(f.Date)
	}
	if m != nil && f.HasUsage {
		m.learn(f.Usage, at)
	}
	if b != nil && f.HasUsage {
		b.learn(f.Usage, at, o.mark)
	}
	return f
}
