package inventory

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// firstRound is a sync whose plan reused report 0 and described 1 to 5 in two shards; 4 was put off.
func firstRound(t *testing.T, s *staging.Store) *org {
	t.Helper()
	o := &org{things: unchanged(Reports, 0, 1, 2, 3, 4, 5)}
	enumerated(t, s, current, o, false)
	write(t, s, current.Reused(), described(t, 0, StateReused, changed, changedAt))
	write(t, s, current.Shard(0), described(t, 1, StateDescribed, changed, changedAt), described(t, 2, StateDenied, changed, changedAt))
	write(t, s, current.Shard(1), described(t, 3, StateObsolete, changed, changedAt), described(t, 4, StateDeferred, changed, changedAt),
		described(t, 5, StateGone, changed, changedAt))
	return o
}

func replan(t *testing.T, s *staging.Store, shards int) Replanned {
	t.Helper()
	got, err := Replan(t.Context(), ReplanInput{Store: s, Sync: current, Shards: shards, MaxShards: 8})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// planned gives the lines of shards.
func planned(t *testing.T, s *staging.Store, first, count int) (lines []string) {
	t.Helper()
	for n := range count {
		lines = append(lines, read(t, s, current.PlanShard(first+n))...)
	}
	return lines
}

func todo(n int, modified string) string {
	return fmt.Sprintf(`{"Id":%q,"modified":%q}`, reportID(n), modified)
}

func TestReplan_describesAgainWhatIsNotSettled(t *testing.T) {
	t.Parallel()
	change := func(n int) thing { return thing{kind: Reports, n: n, modified: later, name: "now"} }
	tests := map[string]struct {
		things []thing // new or changed since
		want   Replanned
		lines  []string
	}{
		"what was put off": {nil, Replanned{ToDescribe: 1, Shards: 1, Deferred: 1}, []string{todo(4, changed)}},
		"what changed, whatever its state": {
			[]thing{change(0), change(1), change(2), change(3), change(5)},
			Replanned{ToDescribe: 6, Shards: 6, Changed: 5, Deferred: 1},
			[]string{todo(0, later), todo(1, later), todo(2, later), todo(3, later), todo(4, changed), todo(5, later)},
		},
		"what was put off and changed": {[]thing{change(4)}, Replanned{ToDescribe: 1, Shards: 1, Deferred: 1}, []string{todo(4, later)}},
		"what is new": {
			[]thing{change(6), change(7)},
			Replanned{ToDescribe: 3, Shards: 3, Added: 2, Deferred: 1},
			[]string{todo(4, changed), todo(6, later), todo(7, later)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, "mem://")
			o := firstRound(t, s)
			for _, i := range test.things {
				o.set(i)
			}
			catchUp(t, s, o)
			got := replan(t, s, 2)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.lines, planned(t, s, 2, got.Shards)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			write(t, s, current.Reused()) // all would be new by it
			if diff := cmp.Diff(got, replan(t, s, 2)); diff != "" {
				t.Errorf("(-first +second):\n%s", diff)
			}
		})
	}
}

func TestReplan_describesWhatWasFoundAfterThePlan(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	record := lastSync(t, s, unchanged(Reports, 1, 8)...)
	o := firstRound(t, s)
	o.set(thing{kind: Reports, n: 8, modified: changed, unlisted: true})
	missing(t, s, o, record, false)
	if got := replan(t, s, 2); got.Added != 1 || planned(t, s, 2, got.Shards)[1] != todo(8, changed) {
		t.Errorf("%+v", got)
	}
}

func TestReplan_ofASettledSyncPlansNothing(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	reports(t, s, 2)
	write(t, s, current.Shard(0), described(t, 0, StateDescribed, changed, changedAt), described(t, 1, StateFailed, changed, changedAt))
	if diff := cmp.Diff(Replanned{}, replan(t, s, 1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"again-choice.json", "again.json"}, keys(t, s, current.PlanPrefix())); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

func TestReplan_needsAllShardsOfTheFirstRound(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	firstRound(t, s)
	_, err := Replan(t.Context(), ReplanInput{Store: s, Sync: current, Shards: 3, MaxShards: 8})
	if err == nil || !strings.Contains(err.Error(), "shard 2 of 3 has not been described") || fault.From(err) != nil {
		t.Errorf("got %v", err)
	}
}

// An attempt that was given up goes on while the shards of the plan that stands are described: it changes none of them.
func TestReplan_isNotChangedByAnAttemptThatWasGivenUp(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	o := firstRound(t, s)
	zombie := &replanning{
		ReplanInput: ReplanInput{Store: s, Sync: current, Shards: 2, MaxShards: 8, ShardSize: 1, Progress: func(int64) {}},
		draft:       secondDraft(s, current, 2, "ZOMBIE"),
	}
	if err := zombie.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.set(thing{kind: Reports, n: 9, modified: later, name: "new"})
	catchUp(t, s, o)
	want := replan(t, s, 2)
	lines := planned(t, s, 2, want.Shards)
	got, err := zombie.draft.publish(t.Context(), zombie.Replanned)
	if diff := cmp.Diff(want, got); diff != "" || err != nil || zombie.ToDescribe != 1 {
		t.Errorf("the late attempt answers, %v (-plan +late):\n%s", err, diff)
	}
	zombie.draft.remove(t.Context())
	if diff := cmp.Diff(lines, planned(t, s, 2, want.Shards)); diff != "" || len(lines) != 2 {
		t.Errorf("the plan was changed (-before +after):\n%s", diff)
	}
	for _, key := range keys(t, s, current.PlanPrefix()) {
		if strings.HasPrefix(key, "drafts/") {
			t.Errorf("left behind: %s", key)
		}
	}
}

func TestReplan_isPutInPlaceByTheNextAttempt(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	firstRound(t, s)
	first := &replanning{
		ReplanInput: ReplanInput{Store: s, Sync: current, Shards: 2, MaxShards: 8, ShardSize: 1, Progress: func(int64) {}},
		draft:       secondDraft(s, current, 2, "FIRST"),
	}
	if err := first.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	chosen := choice[Replanned]{Draft: "FIRST", Planned: first.Replanned}
	if _, err := s.WriteNewJSON(t.Context(), current.PlanAgainChoice(), chosen); err != nil {
		t.Fatal(err)
	}
	write(t, s, current.Reused()) // by it the plan would be another
	if diff := cmp.Diff(first.Replanned, replan(t, s, 2)); diff != "" {
		t.Errorf("(-chosen +planned):\n%s", diff)
	}
	if diff := cmp.Diff([]string{todo(4, changed)}, planned(t, s, 2, 1)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

// FuzzTodo holds the lines of a plan to encoding/json, whatever date Salesforce gave.
func FuzzTodo(f *testing.F) {
	f.Add(changed)
	f.Add("a \"date\" \\ of\n\xff <another> kind\u2028")
	f.Fuzz(func(t *testing.T, modified string) {
		line := appendTodo(nil, []byte(reportID(7)), modified)
		var back struct{ ID, Modified string }
		if err := json.Unmarshal(line, &back); err != nil || strings.Contains(string(line), "\n") {
			t.Fatalf("%q is written as %q: %v", modified, line, err)
		}
		id, err := LineID(line)
		want := strings.ToValidUTF8(modified, "\uFFFD")
		if err != nil || string(id) != back.ID || back.ID != reportID(7) || back.Modified != want {
			t.Errorf("%q is written as %q and read as %+v, %v", modified, line, back, err)
		}
	})
}
