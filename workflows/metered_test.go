package workflows_test

import (
	"context"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/simulator/limits"
	"longhaul/workflows"
)

// metered is an org whose calls take time and count, as the simulator counts them, on the clock of the workflow.
type metered struct {
	latency time.Duration // of a call
	daily   int           // calls that the org allows
	steady  int           // calls of others in an hour
	burst   int           // calls of others in half an hour of each night
	policy  quota.Policy
	probe   time.Duration
	kinds   activities.Kinds
	reused  int64
	silent  bool         // no answer tells the usage
	grows   int          // percent by which each burst is larger or smaller than the one before, in turns
	earlier []quota.Hour // calls of earlier syncs

	env  *testsuite.TestWorkflowEnvironment
	org  *org
	now  func() time.Time
	used *limits.Daily

	done   map[int]int64 // reports described, by shard
	shards []*running
}

// Now is the org's clock.
func (m *metered) Now() time.Time { return m.now() }

// nightly is when others are busiest, and for how long.
const (
	nightly      = 2 // o'clock
	nightMinutes = 30
)

// open makes the environment of a sync of the org, which others have used for a day.
func (m *metered) open(t *testing.T) {
	t.Helper()
	if m.latency == 0 {
		m.latency = 500 * time.Millisecond
	}
	if m.probe == 0 {
		m.probe = 15 * time.Minute
	}
	if m.policy == (quota.Policy{}) {
		m.policy = quota.Policy{Ceiling: 80, Share: 100}
	}
	m.done = map[int]int64{}
	m.org = &org{
		authenticate: m.authenticate, plan: m.plan, probe: m.look, describe: m.describe,
	}
	m.env = environment(t, m.org, "sync-acme")
	m.env.SetStartTime(dawn)
	register(m.env, "Enumerate", func(ctx context.Context, p activities.EnumerateParams) (activities.EnumerateResult, error) {
		n := m.count(p.Kind)
		calls := n/2000 + 1
		m.after(ctx, time.Duration(calls)*m.latency, func() any { return activities.EnumerateResult{Count: n, Spending: m.spend(calls)} })
		return activities.EnumerateResult{}, activity.ErrResultPending
	})
	register(m.env, "CatchUp", func(ctx context.Context, _ activities.CatchUpParams) (activities.CatchUpResult, error) {
		m.after(ctx, m.latency, func() any { return activities.CatchUpResult{Spending: m.spend(4)} })
		return activities.CatchUpResult{}, activity.ErrResultPending
	})
	at := dawn.Add(-quota.Window)
	m.now = func() time.Time { return at }
	m.used = limits.NewDaily(m, m.daily, m.steady)
	for ; at.Before(dawn); at = at.Add(time.Minute) {
		m.atNight(at)
		for _, h := range m.earlier {
			if at.Unix() == h.Last {
				for range h.Calls {
					m.used.Allow()
				}
			}
		}
	}
	m.now = m.env.Now
	if m.burst > 0 {
		for minute := range 20 * 24 * 60 {
			if at := dawn.Add(time.Duration(minute) * time.Minute); at.Hour() == nightly && at.Minute() < nightMinutes {
				m.env.RegisterDelayedCallback(func() { m.atNight(m.now()) }, at.Sub(dawn))
			}
		}
	}
}

// after ends an activity after a time.
func (m *metered) after(ctx context.Context, d time.Duration, result func() any) {
	token := activity.GetInfo(ctx).TaskToken
	m.env.RegisterDelayedCallback(func() {
		if err := m.env.CompleteActivity(token, result(), nil); err != nil {
			panic(err)
		}
	}, d)
}

// atNight makes the calls that others make in this minute beside the steady ones.
func (m *metered) atNight(at time.Time) {
	if at.Hour() == nightly && at.Minute() < nightMinutes {
		n := m.burst / nightMinutes
		if at.YearDay()%2 == 0 {
			n += n * m.grows / 100
		}
		m.used.AddOthers(n)
	}
}

func (m *metered) count(kind listing.Kind) int64 {
	return map[listing.Kind]int64{
		listing.Folders: m.kinds.Folders, listing.Reports: m.kinds.Reports, listing.Dashboards: m.kinds.Dashboards,
		listing.Components: m.kinds.Components, listing.Users: m.kinds.Users,
	}[kind]
}

// spend makes calls at one moment and gives what the last answer tells.
func (m *metered) spend(n int64) (s activities.Spending) {
	for range n {
		if !m.used.Allow() {
			s.Stop, s.Usage = activities.StopQuota, quota.Usage{Clock: m.now(), Exhausted: true}
			return s
		}
		s.Calls++
	}
	if m.silent {
		s.Usage = quota.Usage{Clock: m.now()}
		return s
	}
	used, _ := m.used.Used()
	s.Usage = quota.Usage{Used: int64(used), Max: int64(m.daily), At: m.now(), Clock: m.now()}
	return s
}

func (m *metered) authenticate(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
	r := healthy()
	r.Quota, r.Probe = m.policy, m.probe
	r.Usage = m.spend(3).Usage
	r.Calls, r.Used.Hours = 3, m.earlier
	return r, nil
}

// shards is how many a plan deals of reports: a multiple of those that run at once.
func shardsOf(reports int64) int { return int((reports+1999)/2000) * 8 }

func (m *metered) plan(activities.PlanParams) (activities.PlanResult, error) {
	left := m.kinds.Reports - m.reused
	return activities.PlanResult{
		Reports: m.kinds.Reports, ToDescribe: left, Shards: shardsOf(left), States: activities.States{Reused: m.reused},
	}, nil
}

// look is CheckQuota, by the rules of the real one.
func (m *metered) look(p activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
	clock := m.now()
	if !p.Must && !p.Ledger.Worth(clock, p.Every) && !p.Ledger.Sudden(clock, clock) {
		return activities.CheckQuotaResult{Usage: quota.Usage{Clock: clock}}, nil
	}
	spent := m.spend(1)
	return activities.CheckQuotaResult{Usage: spent.Usage, Calls: spent.Calls}, nil
}

// running is a shard that is described.
type running struct {
	activities.DescribeParams
	token  []byte
	left   int64 // reports
	credit float64
	until  time.Time // the end of its slice
	spent  activities.Spending
}

const (
	slice = 2 * time.Minute
	tick  = time.Second
)

// describe begins a shard, which the clock moves on.
func (m *metered) describe(ctx context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
	m.org.mu.Lock()
	defer m.org.mu.Unlock()
	m.shards = append(m.shards, &running{
		DescribeParams: p, token: activity.GetInfo(ctx).TaskToken, left: m.size(p.Shard) - m.done[p.Shard], until: m.now().Add(slice),
	})
	if len(m.shards) == 1 {
		m.env.RegisterDelayedCallback(m.tick, tick)
	}
	return activities.DescribeResult{}, activity.ErrResultPending
}

// size is how many reports a shard has.
func (m *metered) size(shard int) int64 {
	reports := m.kinds.Reports - m.reused
	size := reports / int64(shardsOf(reports))
	if int64(shard) < reports%int64(shardsOf(reports)) {
		size++
	}
	return size
}

// tick makes the calls of a second. From the last shard on, the shares of those that have ended go to the others.
func (m *metered) tick() {
	m.org.mu.Lock()
	defer m.org.mu.Unlock()
	last, shares := false, 0
	for _, s := range m.shards {
		last, shares = last || s.Last, shares+s.Share
	}
	var left []*running
	for _, s := range m.shards {
		share := float64(s.Share)
		if last {
			share *= float64(healthy().MaxInFlight) / float64(shares)
		}
		s.credit += share * float64(tick) / float64(m.latency)
		n := min(int64(s.credit), s.left, s.Budget.Calls-s.spent.Calls)
		s.credit -= float64(n)
		s.left -= n
		before := s.spent.Calls
		s.spent = m.spend(n)
		s.spent.Calls += before
		switch {
		case s.left == 0 || s.spent.Stop != "":
		case s.spent.Calls == s.Budget.Calls:
			s.spent.Stop = activities.StopQuota
		case !m.now().Before(s.until):
			s.spent.Stop = activities.StopSlice
		default:
			left = append(left, s)
			continue
		}
		m.end(s)
	}
	if m.shards = left; len(left) > 0 {
		m.env.RegisterDelayedCallback(m.tick, tick)
	}
}

// end ends the run of a shard.
func (m *metered) end(s *running) {
	m.done[s.Shard] += s.spent.Calls
	r := activities.DescribeResult{Reports: m.done[s.Shard], Spending: s.spent, Partial: s.left > 0}
	if !r.Partial {
		r.States = activities.States{Described: r.Reports}
	}
	_ = m.env.CompleteActivity(s.token, r, nil) // which nobody waits for any more after a pause
}

// look is one at the progress of a sync.
type look struct {
	at time.Time
	workflows.Progress
}

// run runs a sync to its end.
func (m *metered) run(t *testing.T) (ended time.Time, result workflows.Result) {
	t.Helper()
	m.env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	result, failure := resultOf(t, m.env)
	if failure != nil {
		t.Fatal(failure)
	}
	return m.env.Now(), result
}

// watch runs a sync to its end, and looks at its progress: every few seconds while it gets on, now and then while it waits.
func (m *metered) watch(t *testing.T) (looks []look, ended time.Time, result workflows.Result) {
	t.Helper()
	var again func()
	again = func() {
		l := look{m.env.Now(), ask(t, m.env)}
		looks = append(looks, l)
		next := 3 * time.Second
		if l.Waiting != "" {
			next = 7 * time.Minute
			if l.Until != nil {
				next = min(next, max(l.Until.Sub(l.at), time.Second))
			}
		}
		m.env.RegisterDelayedCallback(again, next)
	}
	m.env.RegisterDelayedCallback(again, time.Second)
	ended, result = m.run(t)
	return looks, ended, result
}
