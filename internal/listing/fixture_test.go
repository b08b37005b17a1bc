package listing

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"longhaul/internal/description"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
	"longhaul/internal/warning"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Short names for what most tests use.
const (
	changed = orgtest.Changed
	later   = orgtest.Later
)

var (
	current   = orgtest.Current
	earlier   = orgtest.Earlier
	me        = orgtest.Me
	changedAt = orgtest.ChangedAt

	sinceStart = time.Date(2026, 11, 23, 19, 11, 10, 0, time.FixedZone("CET", 3600))
)

// unchanged returns records of a kind that were changed long ago.
func unchanged(kind Kind, numbers ...int) []orgtest.Record {
	return orgtest.Unchanged(string(kind), numbers...)
}

func described(t *testing.T, n int, state description.State) string {
	t.Helper()
	return orgtest.Described(t, n, state, changed, changedAt)
}

// enumerated lists all kinds of an org into a sync.
func enumerated(t *testing.T, s *staging.Store, y staging.Sync, o *orgtest.Org, private bool) {
	t.Helper()
	for _, kind := range Kinds {
		in := EnumerateInput{Client: o, Store: s, Sync: y, Kind: kind, Private: private}
		if _, err := Enumerate(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	o.Forget()
}

// standing returns number and name of every record of a kind as it stands.
func standing(t *testing.T, s *staging.Store, y staging.Sync, kind Kind) (all []string) {
	t.Helper()
	for line, err := range Read(t.Context(), s, y, kind) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, orgtest.Label(line))
	}
	return all
}

// gone returns number and name of every record of a kind that is gone.
func gone(t *testing.T, s *staging.Store, kind Kind) (all []string) {
	t.Helper()
	for line, err := range Gone(t.Context(), s, current, kind) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, orgtest.Label(line))
	}
	return all
}

func caughtUp(t *testing.T, s *staging.Store, o *orgtest.Org) CaughtUp {
	t.Helper()
	got, err := CatchUp(t.Context(), CatchUpInput{Client: o, Store: s, Sync: current, Since: sinceStart})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// lastSync is a sync that had listed these records.
func lastSync(t *testing.T, s *staging.Store, records ...orgtest.Record) LastSync {
	t.Helper()
	enumerated(t, s, earlier, &orgtest.Org{Records: records}, true)
	streamtest.Write(t, s, earlier.Described())
	return LastSync{Sync: earlier, OrgID: me.OrgID, Descriptions: earlier.Described()}
}

func lookUpMissing(t *testing.T, s *staging.Store, o *orgtest.Org, last LastSync, private bool) LookedUp {
	t.Helper()
	got, err := LookUpMissing(t.Context(), LookUpInput{Client: o, Store: s, Sync: current, OrgID: me.OrgID, Last: last, Private: private})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// said are the sentences of warnings.
func said(warnings []warning.Warning) (all []string) {
	for _, one := range warning.Show(warnings) {
		all = append(all, one.Message)
	}
	return all
}
