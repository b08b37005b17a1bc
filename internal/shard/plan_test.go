package shard

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/shard/parts"
	"longhaul/internal/staging"
)

// FuzzRun_onAPartOfAnyLine holds that whatever stands in a part, the shard comes out whole and in order: what cannot be read
// is torn, what is of another plan is left out, and only what has a state counts as done.
func FuzzRun_onAPartOfAnyLine(f *testing.F) {
	f.Add(storedLine(1, "kept"), storedLine(2, "kept"))
	f.Add(storedLine(2, "out of order"), storedLine(1, "out of order"))
	f.Add(storedLine(1, "twice"), storedLine(1, "twice"))
	f.Add(storedLine(9, "of another plan"), []byte(`{"Id":"00O000000000000AAA"}`))
	f.Add([]byte(`{"Id":"00O000000000000AAA","state":"nonsense"}`), []byte(`{"state":"described"}`))
	f.Add([]byte(`{"Id":7}`), []byte(`[]`))
	f.Add([]byte(`null`), []byte(""))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		if !json.Valid(one) || !json.Valid(two) {
			return // a checksum stands before these lines
		}
		v, o := newFakeStore(), newOrg(0)
		plan(v, 4)
		v.put(testSync.Part(0, reportID(0), reportID(3), 1), one, two)
		entries, err := parts.ReadEntries(t.Context(), v, testSync.Part(0, reportID(0), reportID(3), 1))
		if err != nil && !errors.Is(err, staging.ErrTorn) || err == nil && len(entries) != 2 {
			t.Fatalf("%q and %q read as %+v, %v", one, two, entries, err)
		}
		in := input(o, 2)
		in.Attempt = 2
		if _, err := run(t.Context(), in, v); err != nil {
			t.Fatalf("%q and %q: %v", one, two, err)
		}
		wantWhole(t, v, 4)
	})
}

func FuzzParsePlanned(f *testing.F) {
	f.Add([]byte(`{"Id":"00O000000000001AAA","last_modified":"2026-01-01T00:00:00.000+0000"}`))
	f.Add([]byte(`{"Id":null}`))
	f.Add([]byte(`{"Id":"\ud800"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if r, err := parsePlanned(line); err == nil && (r.id == "" || r.state != "") {
			t.Fatalf("%q reads as %+v", line, r)
		}
	})
}

// TestReport_keepsWhatThePlanKnows counts denials in a row, and leaves the count as it is where the report is tried again.
func TestReport_keepsWhatThePlanKnows(t *testing.T) {
	t.Parallel()
	r, err := parsePlanned([]byte(`{"Id":"00O000000000001AAA","last_modified":"m","folder":"00l1","denials":2,"audit":true}`))
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[description.State]description.Description{
		description.StateDenied:    {Denials: 3, Folder: "00l1", Audited: true},
		description.StateGone:      {Denials: 3, Folder: "00l1", Audited: true},
		description.StateDeferred:  {Denials: 2, Audited: true},
		description.StateDescribed: {Audited: true},
		description.StateFailed:    {Audited: true},
	} {
		want.ID, want.Modified, want.State = r.id, "m", state
		if got := r.describe(state, "", nil); !cmp.Equal(want, *got) {
			t.Errorf("%s: %+v", state, got)
		}
	}
	for metadata, want := range map[string]string{
		`{"reportType":{"type":"Deal__c"}}`: "Deal__c", `{}`: "", ``: "",
		`{"reportType":{"type":"` + strings.Repeat("x", mostOfType+1) + `"}}`: "",
	} {
		if got := typeOf([]byte(metadata)); got != want {
			t.Errorf("the type of %s is %q", metadata, got)
		}
	}
}
