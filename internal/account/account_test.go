package account

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

func TestMergeDescriptions_holdsEveryReportOnce(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	merged, err := f.merge(2)
	if err != nil {
		t.Fatal(err)
	}
	want := map[description.State]int64{}
	for _, state := range description.States {
		want[state] = 1
	}
	if diff := cmp.Diff(want, merged.States); diff != "" {
		t.Errorf("the states differ (-want +got):\n%s", diff)
	}
	next := 0
	for line, err := range f.Store.Lines(t.Context(), f.Sync.Described()) {
		if err != nil {
			t.Fatal(err)
		}
		if got, err := stream.LineID(line); err != nil || string(got) != id("00O", next) {
			t.Errorf("line %d is %s, %v", next, got, err)
		}
		next++
	}
	if next != 8 || merged.Object.Count != 8 || merged.Object.Key != f.Sync.Described() {
		t.Errorf("%d lines, object %+v", next, merged.Object)
	}
}

func TestMergeDescriptions_refusesWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(*fixture)
		shards  int
		want    string
	}{
		"a report without a state": {func(f *fixture) {
			f.Put(f.Sync.Reused())
		}, 2, "of 8 reports 1 have no state, 0 have two, and 0 more are not in the inventory"},
		"a report with two": {func(f *fixture) {
			f.Put(f.Sync.Reused(), described(t, 1, description.StateReused, ""), described(t, 3, description.StateReused, ""))
		}, 2, "of 8 reports 0 have no state, 1 have two, and 0 more are not in the inventory"},
		"a report beyond the inventory": {func(f *fixture) {
			f.Put(f.Sync.Reused(), described(t, 1, description.StateReused, ""), described(t, 9, description.StateReused, ""))
		}, 2, "of 8 reports 0 have no state, 0 have two, and 1 more are not in the inventory"},
		"a shard that was not described": {func(*fixture) {}, 3, "shard 2 of 3 has not been described"},
		"a shard left out":               {func(*fixture) {}, 1, "of 8 reports 4 have no state"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := wholeSync(t)
			test.prepare(f)
			_, err := f.merge(test.shards)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "the account does not add up") ||
				fault.From(err) != nil {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if exists, err := f.Store.Exists(t.Context(), f.Sync.Described()); exists || err != nil {
				t.Errorf("the stream is there: %v, %v", exists, err)
			}
		})
	}
}

func TestMergeDescriptions_ofNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.inventory(listing.Reports)
	merged, err := f.merge(0)
	if err != nil || merged.Object.Count != 0 || len(merged.States) != 0 {
		t.Errorf("%+v, %v", merged, err)
	}
	if description.Coverage(merged.States) != 1 || Outcome(merged.States) != Complete {
		t.Error("an org without reports is not complete")
	}
}

func TestWrite_saysOfEveryReportWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	f.account(Manifest{})
	lines := strings.Split(f.Text(f.Sync.Account()), "\n")
	if len(lines) != 9 || lines[8] != "" {
		t.Fatalf("%d lines", len(lines))
	}
	for i, want := range map[int]string{
		0: `{"kind":"report","id":"00O000000000000AAA","name":"Report 0","state":"described"}`,
		1: `{"kind":"report","id":"00O000000000001AAA","name":"Report 1","state":"reused"}`,
		5: `{"kind":"report","id":"00O000000000005AAA","name":"Report 5","state":"failed","reason":"server_error","message":"Salesforce answered every try for this report with an error (A \"sentence\" & more), while it answered for other reports."}`,
	} {
		if lines[i] != want {
			t.Errorf("line %d is\n%s, want\n%s", i, lines[i], want)
		}
	}
}

func TestWrite_writesTheManifest(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	if _, err := f.merge(2); err != nil {
		t.Fatal(err)
	}
	m := Manifest{
		Sync: f.Sync.ID, Source: "acme", Identity: description.Identity{OrgID: "00D", APIVersion: "59.0", Format: 1},
		Started: time.Unix(timestamp-60, 0).UTC(), Finished: time.Unix(timestamp, 0).UTC(), Timestamp: timestamp,
		Files: map[string][]staging.Object{"castor": {{Key: "1795451617-users.json", Bytes: 2, SHA256: "ab", Count: 0}}},
	}
	if _, err := Write(t.Context(), f.in, m); err != nil {
		t.Fatal(err)
	}
	want := `{"sync":"20261123T163337Z-ab12cd34","source":"acme","identity":{"org_id":"00D","api_version":"59.0","user_id":"","locale":"","format":1},` +
		`"api_version":"59.0","started":"2026-11-23T16:32:37Z","finished":"2026-11-23T16:33:37Z","timestamp":1795451617,` +
		`"outcome":"gaps","coverage":0.3333333333333333,"kinds":{"components":0,"dashboards":0,"folders":1,"reports":8,"users":0},` +
		`"states":{"denied":1,"described":1,"failed":1,"filtered":1,"gone":1,"obsolete":1,"reused":1,"unsupported":1},` +
		`"accounted":{"components":{},"dashboards":{},"reports":` +
		`{"denied":1,"described":1,"failed":1,"filtered":1,"gone":1,"obsolete":1,"reused":1,"unsupported":1}},` +
		`"vanished":{"dashboards":0,"reports":0},` +
		`"warnings":[],"unseen":{"count":0,"precision":"at_least"},"version":"1.2.3",` +
		`"files":{"castor":[{"name":"1795451617-users.json","bytes":2,"sha256":"ab","count":0}]}}`
	if diff := cmp.Diff(want, strings.TrimSpace(f.Text(f.Sync.Manifest()))); diff != "" {
		t.Errorf("the manifest differs (-want +got):\n%s", diff)
	}
	var back Document
	if err := json.Unmarshal([]byte(want), &back); err != nil || len(back.Files["castor"]) != 1 {
		t.Errorf("read back: %+v, %v", back, err)
	}
}

func TestWrite_refusesTotalsThatDiffer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		manifest Manifest
		prepare  func(*fixture)
		want     string
	}{
		"states counted otherwise": {
			Manifest{States: map[description.State]int64{description.StateDescribed: 2}},
			func(*fixture) {},
			"2 reports were counted as described, the account holds 1",
		},
		"kinds counted otherwise": {
			Manifest{Kinds: map[listing.Kind]int64{listing.Folders: 7}},
			func(*fixture) {},
			"7 folders were counted, the inventory holds 1",
		},
		"what vanished counted otherwise": {
			Manifest{Vanished: map[listing.Kind]int64{listing.Dashboards: 3}},
			func(*fixture) {},
			"3 dashboards were counted as vanished, the account holds 0",
		},
		"a report without columns and reason": {Manifest{}, func(f *fixture) {
			lines := []string{`{"Id":"` + id("00O", 0) + `","state":"denied","last_modified":"","described_at":"2026-11-23T18:16:10Z"}`}
			f.Put(f.Sync.Described(), lines...)
		}, "report 00O000000000000AAA is denied and nothing says why"},
		"a report that lost its state": {Manifest{}, func(f *fixture) {
			f.Put(f.Sync.Described(), described(f.tb, 0, description.StateDescribed, ""))
		}, "report 00O000000000001AAA has no state"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := wholeSync(t)
			if _, err := f.merge(2); err != nil {
				t.Fatal(err)
			}
			test.prepare(f)
			_, err := Write(t.Context(), f.in, test.manifest)
			if err == nil || !strings.Contains(err.Error(), "the account does not add up: "+test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if exists, _ := f.Store.Exists(t.Context(), f.Sync.Manifest()); exists {
				t.Error("the manifest is there")
			}
		})
	}
}
