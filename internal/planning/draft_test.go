package planning

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// planKeys is all that lies below the plan, with the lines of the streams.
func planKeys(t *testing.T, s *staging.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, key := range streamtest.Keys(t, s, current.PlanPrefix()) {
		if strings.HasSuffix(key, ".json") {
			content, err := s.Read(t.Context(), current.PlanPrefix()+key)
			if err != nil {
				t.Fatal(err)
			}
			all[key] = string(content)
			continue
		}
		all[key] = strings.Join(streamtest.Read(t, s, current.PlanPrefix()+key), "\n")
	}
	return all
}

// An abandoned attempt goes on. It began when nothing was known, so its plan is another. However far it is when the next
// attempt has planned, it changes nothing and returns the plan that stands.
func TestPlan_isNotChangedByAnAbandonedAttempt(t *testing.T) {
	t.Parallel()
	for name, advance := range map[string]func(t *testing.T, p *planner){
		"before its first write": func(*testing.T, *planner) {},
		"before its choice": func(t *testing.T, p *planner) {
			if err := p.run(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, url := range []string{"mem://", "file://" + t.TempDir()} {
				s := streamtest.Open(t, url)
				reports(t, s, 600)
				late := &planner{Input: Input{
					Store: s, Sync: current, Full: true, MaxShards: 8, ShardSize: 50, Progress: func(int64) {},
				}}
				late.draft, late.States = firstDraft(s, current, "LATE"), map[description.State]int64{}
				advance(t, late)

				recorded(t, s, earlier, me, described(t, 7, description.StateDescribed, changed, changedAt.Add(time.Hour)))
				want := plan(t, s, false)
				if want.Reused != 1 {
					t.Fatalf("planned %+v", want)
				}
				before := planKeys(t, s)

				if name == "before its first write" {
					if err := late.run(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				got, err := late.draft.publish(t.Context(), late.Planned)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" || late.Reused != 0 {
					t.Errorf("the late attempt answers (-plan +late):\n%s", diff)
				}
				late.draft.remove(t.Context())
				after := planKeys(t, s)
				for key := range before {
					if strings.Contains(key, "drafts/LATE") {
						delete(before, key)
					}
				}
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("the plan was changed (-before +after):\n%s", diff)
				}
			}
		})
	}
}

// A process may die at any write of the plan that is chosen: the next attempt puts it in place as it is.
func TestPlan_isPutInPlaceByTheNextAttempt(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 600)
	first := &planner{Input: Input{Store: s, Sync: current, Full: true, MaxShards: 8, ShardSize: 50, Progress: func(int64) {}}}
	first.draft, first.States = firstDraft(s, current, "FIRST"), map[description.State]int64{}
	if err := first.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.WriteNewJSON(t.Context(), current.PlanChoice(), choice[Planned]{Draft: "FIRST", Planned: first.Planned}); err != nil {
		t.Fatal(err)
	}
	first.draft.remove(t.Context()) // of no effect as long as the draft is needed
	streamtest.Write(t, s, current.PlanShard(3), `{"Id":"of an older attempt"}`)

	recorded(t, s, earlier, me, described(t, 7, description.StateDescribed, changed, changedAt.Add(time.Hour)))
	if diff := cmp.Diff(first.Planned, plan(t, s, false)); diff != "" {
		t.Errorf("(-chosen +planned):\n%s", diff)
	}
	n := 0
	for shard := range first.Shards {
		for _, line := range streamtest.Read(t, s, current.PlanShard(shard)) {
			if line != fmt.Sprintf(`{"Id":%q,"last_modified":%q}`, streamtest.ReportID(n), changed) {
				t.Fatalf("shard %d has %s", shard, line)
			}
			n++
		}
	}
	if n != 600 || len(streamtest.Read(t, s, current.Reused())) != 0 {
		t.Errorf("%d reports are planned", n)
	}
}

func TestPlan_leavesNoDraftBehind(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 600)
	planned := plan(t, s, false)
	want := []string{}
	for n := range planned.Shards {
		want = append(want, strings.TrimPrefix(current.PlanShard(n), current.PlanPrefix()))
	}
	want = append(want, "choice.json", "plan.json", "reused.jsonl.zst")
	if diff := cmp.Diff(want, streamtest.Keys(t, s, current.PlanPrefix())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPlan_saysThatItIsLost(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(s *staging.Store) error{
		"the draft": func(s *staging.Store) error {
			return s.WriteJSON(t.Context(), current.PlanChoice(), choice[Planned]{Draft: "LOST"})
		},
		"the choice": func(s *staging.Store) error { return s.Write(t.Context(), current.PlanChoice(), []byte("{")) },
	} {
		s := streamtest.Open(t, "mem://")
		reports(t, s, 1)
		if err := lose(s); err != nil {
			t.Fatal(err)
		}
		_, err := Plan(t.Context(), Input{Store: s, Sync: current, Identity: me})
		if !fault.Is(err, fault.Invalid) || errors.Is(err, staging.ErrTorn) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
