package listing

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/orgtest"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestLookUpMissing_asksForNoMoreAtOnceThanAnAddressTakes(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	const n = 1050
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	last := lastSync(t, s, unchanged(Reports, numbers...)...)
	o := &orgtest.Org{}
	enumerated(t, s, current, o, false)
	o.Records = unchanged(Reports, 1000, 3) // found by their Ids, in two queries
	got := lookUpMissing(t, s, o, last, false)
	if got.Found[Reports] != 2 || got.Gone[Reports] != n-2 || len(o.Asked) != 6 {
		t.Errorf("%+v in %d queries", got, len(o.Asked))
	}
	for _, q := range o.Asked {
		address := url.QueryEscape(strings.Join(slices.Concat(q.Fields, q.Optional), ", ") + q.Where)
		begins := strings.HasPrefix(q.Where, "IsDeleted = FALSE AND Id IN (")
		if ids := strings.Count(q.Where, "'00O"); ids > 200 || len(address) > 15_000 || !begins {
			t.Errorf("asked for %d Ids in %d bytes: %.60s", ids, len(address), q.Where)
		}
	}
}

func TestLookUpMissing_asksForNoFieldThatWasRefused(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	last := lastSync(t, s, unchanged(Reports, 1)...)
	o := &orgtest.Org{}
	enumerated(t, s, current, o, false)
	var state checkpoint
	if err := s.ReadJSON(t.Context(), current.InventoryState("reports"), &state); err != nil {
		t.Fatal(err)
	}
	state.Result.Dropped = []string{"NamespacePrefix"}
	if err := s.WriteJSON(t.Context(), current.InventoryState("reports"), state); err != nil {
		t.Fatal(err)
	}
	_, err := LookUpMissing(t.Context(), LookUpInput{
		Client: o, Store: s, Sync: current, OrgID: me.OrgID, Last: last, Fields: Fields{Reports: {"NamespacePrefix", "FolderName"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Asked) != 1 || slices.Contains(o.Asked[0].Optional, "NamespacePrefix") || !slices.Contains(o.Asked[0].Optional, "FolderName") {
		t.Errorf("asked %+v", o.Asked)
	}
}

// An attempt whose lease is far smaller than the look-up asks for what is left, and spends no call twice.
func TestLookUpMissing_endsWithFewCallsAtATime(t *testing.T) {
	t.Parallel()
	const batches = 20
	numbers := make([]int, batches*idsAtOnce)
	for i := range numbers {
		numbers[i] = i
	}
	for calls, private := range map[int]bool{3: false, 1: true} {
		s := streamtest.Open(t, "mem://")
		last := lastSync(t, s, unchanged(Reports, numbers...)...)
		o := &orgtest.Org{}
		enumerated(t, s, current, o, private)
		o.Records = unchanged(Reports, 7, 1003, 3999)
		o.Records[1].Private = true
		l := &lease{}
		o.Refuse = l.refuse
		var got LookedUp
		attempts := l.attempts(t, calls, 2*batches+1, func() (err error) {
			got, err = LookUpMissing(t.Context(), LookUpInput{Client: o, Store: s, Sync: current, OrgID: me.OrgID, Last: last, Private: private})
			return err
		})
		want := map[string]int{"Report": batches}
		found := int64(2)
		if private {
			want["Report allPrivate"] = batches // one less two, in 200 at a time
			found = 3
		}
		if diff := cmp.Diff(want, l.spent); diff != "" {
			t.Errorf("calls in %d attempts (-want +got):\n%s", attempts, diff)
		}
		if got.Found[Reports] != found || got.Gone[Reports] != batches*idsAtOnce-found {
			t.Errorf("%+v, want %d found", got, found)
		}
	}
}

// A process that is killed says nothing: only what was written down in time is known to the next one.
func TestLookUpMissing_repeatsFewCallsAfterAKill(t *testing.T) {
	t.Parallel()
	const batches = 2*queriesKept + 3
	numbers := make([]int, batches*idsAtOnce)
	for i := range numbers {
		numbers[i] = i
	}
	s := streamtest.Open(t, "mem://")
	last := lastSync(t, s, unchanged(Reports, numbers...)...)
	o := &orgtest.Org{}
	enumerated(t, s, current, o, false)
	var kept []byte
	state := current.InventoryState(staging.Found("reports"))
	o.Refuse = func(salesforce.Query) error {
		if len(o.Asked) < batches {
			return nil
		}
		var err error
		if kept, err = s.Read(t.Context(), state); err != nil {
			t.Fatal(err)
		}
		return errors.New("the line was cut")
	}
	in := LookUpInput{Client: o, Store: s, Sync: current, OrgID: me.OrgID, Last: last}
	if _, err := LookUpMissing(t.Context(), in); err == nil {
		t.Fatal("the attempt ended well")
	}
	if err := s.Write(t.Context(), state, kept); err != nil { // as a kill would have left it
		t.Fatal(err)
	}
	o.Refuse, o.Asked = nil, nil
	if lookUpMissing(t, s, o, last, false); len(o.Asked) != 3 {
		t.Errorf("%d calls after a kill, want 3 of %d", len(o.Asked), batches)
	}
}
