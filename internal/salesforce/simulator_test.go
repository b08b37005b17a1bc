package salesforce_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
)

// simulate starts a strict org and makes a client of it.
func simulate(t *testing.T, options server.Options, change ...func(*salesforce.Config, server.Ready)) (*salesforce.Client, *server.Server) {
	t.Helper()
	org, err := server.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	ready := org.Ready()
	cfg := salesforce.Config{BaseURL: ready.Salesforce, Credentials: func(context.Context) (salesforce.Credentials, error) {
		return salesforce.Credentials{
			ClientID: ready.ClientID, ClientSecret: ready.ClientSecret,
			Username: ready.Username, Password: ready.Password, SecurityToken: ready.SecurityToken,
		}, nil
	}}
	for _, c := range change {
		c(&cfg, ready)
	}
	client, err := salesforce.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		if err := org.Close(); err != nil {
			t.Error(err)
		}
	})
	return client, org
}

func TestSimulator_answersWhatASyncAsks(t *testing.T) {
	t.Parallel()
	for _, auth := range []salesforce.Auth{salesforce.AuthClientCredentials, salesforce.AuthPassword} {
		dir := t.TempDir()
		client, _ := simulate(t, server.Options{Reports: 3000, PageSize: 700, TLSDir: dir, TypeMetadata: 2000}, func(c *salesforce.Config, _ server.Ready) {
			c.Auth, c.CAFile = auth, filepath.Join(dir, "ca.pem")
		})
		m := new(salesforce.Meter)
		ctx := salesforce.WithMeter(t.Context(), m)
		identity, err := client.Login(ctx)
		if err != nil {
			t.Fatal(err)
		}
		org, err := client.Organization(ctx)
		if err != nil || org.ID != identity.OrgID || org.Type == "" {
			t.Errorf("organization %+v of %+v: %v", org, identity, err)
		}
		user, err := client.RunAs(ctx, identity.UserID)
		if err != nil || user.Locale == "" || !user.IsActive {
			t.Errorf("run-as user %+v: %v", user, err)
		}
		permissions, err := client.Permissions(ctx)
		if has, known := permissions.Has("RunReports"); err != nil || !has || !known {
			t.Errorf("permissions %v: %v", permissions.Granted(), err)
		}
		usage, told, err := client.Usage(ctx)
		if err != nil || !told || usage.Used == 0 || usage.Used >= usage.Max {
			t.Errorf("usage %+v, told %t: %v", usage, told, err)
		}
		count, err := salesforce.Count(ctx, client)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for page, err := range client.Pages(ctx, salesforce.Query{Object: "Report", Fields: []string{"Name"}, Optional: []string{"Nonsense__c"}}) {
			if err != nil {
				t.Fatal(err)
			}
			seen += len(page.Records)
			if page.Total == seen && seen == len(page.Records) && len(page.Dropped) != 1 {
				t.Errorf("dropped %q with the first page", page.Dropped)
			}
		}
		if seen != count || count == 0 {
			t.Errorf("%d reports read, %d counted", seen, count)
		}
		if limit, known := m.Limit(); !known || limit.Used != m.Calls() || m.Logins() != 1 {
			t.Errorf("the org counts %d calls, the meter %d and %d logins", limit.Used, m.Calls(), m.Logins())
		}
	}
}

// The answer is good JSON and has no columns.
func TestSimulator_aDescribeWithoutColumnsIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, times := range map[string]int{"once": 1, "always": 0} {
		client, sim := simulate(t, server.Options{
			Reports: 10, Columns: 2, TypeMetadata: 100, Faults: []server.Fault{{Name: "empty_extended", Times: times}},
		})
		var id string
		for page, err := range client.Pages(t.Context(), salesforce.Query{Object: "Report"}) {
			if err != nil {
				t.Fatal(err)
			}
			var record struct{ ID string }
			if err := json.Unmarshal(page.Records[0], &record); err != nil {
				t.Fatal(err)
			}
			id = record.ID
			break
		}
		description, err := client.DescribeReport(t.Context(), id)
		if times == 1 && (err != nil || len(description.ReportExtendedMetadata) == 0) {
			t.Errorf("%s: %v", name, err)
		}
		if times == 0 && (!errors.Is(err, salesforce.ErrNoColumns) || !fault.Is(err, fault.Poison)) {
			t.Errorf("%s: %v", name, err)
		}
		if total, _ := sim.Describes(); times == 0 && total != salesforce.DefaultAttempts || times == 1 && total != 2 {
			t.Errorf("%s: it was asked for %d times", name, total)
		}
	}
}

func TestSimulator_describes(t *testing.T) {
	t.Parallel()
	client, _ := simulate(t, server.Options{Reports: 1000, Columns: 5, TypeMetadata: 2000})
	classes := map[fault.Class]int{}
	reports, work := 0, make(chan string)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for id := range work {
				description, err := client.DescribeReport(t.Context(), id)
				mu.Lock()
				switch f := fault.From(err); {
				case err == nil && (len(description.ReportMetadata) == 0 || len(description.ReportExtendedMetadata) == 0 || description.At.IsZero()):
					t.Errorf("%s: a description without its parts", id)
				case err != nil && f == nil:
					t.Errorf("%s: %v", id, err)
				case err != nil:
					classes[f.Class]++
				}
				mu.Unlock()
			}
		})
	}
	for page, err := range client.Pages(t.Context(), salesforce.Query{Object: "Report"}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range page.Records {
			_, id, _ := strings.Cut(string(record), `"Id":"`)
			work <- id[:18]
			reports++
		}
	}
	close(work)
	all.Wait()
	for _, class := range []fault.Class{fault.Obsolete, fault.PermissionMissing, fault.Gone, fault.Unsupported} {
		if classes[class] == 0 {
			t.Errorf("no report is %s: %v of %d", class, classes, reports)
		}
	}
	if len(classes) != 4 {
		t.Errorf("other classes came: %v", classes)
	}
}

func TestSimulator_tellsItsUseWithAndWithoutPermission(t *testing.T) {
	t.Parallel()
	for name, revoked := range map[string][]string{"with View Setup": nil, "without": {"ViewSetup"}} {
		client, _ := simulate(t, server.Options{Reports: 10, DailyLimit: 3, Revoked: revoked})
		for used := range int64(3) {
			usage, told, err := client.Usage(t.Context())
			if err != nil || !told || usage != (salesforce.LimitInfo{Used: used + 1, Max: 3}) {
				t.Errorf("%s: %+v, %t, %v after %d calls", name, usage, told, err, used)
			}
		}
		if _, _, err := client.Usage(t.Context()); !fault.Is(err, fault.QuotaExhausted) {
			t.Errorf("%s: a spent quota gives %v", name, err)
		}
		if now, err := client.Clock(t.Context()); err != nil || time.Since(now).Abs() > time.Minute {
			t.Errorf("%s: the clock of an org without quota says %v, %v", name, now, err)
		}
	}
}

// clock is a time that a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func TestSimulator_endsSessions(t *testing.T) {
	t.Parallel()
	var now clock
	client, _ := simulate(t, server.Options{Reports: 3000, PageSize: 900, Clock: &now})
	count, err := salesforce.Count(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	m := new(salesforce.Meter)
	seen := map[string]bool{}
	for page, err := range client.Pages(salesforce.WithMeter(t.Context(), m), salesforce.Query{Object: "Report"}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range page.Records {
			seen[string(record)] = true
		}
		now.ahead.Add(int64(3 * time.Hour)) // longer than any session
	}
	if len(seen) != count || m.Logins() < 2 {
		t.Errorf("%d of %d reports with %d more logins", len(seen), count, m.Logins())
	}
}

// Under load, with sessions that last a moment, every request is answered in the end, and logins are few.
func TestSimulator_losesNothingToShortSessions(t *testing.T) {
	t.Parallel()
	const ttl, span = 500 * time.Millisecond, 2500 * time.Millisecond
	client, _ := simulate(t, server.Options{Reports: 50, TokenTTL: ttl, Latency: 20 * time.Millisecond}, func(c *salesforce.Config, _ server.Ready) {
		c.MaxInFlight = 50
	})
	m := new(salesforce.Meter)
	ctx := salesforce.WithMeter(t.Context(), m)
	started := time.Now()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for time.Since(started) < span {
				_, err := salesforce.Count(ctx, client)
				for tries := 1; fault.Is(err, fault.SessionExpired) && tries < 4; tries++ { // as a shard tries it again
					_, err = salesforce.Count(ctx, client)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if most := time.Since(started).Seconds()/ttl.Seconds()*1.5 + 2; float64(m.Logins()) > most || m.Logins() < 3 {
		t.Errorf("%d logins in %v, want at most %.0f and sessions that end", m.Logins(), time.Since(started), most)
	}
}

func TestSimulator_refusesLogins(t *testing.T) {
	t.Parallel()
	client, _ := simulate(t, server.Options{Reports: 10}, func(c *salesforce.Config, ready server.Ready) {
		c.Credentials = func(context.Context) (salesforce.Credentials, error) {
			return salesforce.Credentials{ClientID: ready.ClientID, ClientSecret: "wrong"}, nil
		}
	})
	if _, err := client.Login(t.Context()); !fault.Is(err, fault.LoginRefused) || !strings.Contains(err.Error(), "client_secret") {
		t.Errorf("got %v", err)
	}
}

func TestSimulator_keepsItsPolicies(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		options server.Options
		class   fault.Class
	}{
		"high assurance":   {server.Options{Reports: 10, StepUp: true}, fault.SessionPolicy},
		"no Run Reports":   {server.Options{Reports: 10, Revoked: []string{"RunReports"}}, fault.PermissionMissing},
		"no quota is left": {server.Options{Reports: 10, DailyLimit: 1}, fault.QuotaExhausted},
	} {
		client, _ := simulate(t, row.options)
		var err error
		for page, pageErr := range client.Pages(t.Context(), salesforce.Query{Object: "Report"}) {
			if pageErr != nil {
				t.Fatal(pageErr)
			}
			_, id, _ := strings.Cut(string(page.Records[0]), `"Id":"`)
			_, err = client.DescribeReport(t.Context(), id[:18])
		}
		f := fault.From(err)
		if f == nil || f.Class != row.class {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
