package activities_test

import (
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
)

// spender is a sync that makes calls under a ledger, before a simulated org.
type spender struct {
	*testing.T
	org    *server.Server
	client *salesforce.Client
	ledger quota.Budget
	probe  func() activities.CheckQuotaResult
}

// newSpender logs in and uses up all that the ledger grants.
func newSpender(t *testing.T, options server.Options, policy quota.Policy) *spender {
	t.Helper()
	org := simulated(t, options)
	client := clientOf(t, org, nil)
	env := newEnv(t, client)
	value, err := env.ExecuteActivity("Authenticate", activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "a"}})
	var auth activities.AuthenticateResult
	if err == nil {
		err = value.Get(&auth)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &spender{T: t, org: org, client: client, ledger: quota.Budget{Policy: policy}}
	s.ledger.Return(0, auth.Calls, auth.Usage, time.Now())
	sync := activities.Sync{Source: "acme", ID: "a", Bucket: auth.Bucket, OrgID: auth.Identity.OrgID, UserID: auth.Identity.UserID}
	s.probe = func() (result activities.CheckQuotaResult) {
		t.Helper()
		value, err := env.ExecuteActivity("CheckQuota", activities.CheckQuotaParams{Sync: sync, Ledger: s.ledger, Every: time.Second})
		if err == nil {
			err = value.Get(&result)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.ledger.Look(result.Usage, result.Calls, time.Now())
		return result
	}
	s.spend()
	return s
}

// spend makes all calls that the ledger grants.
func (s *spender) spend() (made int64) {
	s.Helper()
	for {
		lease := s.ledger.Reserve(50, time.Now())
		if lease == 0 {
			return made
		}
		m := new(salesforce.Meter)
		for range lease {
			if _, _, err := s.client.Usage(salesforce.WithMeter(s.Context(), m)); err != nil {
				s.Fatal(err)
			}
		}
		usage := quota.Usage{Clock: m.Date()}
		if limit, known := m.Limit(); known {
			usage.Used, usage.Max, usage.At = limit.Used, limit.Max, m.LimitAt()
		}
		s.ledger.Return(lease, m.Calls(), usage, time.Now())
		made += m.Calls()
	}
}

// TestProbe_seesCallsComeBack moves the clock of the org a day on, by hours as the waits do, and says nothing of it to this machine.
func TestProbe_seesCallsComeBack(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]server.Options{
		"usage in headers":  {Reports: 5, DailyLimit: 400},
		"usage in limits":   {Reports: 5, DailyLimit: 400, NoLimitInfo: true},
		"others use it too": {Reports: 5, DailyLimit: 400, OthersPerHour: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSpender(t, options, quota.Policy{Ceiling: 80, Share: 50})
			asked, made := int64(0), int64(0)
			for hour := 0; made < 100; hour += 3 {
				if hour > 36 {
					t.Fatalf("%d calls came back in a day and a half", made)
				}
				s.org.Advance(3 * time.Hour)
				asked += s.probe().Calls
				made += s.spend()
			}
			if peak := s.org.Stats().PeakByUs; peak > 200+3 || asked > 4 {
				t.Errorf("%d calls in a day where the share is 200, %d of them to ask", peak, asked)
			}
		})
	}
}

// TestProbe_believesNoClockThatTheUsageContradicts has something on the way put all dates a day ahead.
func TestProbe_believesNoClockThatTheUsageContradicts(t *testing.T) {
	t.Parallel()
	s := newSpender(t, server.Options{Reports: 5, DailyLimit: 400}, quota.Policy{Ceiling: 80, Share: 50})
	if err := s.org.SetFaults([]server.Fault{{Name: "date_ahead"}, {Name: "date_ahead", Route: "versions"}}); err != nil {
		t.Fatal(err)
	}
	asked := int64(0)
	for range 10 {
		asked += s.probe().Calls
		if room := s.ledger.Room(time.Now()); room > 0 {
			t.Fatalf("there is room for %d calls", room)
		}
	}
	if asked == 0 || asked > 2 {
		t.Errorf("%d calls were spent on asking", asked)
	}
}
