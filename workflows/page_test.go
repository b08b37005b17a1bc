package workflows

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/workflows/tell"
)

var atTwo = time.Date(2026, 11, 29, 14, 2, 10, 0, time.UTC)

// shown is a sync of a large org as its display knows it.
func shown() *display {
	return &display{state: &State{
		Sync: activities.Sync{Source: "acme", ID: "20261129T000000Z-ab12cd34"}, Phase: PhaseDescribe, Started: atTwo.Add(-3 * time.Hour), Updated: atTwo,
		inventoryState: inventoryState{Kinds: activities.Kinds{Folders: 60, Reports: 4200, Dashboards: 1, Components: 2, Users: 3}},
		planState:      planState{Plan: activities.PlanResult{ToDescribe: 3000, Shards: 12, States: activities.States{Reused: 1200}}},
	}}
}

func TestPage_saysWhatIsNewAndWhatToDo(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)
	concerns := []activities.Concern{{Code: "a", What: "The run-as user sees 77 reports, 23 fewer than the 100 of the last sync"}}
	for name, row := range map[string]struct {
		change      func(*display)
		says, never []string
	}{
		"it describes": {
			func(d *display) {
				castor := ExportState{ExportPlan: activities.ExportPlan{Name: "castor", Files: []string{"a"}, Delivers: true}}
				d.state.exportsState = exportsState{Exports: []ExportState{castor}}
			},
			[]string{
				"### acme: describing reports (describe)\n", "\n*As of 29 Nov 2026 14:02:10 UTC.*\n", "- 0 of 3,000 reports looked at\n",
				"- 1,200 reports known and unchanged, so reused\n", "- In the org: 60 folders, 4,200 reports, 1 dashboard, 2 components, 3 users\n",
				"- 0 API calls by this sync\n",
			},
			[]string{"|", "yet", "shards", "files"}, // of which none is done
		},
		"it waits while it lists": {
			func(d *display) {
				d.state.Phase, d.state.Kinds, d.state.planState = PhaseEnumerate, activities.Kinds{Folders: 240}, planState{}
				d.instead = standstill{phase: PhaseBlocked, why: "the login is refused"}
			},
			[]string{"- In the org: 240 folders\n"},
			[]string{"0 reports"},
		},
		"some shards are done": {func(d *display) { d.state.Shards = 2 }, []string{"- 2 of 12 shards done\n"}, nil},
		"it describes some again": {
			func(d *display) { d.state.Plan.Audits = 700 },
			[]string{"- 0 of 3,000 reports looked at\n- Of those, 700 audits of reports that did not change\n"},
			nil,
		},
		"it waits, and knows until when": {
			func(d *display) {
				d.instead = standstill{why: "this source has used its share; the first come back at 30 Nov 15:00 UTC", until: until, do: moreQuota("acme", quota.Policy{Share: 50})}
			},
			[]string{
				"### acme: waiting (describe)\n", "**Waiting until 30 Nov 15:00 UTC:** this source has used its share.\n",
				"**What to do:** nothing, it continues by itself; to let it use more: `longhaul set-quota acme --share 50` (update `set-quota` with `{\"share\":50}`).\n",
			},
			nil,
		},
		"the org said something a while ago": {
			func(d *display) {
				d.state.Quota.Policy = quota.Policy{Ceiling: 80, Share: 25}
				d.state.Quota.Return(0, 104, quota.Usage{Used: 760, Max: 5_000_000, At: atTwo, Clock: atTwo}, atTwo)
				d.state.hear(quota.Usage{Used: 760, Max: 5_000_000, At: atTwo})
				d.state.Quota.Return(0, 1136, quota.Usage{}, atTwo) // which nobody answered
			},
			[]string{"- The org has used at least 760 of its 5,000,000 API calls of the last 24 hours, as it said at 29 Nov 14:02 UTC; this sync stops"},
			nil,
		},
		"the sync has made more than the org said": {
			func(d *display) {
				d.state.Quota.Policy, d.state.Calls = quota.Policy{Ceiling: 80, Share: 25}, 588
				d.state.Quota.Return(0, 33, quota.Usage{Used: 33, Max: 5000, At: atTwo, Clock: atTwo}, atTwo)
				d.state.hear(quota.Usage{Used: 33, Max: 5000, At: atTwo})
			},
			[]string{
				"- 588 API calls by this sync\n", "- The org has used at least 588 of its 5,000 API calls of the last 24 hours, of which this sync has made 588; " +
					"at 29 Nov 14:02 UTC it said 33; this sync stops at 80 % of them",
			},
			nil,
		},
		"the settings are not known before the login": {
			func(d *display) {
				d.state.Quota.Return(0, 0, quota.Usage{Used: 1000, Max: 1000, At: atTwo, Clock: atTwo}, atTwo)
				d.state.hear(quota.Usage{Used: 1000, Max: 1000, At: atTwo})
			},
			[]string{"- The org has used at least 1,000 of its 1,000 API calls of the last 24 hours, as it said at 29 Nov 14:02 UTC\n"},
			[]string{"%"},
		},
		"an outage": {
			func(*display) {},
			[]string{"**Waiting:** acme.example is in trouble (503).\n", "**What to do:** nothing to change here; a sync goes on by itself when that answers.\n"},
			nil,
		},
		"nothing moves, and nobody says why": {
			func(d *display) { d.state.Tell = stalledSince(t, "") },
			[]string{"**Stalled:** nothing has moved since 29 Nov 14:02 UTC, and the sync names nothing", "**What to do:** look whether its workers run and answer"},
			nil,
		},
		"nothing moves as an activity waits": {
			func(d *display) { d.state.Tell = stalledSince(t, "the disk is full; make room on it") },
			[]string{
				"**Stalled:** nothing has moved since 29 Nov 14:02 UTC: the disk is full; make room on it.\n",
				"**What to do:** fix that; the sync goes on by itself.\n",
			},
			[]string{"nothing that it waits for", "workers"},
		},
		"it waits for the calls of others": {
			func(d *display) { d.instead = standstill{why: "the org has used 9 API calls", looks: until} },
			[]string{"**Waiting, looks again at 30 Nov 15:00 UTC:** the org has used 9 API calls.\n"},
			nil,
		},
		"it holds": {
			func(d *display) {
				d.instead = standstill{phase: PhaseHeld, why: "One. Two.", until: until, concerns: concerns, do: toAnswer("acme", false)}
			},
			[]string{"### acme: held\n", "**Held until 30 Nov 15:00 UTC at the latest:** One. Two.\n", "`longhaul approve acme` (update `approve`) continues it; `longhaul discard acme` (update `discard`) ends it"},
			[]string{"..", "; Two"},
		},
		"it holds for two reasons": {
			func(d *display) {
				two := append(concerns, activities.Concern{What: "Two", Do: "discard"})
				d.instead = standstill{phase: PhaseHeld, why: "One. Two: discard.", concerns: two, do: toAnswer("acme", true)}
			},
			[]string{"**Held:**\n\n- The run-as user sees 77", "of the last sync\n- Two: discard\n\n**What to do:** `longhaul discard acme` (update `discard`) ends it"},
			[]string{"One. Two", "approve"},
		},
		"it has failed": {
			func(d *display) {
				d.outcome, d.ended, d.failure = OutcomeFailed, atTwo, &activities.Failure{Class: fault.LoginRefused, Message: "the user is frozen"}
			},
			[]string{"### acme: failed\n", "*Ended at 29 Nov 2026 14:02 UTC, after 3.0 h.*", "**Why:** the user is frozen.\n", "start the sync again"},
			[]string{"As of"},
		},
		"it has gaps": {
			func(d *display) {
				s := d.state
				d.outcome, d.ended, s.Reports, s.Unseen = OutcomeGaps, atTwo, 3000, &listing.Unseen{Kind: listing.UnseenExact}
				s.States = activities.States{Described: 2994, Reused: 1200, Denied: 4, Failed: 2}
				s.Again = activities.ReplanResult{ToDescribe: 52, Changed: 30, Added: 20, Deferred: 2}
				s.Reasons, s.Vanished = map[string]int64{"no_columns": 2, "no_access": 4}, activities.Kinds{Reports: 5}
				s.Exports = []ExportState{{
					ExportPlan: activities.ExportPlan{Name: "castor", Files: []string{"a"}, Delivers: true}, Written: []activities.File{{}}, Uploads: 1, To: "the catalog",
				}}
			},
			[]string{
				"- 6 gaps: 4 denied (what each reports on is closed); 2 failed (described without columns)\n",
				"- Gone since the last sync: 5 reports, 0 dashboards\n",
				"- In a second round: 30 changed meanwhile, 20 added, 2 deferred\n", "- Delivered: 1 file to the catalog\n", "account.jsonl` in the bucket\n",
			},
			[]string{"shards done", "yet", "written", "delivered\n"},
		},
	} {
		d := shown()
		row.change(d)
		p := d.progress()
		if name == "an outage" {
			p.Trouble = "acme.example is in trouble (503): nothing to change here; a sync goes on by itself when that answers"
		}
		page := d.page(p)
		for _, words := range row.says {
			if !strings.Contains(page, words) {
				t.Errorf("%s: %q is not on the page:\n%s", name, words, page)
			}
		}
		for _, words := range row.never {
			if strings.Contains(page, words) {
				t.Errorf("%s: %q is on the page:\n%s", name, words, page)
			}
		}
	}
}

// stalledSince is the state of a sync that has been stalled since atTwo, and crossed to another run.
func stalledSince(t *testing.T, why string) (state tell.State) {
	t.Helper()
	crossed, err := json.Marshal(map[string]any{"r": "stalled", "s": atTwo.UnixMilli(), "w": why})
	if err == nil {
		err = json.Unmarshal(crossed, &state)
	}
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestShownAt_isTheMomentOfThePage(t *testing.T) {
	t.Parallel()
	d := shown()
	d.state.Updated = atTwo.Add(4 * 24 * time.Hour) // a day of one digit
	if got := ShownAt(d.page(d.progress())); !got.Equal(d.state.Updated) {
		t.Errorf("got %s", got)
	}
	d.state.Updated = atTwo
	if got := ShownAt(d.page(d.progress())); !got.Equal(atTwo) || !ShownAt("### acme: failed").IsZero() || !ShownAt(asOf+"noon").IsZero() {
		t.Errorf("got %s", got)
	}
}

// What a screen cuts, it cuts between words.
func TestClip_cutsBetweenWords(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("give the user the permission \"View Reports in Public Folders\"; ", 9)
	got := clip(whole)
	kept, dots := strings.CutSuffix(got, "...")
	if !dots || !strings.HasPrefix(whole, kept) || whole[len(kept)] != ' ' && whole[len(kept)] != ';' || clip("short") != "short" {
		t.Errorf("got %q", got)
	}
}

func TestVerdict_namesWhoDecided(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]*guardPhase{
		"approved by an operator (quarter end)":   {own: &guardState{Held: Held{Verdict: "approved", Reason: "quarter end"}}, state: &State{}},
		"discarded by an operator":                {own: &guardState{Held: Held{Verdict: "discarded"}}, state: &State{}},
		"approved by --accept-shrink":             {own: &guardState{Held: Held{Verdict: "approved"}}, state: &State{requestState: requestState{Attended: true}}},
		"discarded by extract, which asks nobody": {own: &guardState{Held: Held{Verdict: "discarded"}}, state: &State{requestState: requestState{Attended: true}}},
	} {
		if got := p.verdict(nil).Sentence(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestPage_saysOnceThatItIsPaused reads the page of a sync that an operator has paused.
func TestPage_saysOnceThatItIsPaused(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"":                " since 29 Nov 14:02 UTC.\n",
		"org maintenance": " since 29 Nov 14:02 UTC (org maintenance).\n",
	} {
		d := shown()
		d.state.pauseState = pauseState{Paused: true, PausedSince: atTwo, PausedFor: reason}
		d.instead = (&waiter{own: &d.state.pauseState, display: d}).standstill()
		page := d.page(d.progress())
		if strings.Count(strings.ToLower(page), "pause") != 1 || !strings.HasPrefix(page, "### acme: paused\n") ||
			!strings.Contains(page, "**By an operator**"+want) ||
			!strings.Contains(page, "**To resume:** `longhaul resume acme` (signal `resume`).\n") {
			t.Errorf("the page is\n%s", page)
		}
	}
}
