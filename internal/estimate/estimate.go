// Package estimate says what a first sync and a refresh of a source take, before any report is described: from a few counts, the
// latency that was seen, and the account of the source's API calls.
package estimate

import (
	"time"

	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
)

// Known is what the last recorded sync of a source leaves to the next one.
type Known struct {
	Sync     string // empty: nothing
	Finished time.Time
	Changed  int64  // reports since it began, new ones too; negative: they could not be counted
	Again    int64  // reports that it got no columns of, for a reason that may be over
	Without  int64  // reports that have none by what they are
	Waiting  int64  // reports that were denied or gone, and are not tried yet
	Audits   int64  // reports that do not change and are due to be described again
	Renewed  int64  // reports of types that are described again as a whole
	Vanished int64  // kinds of which fewer are seen now, so that the sync looks up what it misses
	Why      string // why nothing is reused, where there is such a sync
}

// Input is what was asked and seen.
type Input struct {
	Source   string
	Now      time.Time
	Asked    int64                    // calls
	Passes   map[listing.Kind][]int64 // records, by pass of the listing
	Twice    map[listing.Kind]int64   // of them, those that two passes return
	Known    Known
	Budget   quota.Budget
	Probe    time.Duration
	LeftOut  bool // the reports in others' private folders are counted and not read
	InFlight int
	Latency  time.Duration // of a call that lists
	Describe time.Duration // of a describe
	Samples  int           // describes that were made to see it
	Hidden   *Hidden
	Unasked  *Unasked
	Stops    []Stop
	Unknown  []string
	Cadence  *Cadence // nil: nothing is scheduled, or nobody knows
}

// Counts are the records by kind.
func (in Input) Counts() map[listing.Kind]int64 {
	counts := map[listing.Kind]int64{}
	for _, kind := range listing.Kinds {
		counts[kind] = -in.Twice[kind]
		for _, n := range in.Passes[kind] {
			counts[kind] += n
		}
	}
	return counts
}

// Full names a sync that describes every report.
func (in Input) Full() string {
	if in.Known.Sync == "" {
		return "the first sync"
	}
	return "a full sync"
}

const (
	loginCalls = 3 // of a login: org, run-as user, permissions
	// changeCalls are made at the end, to list what changed meanwhile: each kind that has dates.
	changeCalls = 4
	// assumedDescribe is the time of a describe where none was seen.
	assumedDescribe = time.Second
)

// Plan computes the plan.
func (in Input) Plan() Plan {
	p := Plan{
		Source: in.Source, AsOf: in.Now.UTC().Truncate(time.Second), Zone: "UTC", Calls: in.Asked, Kinds: in.Counts(),
		Hidden: in.Hidden, Unasked: in.Unasked, Stops: append([]Stop{}, in.Stops...), // a list, not null, for scripts
		Pace: Pace{Describes: in.Samples, InFlight: in.InFlight},
	}
	if in.Hidden != nil {
		p.unknown("how many reports and dashboards a sync has to read once the run-as user sees them all: this counts what it sees now; %s", in.Hidden.Words())
	}
	p.Unknown = append(p.Unknown, in.Unknown...)
	reports := p.Kinds[listing.Reports]
	if in.Samples == 0 {
		in.Describe = assumedDescribe
		if reports > 0 {
			p.unknown("how long a describe takes, because none was answered: a second is assumed")
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
	if p.Reused.Due > 0 && in.roomOfPlan() == 0 {
		p.unknown("how many of the audits that are due a refresh makes: the quota leaves no call for them now, and does so later")
	}
	p.First = in.sync(&p, in.Full(), reports, 0)
	left := reports - p.Reused.Reports - p.Reused.Without - p.Reused.Waiting
	if in.Known.Sync == "" {
		left = 0
		p.unknown("how many reports change between two syncs: the refresh is one of an org in which none did")
	}
	p.Refresh = in.sync(&p, "a refresh", left, in.Known.Vanished)
	p.advise(in)
	if in.Cadence != nil {
		cadence := *in.Cadence
		cadence.warn(&p)
		p.Cadence = &cadence
	}
	p.always()
	return p
}

// always adds what no plan can know.
func (p *Plan) always() {
	switch {
	case p.Unasked != nil:
		p.unknown("what others use, because Salesforce was not asked: where they leave too little below quota.ceiling, a sync waits longer")
		p.unknown("whether a sync would be held for missing permissions, or for records that are missing")
	case p.Quota == nil:
		p.unknown(`how many API calls the org allows and has used, so that a sync cannot keep quota.ceiling and quota.share: ` +
			`give the run-as user "View Setup and Configuration"`)
	case p.Quota.Others > 0:
		p.unknown("what others will use: they used %s API calls in the last 24 hours, and that is assumed to stay so",
			humanize.Number(p.Quota.Others))
	}
	if p.Reused.Sync != "" {
		p.unknown("how many records vanished since the last sync: a call of each kind looks them up, and one more for each few hundred")
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
	r := Reused{
		Recorded: true, Changed: k.Changed, Again: k.Again, Renewed: k.Renewed, Due: k.Audits, Sync: k.Sync, Finished: k.Finished.UTC(),
	}
	needed := min(k.Changed+k.Again+k.Renewed, reports)
	kept := reports - needed
	r.Waiting = min(k.Waiting, kept)
	r.Audits = min(k.Audits, kept-r.Waiting, quota.Spare(in.roomOfPlan(), needed))
	kept -= r.Waiting + r.Audits
	r.Without = min(k.Without, kept)
	r.Reports = kept - r.Without
	r.How = "estimated: all reports but those that changed since the last recorded sync began and those that it got no columns of"
	return r
}

// steps are those of a sync that describes so many reports and looks up so many kinds of records.
func (in Input) steps(describes, lookups int64) []forecast.Step {
	var pages, longest int64
	for _, kind := range listing.Kinds {
		var chain int64 // a kind is read page after page
		for _, records := range in.Passes[kind] {
			chain += records/pageSize + 1
		}
		pages, longest = pages+chain, max(longest, chain)
	}
	if in.LeftOut {
		pages++
	}
	inFlight := int64(max(in.InFlight, 1))
	longest = max(longest, (pages+inFlight-1)/inFlight)
	pace := forecast.Pace{Reports: 1, Calls: 1, Held: in.Describe}
	return []forecast.Step{
		{Calls: loginCalls, Takes: in.Latency},
		{Calls: pages, Takes: time.Duration(longest) * in.Latency},
		{Calls: lookups, Takes: time.Duration(lookups) * in.Latency},
		pace.Describe(describes, in.InFlight),
		{Calls: changeCalls, Takes: time.Duration((changeCalls+inFlight-1)/inFlight) * in.Latency},
	}
}

// roomOfPlan is how many calls a refresh may make without a wait once it has listed the org.
func (in Input) roomOfPlan() int64 {
	room := in.Budget.Room(in.Now) - keptCalls
	for _, step := range in.steps(0, in.Known.Vanished) {
		room -= step.Calls
	}
	return max(room, 0)
}

// keptCalls are those that a sync keeps from audits for what it must ask again.
const keptCalls = 32

// pageSize is how many records a page of a listing has.
const pageSize = 2000

// forecast is that of a sync, where others use so many calls.
func (in Input) forecast(steps []forecast.Step, others int64, policy quota.Policy) (forecast.Forecast, error) {
	budget := in.Budget
	budget.Policy = policy
	if budget.Used += others - budget.Others; budget.Max > 0 {
		budget.Others = others
	}
	return forecast.Input{Budget: budget, Probe: in.Probe, Steps: steps}.At(in.Now)
}

// sync is what a sync takes that describes so many reports.
func (in Input) sync(p *Plan, what string, describes, lookups int64) Sync {
	s := Sync{Describes: describes, Days: []forecast.Day{}}
	steps := in.steps(describes, lookups)
	for _, step := range steps {
		s.Calls += step.Calls
	}
	f, err := in.forecast(steps, in.Budget.Others, in.Budget.Policy)
	if err != nil {
		s.Why = err.Error()
		p.unknown("when %s would end: %s", what, err)
		return s
	}
	s.Looks = max(f.Calls-s.Calls, 0)
	s.Calls, s.Seconds, s.Waits, s.Ends, s.Forecast = f.Calls, &f.Seconds, f.Waits, &f.Ends, &f
	s.Days, s.More = f.Days(time.UTC)
	if in.Budget.Others > 0 {
		least, most := in.between(steps, f)
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
func (in Input) between(steps []forecast.Step, f forecast.Forecast) (least, most int64) {
	least, most = f.Seconds, f.Seconds
	some := in.Budget.Others / othersVary
	if less, err := in.forecast(steps, in.Budget.Others-some, in.Budget.Policy); err == nil {
		least = min(least, less.Seconds)
	}
	more, err := in.forecast(steps, in.Budget.Others+some, in.Budget.Policy)
	if most = max(most, more.Seconds); err != nil {
		most = f.Seconds * 2
	}
	return max(least, (f.Seconds*(100-rangeOf)+99)/100), min(most, f.Seconds*(100+rangeOf)/100)
}
