package quota

import (
	"cmp"
	"slices"
	"time"
)

// Window is for how long Salesforce counts a call.
const Window = 24 * time.Hour

// Calls are the calls of the source's syncs that may still count.
type Calls struct {
	Hours     []Hour    `json:"hours,omitempty"`    // oldest first
	Uncertain Uncertain `json:"uncertain,omitzero"` // calls that have aged by Salesforce's clock alone
	Made      int64     `json:"made,omitempty"`     // in all
}

// Hour is the calls of one hour of Salesforce's clock.
type Hour struct {
	Hour  int64 `json:"hour"` // since 1970
	Calls int64 `json:"calls"`
	Last  int64 `json:"last,omitempty"`  // when the last of them was noted, by the caller's clock, in seconds since 1970
	Early int64 `json:"early,omitempty"` // by how many seconds the mean time at which they were noted is earlier than Last
}

// Add adds calls that were noted about a time of the caller's clock, in seconds since 1970.
func (h *Hour) Add(calls, noted int64) {
	mean := noted
	if h.Calls += calls; h.Calls > calls {
		mean = h.mean() + (noted-h.mean())*calls/h.Calls
	}
	h.Last = max(h.Last, noted)
	h.Early = h.Last - mean
}

// Join adds the calls of another record of the hour.
func (h *Hour) Join(other Hour) {
	last := max(h.Last, other.Last)
	h.Add(other.Calls, other.mean())
	h.Last, h.Early = last, h.Early+last-h.Last
}

// mean is the mean time at which the calls were noted.
func (h Hour) mean() int64 { return h.Last - h.Early }

// note adds calls to their hour.
func (c *Calls) note(calls int64, at, now time.Time) {
	if calls <= 0 {
		return
	}
	c.Made += calls
	hour := at.Unix() / 3600
	for i := range c.Hours {
		if h := &c.Hours[i]; h.Hour >= hour { // answers overtake each other: a later hour keeps the calls longer
			h.Add(calls, now.Unix())
			return
		}
	}
	c.Hours = append(c.Hours, Hour{Hour: hour, Calls: calls, Last: now.Unix()})
}

// Recall takes over the calls that the bucket knows of all syncs of the source, with those of this one among them: of each hour the
// greater number counts, as a bucket may have refused an object, or a reset may have taken the sync back. Calls that were uncertain
// are in these hours again.
func (c *Calls) Recall(hours []Hour) {
	if len(hours) == 0 {
		return
	}
	c.Uncertain = Uncertain{}
	all := slices.Concat(c.Hours, hours)
	slices.SortStableFunc(all, func(a, b Hour) int { return cmp.Compare(a.Hour, b.Hour) })
	c.Hours = nil
	for _, h := range all {
		if n := len(c.Hours); n > 0 && c.Hours[n-1].Hour == h.Hour {
			known := &c.Hours[n-1]
			mean, last := known.mean(), max(known.Last, h.Last)
			if h.Calls > known.Calls {
				known.Calls, mean = h.Calls, h.mean()
			}
			known.Last, known.Early = last, last-mean
			continue
		}
		c.Hours = append(c.Hours, h)
	}
}

// Spent is how many calls still count at a moment of both clocks, uncertain ones included.
func (c *Calls) Spent(clock, now time.Time) int64 {
	calls := c.Uncertain.left(now)
	for _, h := range c.Hours {
		if !h.Aged(clock, now) {
			calls += h.Calls
		}
	}
	return calls
}

// Recent is how many calls Salesforce still counts, as far as that can be told: it forgets each call after 24 hours. To us a call counts
// until its whole hour has aged by both clocks.
func (c *Calls) Recent(now time.Time) int64 {
	calls := c.Uncertain.left(now)
	for _, h := range c.Hours {
		if now.Unix()-h.mean() < int64(Window/time.Second) {
			calls += h.Calls
		}
	}
	return calls
}

// others is how much of the reported usage of an org is none of ours, where known is what the report before said. Of reserved calls that
// are under way some may be in the report and in none of our hours, so the number moves only as far as it must.
func (c *Calls) others(known, usage, reserved int64, now time.Time) int64 {
	most := max(usage-c.Recent(now), 0)
	return min(max(known, most-reserved), most)
}

func (h Hour) begins() time.Time { return time.Unix(h.Hour*3600, 0).UTC() }

// ends is when the last call of the hour has aged.
func (h Hour) ends() time.Time { return time.Unix((h.Hour+1)*3600, 0).UTC().Add(Window) }

// ended reports whether ends is not after a moment. A forecast asks it a million times, so it counts in seconds.
func (h Hour) ended(clock time.Time) bool {
	return (h.Hour+1)*3600+int64(Window/time.Second) <= clock.Unix()
}

// Aged reports whether the calls of an hour have aged by both clocks.
func (h Hour) Aged(clock, now time.Time) bool { return h.ended(clock) && h.over(now) }

// over reports whether the calls of an hour have aged by the caller's clock, which is within a minute of when they were made.
func (h Hour) over(now time.Time) bool {
	return h.Last == 0 || now.Unix()-h.Last >= int64((Window-time.Minute)/time.Second)
}

// Uncertain is calls that have aged by Salesforce's clock but not by the caller's. They count until the caller's clock agrees, or
// until the usage of the whole org is too small to include them.
type Uncertain struct {
	Calls int64 `json:"calls"`
	Last  int64 `json:"last"` // when the last of them was noted, by the caller's clock, in seconds since 1970
}

func (u *Uncertain) add(h Hour) {
	u.Calls += h.Calls
	u.Last = max(u.Last, h.Last)
}

// left is how many are uncertain by the caller's clock.
func (u *Uncertain) left(now time.Time) int64 {
	if (Hour{Last: u.Last}).over(now) {
		return 0
	}
	return u.Calls
}

func (u *Uncertain) forget(now time.Time) {
	if u.left(now) == 0 {
		*u = Uncertain{}
	}
}

// bound keeps no more calls uncertain than the reported usage of the whole org leaves beside our other calls.
func (u *Uncertain) bound(usage int64) {
	usage += u.Calls // which own counts
	if u.Calls = min(u.Calls, max(usage, 0)); u.Calls == 0 {
		*u = Uncertain{}
	}
}
