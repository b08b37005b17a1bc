package planning

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/streamtest"
)

// planned gives the lines of shards.
func planned(t *testing.T, s *staging.Store, first, count int) (lines []string) {
	t.Helper()
	for n := range count {
		lines = append(lines, streamtest.Read(t, s, current.PlanShard(first+n))...)
	}
	return lines
}

func todo(n int, modified string) string {
	return fmt.Sprintf(`{"Id":%q,"last_modified":%q}`, streamtest.ReportID(n), modified)
}

func TestReplan_describesAgainWhatIsNotSettled(t *testing.T) {
	t.Parallel()
	change := func(n int) orgtest.Record {
		return orgtest.Record{Kind: "reports", N: n, Modified: later, Name: "now"}
	}
	tests := map[string]struct {
		records []orgtest.Record // new or changed since
		want    Replanned
		lines   []string
	}{
		"what was deferred": {nil, Replanned{ToDescribe: 1, Shards: 1, Deferred: 1}, []string{todo(4, changed)}},
		"what changed, whatever its state": {
			[]orgtest.Record{change(0), change(1), change(2), change(3), change(5)},
			Replanned{ToDescribe: 6, Shards: 6, Changed: 5, Deferred: 1},
			[]string{todo(0, later), todo(1, later), todo(2, later), todo(3, later), todo(4, changed), todo(5, later)},
		},
		"what was deferred and changed": {[]orgtest.Record{change(4)}, Replanned{ToDescribe: 1, Shards: 1, Deferred: 1}, []string{todo(4, later)}},
		"what is new": {
			[]orgtest.Record{change(6), change(7)},
			Replanned{ToDescribe: 3, Shards: 3, Added: 2, Deferred: 1},
			[]string{todo(4, changed), todo(6, later), todo(7, later)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			o := firstRound(t, s)
			for _, i := range test.records {
				o.Set(i)
			}
			caughtUp(t, s, o)
			got := replan(t, s, 2)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.lines, planned(t, s, 2, got.Shards)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			streamtest.Write(t, s, current.Reused()) // all would be new by it
			if diff := cmp.Diff(got, replan(t, s, 2)); diff != "" {
				t.Errorf("(-first +second):\n%s", diff)
			}
		})
	}
}

func TestReplan_describesWhatWasFoundAfterThePlan(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	enumerated(t, s, earlier, &orgtest.Org{Records: orgtest.Unchanged("reports", 1, 8)})
	record := recorded(t, s, earlier, me)
	o := firstRound(t, s)
	o.Set(orgtest.Record{Kind: "reports", N: 8, Modified: changed, Unlisted: true})
	in := listing.LookUpInput{Client: o, Store: s, Sync: current, OrgID: me.OrgID, Last: record.LastSync()}
	if _, err := listing.LookUpMissing(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if got := replan(t, s, 2); got.Added != 1 || planned(t, s, 2, got.Shards)[1] != todo(8, changed) {
		t.Errorf("%+v", got)
	}
}

func TestReplan_ofASettledSyncPlansNothing(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 2)
	streamtest.Write(t, s, current.Shard(0), described(t, 0, description.StateDescribed, changed, changedAt),
		described(t, 1, description.StateFailed, changed, changedAt))
	if diff := cmp.Diff(Replanned{}, replan(t, s, 1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"second-choice.json", "second.json"}, streamtest.Keys(t, s, current.PlanPrefix())); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

func TestReplan_needsAllShardsOfTheFirstRound(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	firstRound(t, s)
	_, err := Replan(t.Context(), ReplanInput{Store: s, Sync: current, Shards: 3, MaxShards: 8})
	if err == nil || !strings.Contains(err.Error(), "shard 2 of 3 has not been described") || fault.From(err) != nil {
		t.Errorf("got %v", err)
	}
}

// An abandoned attempt goes on while the shards of the plan that stands are described: it changes none of them.
func TestReplan_isNotChangedByAnAbandonedAttempt(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	o := firstRound(t, s)
	late := &replanner{
		ReplanInput: ReplanInput{Store: s, Sync: current, Shards: 2, MaxShards: 8, ShardSize: 1, Progress: func(int64) {}},
		draft:       secondDraft(s, current, 2, "LATE"),
	}
	if err := late.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Set(orgtest.Record{Kind: "reports", N: 9, Modified: later, Name: "new"})
	caughtUp(t, s, o)
	want := replan(t, s, 2)
	lines := planned(t, s, 2, want.Shards)
	got, err := late.draft.publish(t.Context(), late.Replanned)
	if diff := cmp.Diff(want, got); diff != "" || err != nil || late.ToDescribe != 1 {
		t.Errorf("the late attempt answers, %v (-plan +late):\n%s", err, diff)
	}
	late.draft.remove(t.Context())
	if diff := cmp.Diff(lines, planned(t, s, 2, want.Shards)); diff != "" || len(lines) != 2 {
		t.Errorf("the plan was changed (-before +after):\n%s", diff)
	}
	for _, key := range streamtest.Keys(t, s, current.PlanPrefix()) {
		if strings.HasPrefix(key, "drafts/") {
			t.Errorf("left behind: %s", key)
		}
	}
}

func TestReplan_isPutInPlaceByTheNextAttempt(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	firstRound(t, s)
	first := &replanner{
		ReplanInput: ReplanInput{Store: s, Sync: current, Shards: 2, MaxShards: 8, ShardSize: 1, Progress: func(int64) {}},
		draft:       secondDraft(s, current, 2, "FIRST"),
	}
	if err := first.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	chosen := choice[Replanned]{Draft: "FIRST", Planned: first.Replanned}
	if _, err := s.WriteNewJSON(t.Context(), current.PlanSecondChoice(), chosen); err != nil {
		t.Fatal(err)
	}
	streamtest.Write(t, s, current.Reused()) // by it the plan would be another
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
		line, err := task{id: []byte(streamtest.ReportID(7)), modified: modified, folder: modified, denials: 1, audit: true}.append(nil)
		if err != nil {
			t.Fatal(err)
		}
		var back struct {
			ID       string
			Modified string `json:"last_modified"`
			Folder   string
			Denials  int
			Audit    bool
		}
		if err := json.Unmarshal(line, &back); err != nil || strings.Contains(string(line), "\n") {
			t.Fatalf("%q is written as %q: %v", modified, line, err)
		}
		id, err := stream.LineID(line)
		want := strings.ToValidUTF8(modified, "\uFFFD")
		if err != nil || string(id) != back.ID || back.ID != streamtest.ReportID(7) || back.Modified != want ||
			back.Folder != want || back.Denials != 1 || !back.Audit {
			t.Errorf("%q is written as %q and read as %+v, %v", modified, line, back, err)
		}
	})
}
