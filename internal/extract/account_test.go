package extract

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

func TestDescribed_holdsEveryReportOnce(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	settled, err := Described(t.Context(), f.in, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := map[inventory.State]int64{}
	for _, state := range inventory.States {
		want[state] = 1
	}
	if diff := cmp.Diff(want, settled.States); diff != "" {
		t.Errorf("the states differ (-want +got):\n%s", diff)
	}
	next := 0
	for line, err := range f.store.Lines(t.Context(), f.in.Sync.Described()) {
		if err != nil {
			t.Fatal(err)
		}
		if got, err := inventory.LineID(line); err != nil || string(got) != id("00O", next) {
			t.Errorf("line %d is %s, %v", next, got, err)
		}
		next++
	}
	if next != 8 || settled.Object.Count != 8 || settled.Object.Key != f.in.Sync.Described() {
		t.Errorf("%d lines, object %+v", next, settled.Object)
	}
}

func TestDescribed_refusesWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(*fixture)
		shards  int
		want    string
	}{
		"a report without a state": {func(f *fixture) {
			f.put(f.in.Sync.Reused())
		}, 2, "of 8 reports 1 have no state, 0 have two, and 0 more are not in the inventory"},
		"a report with two": {func(f *fixture) {
			f.put(f.in.Sync.Reused(), described(t, 1, inventory.StateReused, ""), described(t, 3, inventory.StateReused, ""))
		}, 2, "of 8 reports 0 have no state, 1 have two, and 0 more are not in the inventory"},
		"a report beyond the inventory": {func(f *fixture) {
			f.put(f.in.Sync.Reused(), described(t, 1, inventory.StateReused, ""), described(t, 9, inventory.StateReused, ""))
		}, 2, "of 8 reports 0 have no state, 0 have two, and 1 more are not in the inventory"},
		"a shard that was not described": {func(*fixture) {}, 3, "shard 2 of 3 has not been described"},
		"a shard left out":               {func(*fixture) {}, 1, "of 8 reports 4 have no state"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := wholeSync(t)
			test.prepare(f)
			_, err := Described(t.Context(), f.in, test.shards)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "the account does not add up") ||
				fault.From(err) != nil {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if exists, err := f.store.Exists(t.Context(), f.in.Sync.Described()); exists || err != nil {
				t.Errorf("the stream is there: %v, %v", exists, err)
			}
		})
	}
}

func TestDescribed_ofNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.inventory(inventory.Reports)
	settled, err := Described(t.Context(), f.in, 0)
	if err != nil || settled.Object.Count != 0 || len(settled.States) != 0 {
		t.Errorf("%+v, %v", settled, err)
	}
	if inventory.Coverage(settled.States) != 1 || Outcome(settled.States) != Complete {
		t.Error("an org without reports is not complete")
	}
}

func TestAccount_saysOfEveryReportWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	f := assembled(t, timestamp)
	lines := strings.Split(f.text(f.in.Sync.Account()), "\n")
	if len(lines) != 9 || lines[8] != "" {
		t.Fatalf("%d lines", len(lines))
	}
	for i, want := range map[int]string{
		0: `{"kind":"report","id":"00O000000000000AAA","name":"Report 0","state":"described"}`,
		1: `{"kind":"report","id":"00O000000000001AAA","name":"Report 1","state":"reused"}`,
		5: `{"kind":"report","id":"00O000000000005AAA","name":"Report 5","state":"failed","reason":"because","message":"A \"sentence\" & more."}`,
	} {
		if lines[i] != want {
			t.Errorf("line %d is\n%s, want\n%s", i, lines[i], want)
		}
	}
}

func TestAccount_writesTheManifest(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	if _, err := Described(t.Context(), f.in, 2); err != nil {
		t.Fatal(err)
	}
	m := Manifest{
		Sync: f.in.Sync.ID, Source: "acme", Identity: inventory.Identity{OrgID: "00D", APIVersion: "59.0", Format: 1},
		Started: time.Unix(timestamp-60, 0).UTC(), Finished: time.Unix(timestamp, 0).UTC(), Timestamp: timestamp,
		Files: []staging.Object{{Key: "1795451617-users.json", Bytes: 2, SHA256: "ab", Count: 0}},
	}
	if _, err := Account(t.Context(), f.in, m); err != nil {
		t.Fatal(err)
	}
	want := `{"sync":"20261123T163337Z-ab12cd34","source":"acme","identity":{"org_id":"00D","api_version":"59.0","user_id":"","locale":"","format":1},` +
		`"api_version":"59.0","started":"2026-11-23T16:32:37Z","finished":"2026-11-23T16:33:37Z","timestamp":1795451617,` +
		`"outcome":"gaps","coverage":0.3333333333333333,"kinds":{"components":0,"dashboards":0,"folders":1,"reports":8,"users":0},` +
		`"states":{"denied":1,"described":1,"failed":1,"filtered":1,"gone":1,"obsolete":1,"reused":1,"unsupported":1},` +
		`"items":{"components":{},"dashboards":{},"reports":` +
		`{"denied":1,"described":1,"failed":1,"filtered":1,"gone":1,"obsolete":1,"reused":1,"unsupported":1}},` +
		`"vanished":{"dashboards":0,"reports":0},` +
		`"warnings":[],"unseen":{"count":0,"kind":"at_least"},"longhaul":"1.2.3",` +
		`"files":[{"name":"1795451617-users.json","bytes":2,"sha256":"ab","count":0}]}`
	if diff := cmp.Diff(want, strings.TrimSpace(f.text(f.in.Sync.Manifest()))); diff != "" {
		t.Errorf("the manifest differs (-want +got):\n%s", diff)
	}
	var back document
	if err := json.Unmarshal([]byte(want), &back); err != nil || len(back.Files) != 1 {
		t.Errorf("read back: %+v, %v", back, err)
	}
}

func TestAccount_refusesTotalsThatDiffer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		manifest Manifest
		prepare  func(*fixture)
		want     string
	}{
		"states counted otherwise": {
			Manifest{States: map[inventory.State]int64{inventory.StateDescribed: 2}},
			func(*fixture) {},
			"2 reports were counted as described, the account holds 1",
		},
		"kinds counted otherwise": {
			Manifest{Kinds: map[inventory.Kind]int64{inventory.Folders: 7}},
			func(*fixture) {},
			"7 folders were counted, the inventory holds 1",
		},
		"what vanished counted otherwise": {
			Manifest{Vanished: map[inventory.Kind]int64{inventory.Dashboards: 3}},
			func(*fixture) {},
			"3 dashboards were counted as vanished, the account holds 0",
		},
		"a report without columns and reason": {Manifest{}, func(f *fixture) {
			lines := []string{`{"Id":"` + id("00O", 0) + `","state":"denied","modified":"","described_at":"2026-11-23T18:16:10Z"}`}
			f.put(f.in.Sync.Described(), lines...)
		}, "report 00O000000000000AAA is denied and nothing says why"},
		"a report that lost its state": {Manifest{}, func(f *fixture) {
			f.put(f.in.Sync.Described(), described(f.tb, 0, inventory.StateDescribed, ""))
		}, "report 00O000000000001AAA has no state"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := wholeSync(t)
			if _, err := Described(t.Context(), f.in, 2); err != nil {
				t.Fatal(err)
			}
			test.prepare(f)
			_, err := Account(t.Context(), f.in, test.manifest)
			if err == nil || !strings.Contains(err.Error(), "the account does not add up: "+test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if exists, _ := f.store.Exists(t.Context(), f.in.Sync.Manifest()); exists {
				t.Error("the manifest is there")
			}
		})
	}
}
