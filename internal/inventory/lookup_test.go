package inventory

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

func TestMissing_asksForNoMoreAtOnceThanAnAddressTakes(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	const n = 1050
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	record := lastSync(t, s, unchanged(Reports, numbers...)...)
	o := &org{}
	enumerated(t, s, current, o, false)
	o.things = unchanged(Reports, 1000, 3) // found by their Ids, in two queries
	got := missing(t, s, o, record, false)
	if got.Found[Reports] != 2 || got.Gone[Reports] != n-2 || len(o.asked) != 6 {
		t.Errorf("%+v in %d queries", got, len(o.asked))
	}
	for _, q := range o.asked {
		address := url.QueryEscape(strings.Join(slices.Concat(q.Fields, q.Optional), ", ") + q.Where)
		begins := strings.HasPrefix(q.Where, "IsDeleted = FALSE AND Id IN (")
		if ids := strings.Count(q.Where, "'00O"); ids > 200 || len(address) > 15_000 || !begins {
			t.Errorf("asked for %d Ids in %d bytes: %.60s", ids, len(address), q.Where)
		}
	}
}

func TestMissing_asksForNoFieldThatWasRefused(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	record := lastSync(t, s, unchanged(Reports, 1)...)
	o := &org{}
	enumerated(t, s, current, o, false)
	var state checkpoint
	if err := s.ReadJSON(t.Context(), current.InventoryState("reports"), &state); err != nil {
		t.Fatal(err)
	}
	state.Result.Dropped = []string{"NamespacePrefix"}
	if err := s.WriteJSON(t.Context(), current.InventoryState("reports"), state); err != nil {
		t.Fatal(err)
	}
	missing(t, s, o, record, false)
	if len(o.asked) != 1 || slices.Contains(o.asked[0].Optional, "NamespacePrefix") || !slices.Contains(o.asked[0].Optional, "FolderName") {
		t.Errorf("asked %+v", o.asked)
	}
}

// An attempt whose lease is far smaller than the look-up asks for what is left, and spends no call twice.
func TestMissing_endsWithFewCallsAtATime(t *testing.T) {
	t.Parallel()
	const batches = 20
	numbers := make([]int, batches*lookUpAtOnce)
	for i := range numbers {
		numbers[i] = i
	}
	for calls, private := range map[int]bool{3: false, 1: true} {
		s := openStore(t, "mem://")
		record := lastSync(t, s, unchanged(Reports, numbers...)...)
		o := &org{}
		enumerated(t, s, current, o, private)
		o.things = unchanged(Reports, 7, 1003, 3999)
		o.things[1].private = true
		l := &lease{}
		o.refuse = l.refuse
		var got Missed
		attempts := l.attempts(t, calls, 2*batches+1, func() (err error) {
			got, err = Missing(t.Context(), MissingInput{Client: o, Store: s, Sync: current, Identity: me, Last: record, Private: private})
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
		if got.Found[Reports] != found || got.Gone[Reports] != batches*lookUpAtOnce-found {
			t.Errorf("%+v, want %d found", got, found)
		}
	}
}

// A process that is killed says nothing: only what was written down in time is known to the next one.
func TestMissing_repeatsFewCallsAfterAKill(t *testing.T) {
	t.Parallel()
	const batches = 2*lookUpsKept + 3
	numbers := make([]int, batches*lookUpAtOnce)
	for i := range numbers {
		numbers[i] = i
	}
	s := openStore(t, "mem://")
	record := lastSync(t, s, unchanged(Reports, numbers...)...)
	o := &org{}
	enumerated(t, s, current, o, false)
	var kept []byte
	state := current.InventoryState(staging.Found("reports"))
	o.refuse = func(salesforce.Query) error {
		if len(o.asked) < batches {
			return nil
		}
		var err error
		if kept, err = s.Read(t.Context(), state); err != nil {
			t.Fatal(err)
		}
		return errors.New("the line was cut")
	}
	in := MissingInput{Client: o, Store: s, Sync: current, Identity: me, Last: record}
	if _, err := Missing(t.Context(), in); err == nil {
		t.Fatal("the attempt ended well")
	}
	if err := s.Write(t.Context(), state, kept); err != nil { // as a kill would have left it
		t.Fatal(err)
	}
	o.refuse, o.asked = nil, nil
	if missing(t, s, o, record, false); len(o.asked) != 3 {
		t.Errorf("%d calls after a kill, want 3 of %d", len(o.asked), batches)
	}
}
