package shard

import (
	"context"
	"errors"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard/gate"
	"longhaul/internal/shard/parts"
	"longhaul/internal/shard/slots"
	"longhaul/internal/staging"
)

// Describer asks Salesforce for the description of one report. It gives up soon after its context ends.
type Describer interface {
	DescribeReport(ctx context.Context, id string) (*salesforce.Description, error)
}

// Slots bounds how many requests a run may have in flight. The bound may change while the run works.
type Slots interface {
	// Limit is the number of slots now, for the run's own arithmetic; a run treats less than one as one.
	Limit() int
	// TryAcquire takes a slot for a request. It is false when none is free now.
	TryAcquire() bool
	// Release gives a slot back.
	Release()
	// SetIdle says whether the run has nothing to ask for at present, so that others may use its slots.
	SetIdle(idle bool)
	// Freed gives a value when a slot that TryAcquire refused may be free.
	Freed() <-chan struct{}
}

var (
	_ Slots = (*slots.Share)(nil)
	_ Slots = slots.Fixed(0)
)

// Input is one run over one shard.
type Input struct {
	Store   *staging.Store
	Sync    staging.Sync
	Shard   int
	Attempt int // part of the names of the parts; counts from 1
	// Since is when the first of the attempts was asked for; zero when that is not known. Reports that fail while no canary
	// is answered are not given up soon after it, however many attempts there were.
	Since time.Time
	// StartOpen says that the run before this one ended for want of calls, or brought no report. The run starts with an open
	// circuit breaker then: it asks for one report, and for more once Salesforce has answered. A second attempt does so in
	// any case.
	StartOpen bool
	// Throttled says that the run before this one ended so (see Result): the run begins with half of its share.
	Throttled bool
	Describer Describer
	Slots     Slots

	// Slice is how long the run may begin requests; 0 is without end. Those in flight get a short grace then, and what is
	// done by the end is the result, which is partial without an error if reports are left.
	Slice time.Duration
	// LastRound says that what fails here is not tried again: such a report ends as failed, and not as deferred.
	LastRound bool

	// FlushEvery is the least time between the beginnings of two flushes; 250 ms when zero.
	FlushEvery time.Duration
	// Window is how far beyond the oldest report in flight the run may reach; max(4 × slots, 32) when zero.
	Window int
	// Progress is called after every report that has its state. It is called from one goroutine and must not block.
	Progress func(done, total int)
	// Stored, which may be nil, gets how many reports are stored: before the first request, and whenever there are more. It is called as
	// Progress is.
	Stored func(reports int)
	// StorePatience is how long a store that refuses is waited for, as a full disk or a bucket that is away; 20 minutes when
	// zero. What is gathered stays in memory, and no request begins.
	StorePatience time.Duration
	// Waiting, which may be nil, gets the sentence of what the run waits for, and "" when it goes on. It is called from one
	// goroutine at a time and must not block.
	Waiting func(why string)
	// Canary, which may be nil, proves that Salesforce describes reports when no report of this shard can: it describes
	// one of another shard that is known to be answered. It gives ErrNoCanary when it knows none.
	Canary func(context.Context) error
	// Gate, which may be nil, is that of the source in this process: of the runs that start open, one finds out for all whether Salesforce
	// answers.
	Gate *gate.Gate
}

// Result is what is stored of the shard when the run ends.
type Result struct {
	Reports   int64                        `json:"reports"`  // that have their state
	Repeated  int64                        `json:"repeated"` // answers that were stored already
	States    map[description.State]int64  `json:"states"`
	Reasons   map[description.Reason]int64 `json:"reasons,omitempty"`
	Object    staging.Object               `json:"object"`              // the shard in one object; empty when partial
	Partial   bool                         `json:"partial,omitempty"`   // the rest is left to another run
	Stop      Stop                         `json:"stop,omitempty"`      // why
	Throttled bool                         `json:"throttled,omitempty"` // Salesforce asked for fewer requests than the share, to the end
}

// ErrNoCanary is for a Canary that knows no report to ask for.
var ErrNoCanary = errors.New("no report is known to be answered")

const defaultFlushEvery = 250 * time.Millisecond

// withDefaults fills in what the caller left open.
func (in Input) withDefaults() Input {
	if in.FlushEvery <= 0 {
		in.FlushEvery = defaultFlushEvery
	}
	if in.StorePatience <= 0 {
		in.StorePatience = parts.Patience
	}
	if in.Slots == nil {
		in.Slots = slots.Fixed(1)
	}
	return in
}

// tellStored tells the caller how much is stored.
func (in Input) tellStored(led *ledger) {
	if in.Stored != nil {
		in.Stored(led.stored)
	}
}
