package listing

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/salesforce"
	simulator "longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// simulate starts a strict org and makes a client of it.
func simulate(t *testing.T, options simulator.Options) *salesforce.Client {
	t.Helper()
	org, err := simulator.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	ready := org.Ready()
	client, err := salesforce.New(salesforce.Config{
		BaseURL: ready.Salesforce, Auth: salesforce.AuthClientCredentials,
		Credentials: func(context.Context) (salesforce.Credentials, error) {
			return salesforce.Credentials{ClientID: ready.ClientID, ClientSecret: ready.ClientSecret}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		if err := org.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

// A strict org takes what a catch-up and a look-up ask: all that changed since long ago is all that was listed, and what
// is left out of a listing is found by its Ids.
func TestSimulator_takesWhatIsAskedAgain(t *testing.T) {
	t.Parallel()
	client := simulate(t, simulator.Options{Reports: 900})
	s := streamtest.Open(t, "mem://")
	counts := map[Kind]int64{}
	for _, kind := range Kinds {
		got, err := Enumerate(t.Context(), EnumerateInput{Client: client, Store: s, Sync: earlier, Kind: kind, Private: true})
		if err != nil || got.Count == 0 {
			t.Fatalf("%s: %+v, %v", kind, got, err)
		}
		counts[kind] = got.Count
		var lines []string // of the next sync: every other one, of the kinds that can be missed
		for _, line := range streamtest.Read(t, s, earlier.Inventory(string(kind))) {
			if missed := kind == Reports || kind == Dashboards; !missed || len(line)%2 == 0 {
				lines = append(lines, line)
			}
		}
		streamtest.Write(t, s, current.Inventory(string(kind)), lines...)
	}
	listed, err := Counts(t.Context(), s, current)
	if err != nil || listed[Reports] == counts[Reports] || listed[Reports] == 0 {
		t.Fatalf("listed %v of %v, %v", listed, counts, err)
	}
	looked, err := LookUpMissing(t.Context(), LookUpInput{
		Client: client, Store: s, Sync: current, OrgID: me.OrgID, Private: true,
		Last: LastSync{Sync: earlier, OrgID: me.OrgID, Descriptions: earlier.Described()},
	})
	want := map[Kind]int64{Reports: counts[Reports] - listed[Reports], Dashboards: counts[Dashboards] - listed[Dashboards]}
	if diff := cmp.Diff(want, looked.Found); diff != "" || err != nil {
		t.Errorf("found, %v (-want +got):\n%s", err, diff)
	}
	for name, since := range map[string]time.Time{"all": time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), "nothing": time.Now().AddDate(50, 0, 0)} {
		if err := s.Delete(t.Context(), current.CaughtUp()); err != nil {
			t.Fatal(err)
		}
		caught, err := CatchUp(t.Context(), CatchUpInput{
			Client: client, Store: s, Sync: current, Since: since, Private: true, AtOnce: 4,
		})
		if diff := cmp.Diff(CaughtUp{Changed: map[Kind]int64{}, Added: map[Kind]int64{}}, caught); diff != "" || err != nil {
			t.Errorf("caught up with %s, %v (-want +got):\n%s", name, err, diff)
		}
		if exists, err := s.Exists(t.Context(), current.Inventory(staging.CaughtUp("reports"))); exists != (name == "all") || err != nil {
			t.Errorf("%s was listed again: %v, %v", name, exists, err)
		}
		for _, kind := range dated { // the next listing begins anew
			stream := staging.CaughtUp(string(kind))
			if err := errors.Join(s.Delete(t.Context(), current.Inventory(stream)), s.Delete(t.Context(), current.InventoryState(stream))); err != nil {
				t.Fatal(err)
			}
		}
	}
	standing, err := Counts(t.Context(), s, current)
	if diff := cmp.Diff(counts, standing); diff != "" || err != nil {
		t.Errorf("as it stands, %v (-first listing +now):\n%s", err, diff)
	}
}

// Where the dates of a kind are hidden, a strict org refuses the condition and not only the field.
func TestSimulator_hidesDates(t *testing.T) {
	t.Parallel()
	client := simulate(t, simulator.Options{Reports: 50, Hidden: []string{"User.LastModifiedDate", "Report.LastModifiedDate"}})
	s := streamtest.Open(t, "mem://")
	for _, kind := range Kinds {
		if _, err := Enumerate(t.Context(), EnumerateInput{Client: client, Store: s, Sync: current, Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	caught, err := CatchUp(t.Context(), CatchUpInput{Client: client, Store: s, Sync: current, Since: sinceStart})
	want := []string{
		"the run-as user may not see LastModifiedDate of Report, so reports that changed while the sync ran are brought by the next one",
		"the run-as user may not see LastModifiedDate of User, so users that changed while the sync ran are brought by the next one",
	}
	if diff := cmp.Diff(want, said(caught.Warnings)); diff != "" || err != nil {
		t.Errorf("warnings, %v (-want +got):\n%s", err, diff)
	}
}
