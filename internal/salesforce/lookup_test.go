package salesforce_test

import (
	"encoding/json"
	"testing"

	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
)

// TestLookUp_tellsWhatIsDeletedFromWhatIsNotFound asks about records of an org in one call each.
func TestLookUp_tellsWhatIsDeletedFromWhatIsNotFound(t *testing.T) {
	t.Parallel()
	client, org := simulate(t, server.Options{Reports: 30})
	ids := func(object, name string) (ids []string) {
		for page, err := range client.Pages(t.Context(), salesforce.Query{Object: object, Fields: []string{name}}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, record := range page.Records {
				ids = append(ids, idOfRecord(t, record))
			}
		}
		return ids
	}
	for _, of := range []salesforce.Subject{
		{Object: "Report", Name: "Name", Bin: true},
		{Object: "Dashboard", Name: "Title", Bin: true},
		{Object: "Folder", Name: "Name"},
		{Object: "DashboardComponent", Name: "Name"},
	} {
		all := ids(of.Object, of.Name)
		meter := new(salesforce.Meter)
		ctx := salesforce.WithMeter(t.Context(), meter)
		seen, err := client.LookUp(ctx, of, all[0])
		if err != nil || !seen.Found || seen.Deleted || seen.Name == "" && of.Object != "DashboardComponent" || meter.Calls() != 1 {
			t.Errorf("%s: %+v, %v, %d calls", of.Object, seen, err, meter.Calls())
		}
		other, err := salesforce.ID18(all[0][:12] + "zzz")
		if err != nil {
			t.Fatal(err)
		}
		if seen, err = client.LookUp(ctx, of, other); err != nil || seen != (salesforce.Seen{}) {
			t.Errorf("%s that is not there: %+v, %v", of.Object, seen, err)
		}
		if !of.Bin {
			continue
		}
		gone, err := org.Churn(server.Churn{Object: of.Object, Delete: server.Picks{Number: 1}})
		if err != nil {
			t.Fatal(err)
		}
		if seen, err = client.LookUp(ctx, of, gone.Deleted[0]); err != nil || !seen.Found || !seen.Deleted || seen.Name == "" {
			t.Errorf("%s in the recycle bin: %+v, %v", of.Object, seen, err)
		}
	}
}

func idOfRecord(t *testing.T, record json.RawMessage) string {
	t.Helper()
	var of struct {
		ID string `json:"Id"`
	}
	if err := json.Unmarshal(record, &of); err != nil {
		t.Fatal(err)
	}
	return of.ID
}
