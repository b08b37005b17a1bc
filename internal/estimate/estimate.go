// Package estimate says what a first sync and a refresh of a source take, before any report is described: from a few counts, the
// latency that was seen, and the account of the source's API calls.
package estimate

import (
	"fmt"
	"time"

	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
)

// Plan is what syncs of a source take. Scripts rely on its form.
type Plan struct {
	Source  string                 `json:"source"`
	AsOf    time.Time              `json:"as_of"`
	Zone    string                 `json:"zone"`  // of the days
	Calls   int64                  `json:"calls"` // of Salesforce's API that the plan took
	Kinds   map[listing.Kind]int64 `json:"kinds"` // that the run-as user sees
	Reused  Reused                 `json:"reused"`
	Quota   *Quota                 `json:"quota"` // null where Salesforce does not tell the maximum
	Pace    Pace                   `json:"pace"`
	First   Sync                   `json:"first"`   // every report is described
	Refresh Sync                   `json:"refresh"` // only those that changed since the last recorded sync; none where there is no such sync
	Share   *int                   `json:"share_for_48h"`
	Unknown []string               `json:"unknown"` // what the plan could not take into account
}

// Reused is how many reports a refresh need not describe.
type Reused struct {
	Recorded bool      `json:"recorded"` // whether a sync of the source is
	Reports  int64     `json:"reports"`
	Changed  int64     `json:"changed"`           // or added since the last sync began
	Again    int64     `json:"again"`             // that the last sync got no columns of
	Sync     string    `json:"sync,omitempty"`    // the last recorded one; empty where there is none that can be reused
	Finished time.Time `json:"finished,omitzero"` // that one
	How      string    `json:"how"`               // how this is known, in words
}

// Quota is what the API calls of 24 hours are.
type Quota struct {
	Max     int64 `json:"max"`
	Used    int64 `json:"used"`   // in the last 24 hours, by all
	Ours    int64 `json:"ours"`   // of them, by syncs of the source
	Others  int64 `json:"others"` // of them, by others: assumed steady
	Ceiling int   `json:"ceiling"`
	Share   int   `json:"share"`
}

// Pace is how fast reports are described.
type Pace struct {
	Describes int     `json:"describes"` // that were made to see it
	Seconds   float64 `json:"seconds"`   // of one; assumed where none was made
	InFlight  int     `json:"in_flight"` // at one time
}

// Sync is what one sync takes. Where nobody can know the time, Seconds and Ends are null.
type Sync struct {
	Describes int64          `json:"describes"` // reports
	Calls     int64          `json:"calls"`
	Seconds   *int64         `json:"seconds"`
	Least     *int64         `json:"least_seconds,omitempty"` // where others use the org: if they use less than today
	Most      *int64         `json:"most_seconds,omitempty"`  // if they use more
	Waits     int64          `json:"waits_seconds"`           // of Seconds, the time in which it waits for API calls
	Ends      *time.Time     `json:"ends"`
	Days      []forecast.Day `json:"days"`
	More      bool           `json:"more_days,omitempty"` // others follow

	Forecast *forecast.Forecast `json:"forecast,omitempty"` // from which others may cut the days of another place
}

// Known is what the last recorded sync of a source leaves to the next one.
type Known struct {
	Sync     string // empty: nothing
	Finished time.Time
	Changed  int64  // reports since it began, new ones too; negative: they could not be counted
	Again    int64  // reports that it got no columns of, for a reason that may be over
	Why      string // why nothing is reused, where there is such a sync
}

// Input is what was asked and seen.
type Input struct {
	Source   string
	Now      time.Time
	Asked    int64                    // calls
	Passes   map[listing.Kind][]int64 // records, by pass of the listing
	Known    Known
	Budget   quota.Budget
	Probe    time.Duration
	InFlight int
	Latency  time.Duration // of a call that lists
	Describe time.Duration // of a describe
	Samples  int           // describes that were made to see it
	Unknown  []string
}

const (
	loginCalls = 3 // of a login: org, run-as user, permissions
	// changeCalls are made at the end, to list what changed meanwhile: each kind that has dates.
	changeCalls = 4
	// assumedDescribe is the time of a describe where none was seen.
	assumedDescribe = time.Second
	// soon is for how long the first sync of a large org may take.
	soon = 48 * time.Hour
)

// Plan computes the plan.
func (in Input) Plan() Plan {
	p := Plan{
		Source: in.Source, AsOf: in.Now.UTC().Truncate(time.Second), Zone: "UTC", Calls: in.Asked, Kinds: map[listing.Kind]int64{},
		Pace: Pace{Describes: in.Samples, InFlight: in.InFlight}, Unknown: in.Unknown,
	}
	for _, kind := range listing.Kinds {
		p.Kinds[kind] = 0
		for _, n := range in.Passes[kind] {
			p.Kinds[kind] += n
		}
	}
	reports := p.Kinds[listing.Reports]
	if in.Samples == 0 {
		in.Describe = assumedDescribe
		if reports > 0 {
			p.unknown("how long a describe takes, because none could be made: a second is assumed")
		}
	}
	p.Pace.Seconds = in.Describe.Seconds()
	if b := in.Budget; b.Max > 0 {
		ours := b.Recent(in.Now)
		p.Quota = &Quota{
			Max: b.Max, Used: b.Others + ours, Ours: ours, Others: b.Others, Ceiling: b.Policy.Ceiling, Share: b.Policy.Share,
		}
	}
	p.Reused = in.reused(reports)
	p.First = in.sync(&p, "the first sync", reports)
	left := reports - p.Reused.Reports
	if in.Known.Sync == "" {
		left = 0
		p.unknown("how many reports change between two syncs: the refresh is one of an org in which none did")
	}
	p.Refresh = in.sync(&p, "a refresh", left)
	p.Share = in.shareFor(soon, p.First)
	p.always()
	return p
}

// In is the plan with its days in another place.
func (p Plan) In(place *time.Location) Plan {
	p.Zone, _ = p.AsOf.In(place).Zone()
	p.First, p.Refresh = p.First.in(place), p.Refresh.in(place)
	return p
}

func (s Sync) in(place *time.Location) Sync {
	if s.Forecast != nil {
		s.Days, s.More = s.Forecast.Days(place)
	}
	return s
}

// unknown adds what the plan cannot take into account, once.
func (p *Plan) unknown(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, known := range p.Unknown {
		if known == text {
			return
		}
	}
	p.Unknown = append(p.Unknown, text)
}

// always adds what no plan can know.
func (p *Plan) always() {
	if p.Quota != nil && p.Quota.Others > 0 {
		p.unknown("what others will use: they used %d API calls in the last 24 hours, and that is assumed to stay so", p.Quota.Others)
	}
	p.unknown("reports that Salesforce refuses at first: each try is one more call")
	p.unknown("how fast Salesforce answers at other hours and under more requests at once")
	p.unknown("the time to write and deliver the files, which takes no API call: seconds, or some minutes for a very large org")
}

// reused is what a refresh need not describe.
func (in Input) reused(reports int64) Reused {
	k := in.Known
	switch {
	case k.Sync == "":
		return Reused{How: "no sync of the source is recorded yet"}
	case k.Why != "":
		return Reused{Recorded: true, How: k.Why}
	case k.Changed < 0:
		return Reused{Recorded: true, How: "the reports that changed since the last sync could not be counted", Again: k.Again}
	}
	r := Reused{Recorded: true, Changed: k.Changed, Again: k.Again, Sync: k.Sync, Finished: k.Finished.UTC()}
	r.Reports = max(reports-k.Changed-k.Again, 0)
	r.How = "estimated: all reports but those that changed since the last recorded sync began and those that it got no columns of"
	return r
}

// steps are those of a sync that describes so many reports.
func (in Input) steps(describes int64) []forecast.Step {
	var pages, longest int64
	for _, kind := range listing.Kinds {
		var chain int64 // a kind is read page after page
		for _, records := range in.Passes[kind] {
			chain += records/pageSize + 1
		}
		pages, longest = pages+chain, max(longest, chain)
	}
	inFlight := int64(max(in.InFlight, 1))
	longest = max(longest, (pages+inFlight-1)/inFlight)
	pace := forecast.Pace{Reports: 1, Calls: 1, Held: in.Describe}
	return []forecast.Step{
		{Calls: loginCalls, Takes: in.Latency},
		{Calls: pages, Takes: time.Duration(longest) * in.Latency},
		pace.Describe(describes, in.InFlight),
		{Calls: changeCalls, Takes: time.Duration((changeCalls+inFlight-1)/inFlight) * in.Latency},
	}
}

// pageSize is how many records a page of a listing has.
const pageSize = 2000

// forecast is that of a sync, where others use so many calls.
func (in Input) forecast(describes, others int64, policy quota.Policy) (forecast.Forecast, error) {
	budget := in.Budget
	budget.Policy = policy
	if budget.Used += others - budget.Others; budget.Max > 0 {
		budget.Others = others
	}
	return forecast.Input{Budget: budget, Probe: in.Probe, Steps: in.steps(describes)}.At(in.Now)
}

// sync is what a sync takes that describes so many reports.
func (in Input) sync(p *Plan, what string, describes int64) Sync {
	s := Sync{Describes: describes, Days: []forecast.Day{}}
	for _, step := range in.steps(describes) {
		s.Calls += step.Calls
	}
	f, err := in.forecast(describes, in.Budget.Others, in.Budget.Policy)
	if err != nil {
		p.unknown("when %s would end: %s", what, err)
		return s
	}
	s.Calls, s.Seconds, s.Waits, s.Ends, s.Forecast = f.Calls, &f.Seconds, f.Waits, &f.Ends, &f
	s.Days, s.More = f.Days(time.UTC)
	if in.Budget.Others > 0 {
		least, most := in.between(describes, f)
		s.Least, s.Most = &least, &most
	}
	return s
}

const (
	// othersVary is by which part others may use more or less than in the last 24 hours.
	othersVary = 4
	// rangeOf is the most by which a range is wider than the forecast, in percent: beyond that it would say nothing.
	rangeOf = 30
)

// between is how long a sync takes if others use less, and if they use more.
func (in Input) between(describes int64, f forecast.Forecast) (least, most int64) {
	least, most = f.Seconds, f.Seconds
	some := in.Budget.Others / othersVary
	if less, err := in.forecast(describes, in.Budget.Others-some, in.Budget.Policy); err == nil {
		least = min(least, less.Seconds)
	}
	more, err := in.forecast(describes, in.Budget.Others+some, in.Budget.Policy)
	if most = max(most, more.Seconds); err != nil {
		most = f.Seconds * 2
	}
	return max(least, (f.Seconds*(100-rangeOf)+99)/100), min(most, f.Seconds*(100+rangeOf)/100)
}

// shareFor is the smallest share with which a first sync ends in time; nil where the share that is set does it, or none would.
func (in Input) shareFor(within time.Duration, first Sync) *int {
	if in.Budget.Max <= 0 || first.Seconds != nil && *first.Seconds <= int64(within/time.Second) {
		return nil
	}
	low, high := in.Budget.Policy.Share+1, 101
	for low < high {
		share := (low + high) / 2
		f, err := in.forecast(first.Describes, in.Budget.Others, quota.Policy{Ceiling: in.Budget.Policy.Ceiling, Share: share})
		if err == nil && f.Takes() <= within {
			high = share
		} else {
			low = share + 1
		}
	}
	if low > 100 {
		return nil
	}
	return &low
}
