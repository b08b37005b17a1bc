package forecast

import "time"

// Flight is the requests in flight that the running shards hold.
type Flight struct {
	inFlight int
	last     bool // the share of a shard that has ended is lent to the others
	shards   []underWay
	since    time.Time // the last shard began or ended
}

// underWay is a shard that runs.
type underWay struct {
	share int
	runs  bool
	left  int64         // reports that it had to describe when it began
	held  time.Duration // requests in flight times the time until Flight.since
}

// NewFlight is one without a shard. It has a place for each share.
func NewFlight(shares []int, inFlight int) Flight {
	f := Flight{inFlight: inFlight, shards: make([]underWay, len(shares))}
	for place, share := range shares {
		f.shards[place].share = share
	}
	return f
}

// Begin notes that a shard begins at a place. Once the last shard has begun, the share of one that ends is lent to the others.
func (f *Flight) Begin(place int, left int64, last bool, now time.Time) {
	f.settle(now)
	f.last = last
	f.shards[place] = underWay{share: f.shards[place].share, runs: true, left: left}
}

// End notes that a shard has ended, and gives the requests in flight that it had, times the time.
func (f *Flight) End(place int, now time.Time) time.Duration {
	f.settle(now)
	f.shards[place].runs = false
	return f.shards[place].held
}

// settle counts what was held until now.
func (f *Flight) settle(now time.Time) {
	for place := range f.shards {
		f.shards[place].held = f.heldBy(place, now)
	}
	f.since = now
}

// heldBy is what a shard has held until now.
func (f *Flight) heldBy(place int, now time.Time) time.Duration {
	one := f.shards[place]
	if !one.runs {
		return one.held
	}
	took := time.Duration(one.share) * now.Sub(f.since)
	if shares := f.shares(); f.last && shares < f.inFlight {
		took = took * time.Duration(f.inFlight) / time.Duration(shares)
	}
	return one.held + took
}

// Held is what all running shards have held until now.
func (f *Flight) Held(now time.Time) (held time.Duration) {
	for place, one := range f.shards {
		if one.runs {
			held += f.heldBy(place, now)
		}
	}
	return held
}

// shares is what the running shards hold by themselves.
func (f *Flight) shares() (sum int) {
	for _, one := range f.shards {
		if one.runs {
			sum += one.share
		}
	}
	return sum
}

// Done is about how many reports the running shards have described by now.
func (f *Flight) Done(pace Pace, now time.Time) (reports int64) {
	for place, one := range f.shards {
		if one.runs {
			reports += min(pace.Done(f.heldBy(place, now)), one.left)
		}
	}
	return reports
}
