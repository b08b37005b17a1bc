package salesforce

import (
	"context"
	"net/http"
	"time"
)

// heard is what the header of the answer to one try told. It counts once the body has proved to be the answer that was asked
// for: a page of a proxy or a portal has a clock of its own.
type heard struct {
	date  time.Time
	usage LimitInfo
	told  bool  // whether the header held a usage
	mark  int64 // of the allowance: the calls that the usage holds for certain
}

type heardKey struct{}

// listen gives a context under which the header of the newest answer is kept. It is for one try.
func listen(ctx context.Context) (context.Context, *heard) {
	h := new(heard)
	return context.WithValue(ctx, heardKey{}, h), h
}

// note keeps the header of an answer for whoever listens.
func note(ctx context.Context, header http.Header, mark int64) {
	if h, _ := ctx.Value(heardKey{}).(*heard); h != nil {
		h.date, h.mark = dateOf(header), mark
		h.usage, h.told = parseLimitInfo(header.Get(usageHeader))
	}
}

// facts is what is believed of that.
type facts struct {
	date  time.Time // zero when the answer had none; never later than Salesforce's clock can be
	sure  bool      // that this is the time on Salesforce's clock
	usage LimitInfo
	told  bool // whether there is a usage
}

// believe hands what was heard to the meter and the allowance of a context, and gives what is believed of it.
func (h *heard) believe(ctx context.Context, b *belief) facts {
	now := time.Now()
	f := facts{usage: h.usage, told: h.told && b.limit(h.usage)}
	f.date, f.sure = b.clock(h.date, now)
	at := f.date
	if !f.sure {
		at = b.expected(now)
	}
	m, a := meterOf(ctx), allowanceOf(ctx)
	if m != nil && f.sure {
		m.observe(f.date)
	}
	if m != nil && f.told {
		m.learn(f.usage, at)
	}
	if a != nil && f.told {
		a.learn(f.usage, at, h.mark)
	}
	return f
}
