package words

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/notify"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	morning = time.Date(2026, 11, 24, 6, 30, 0, 0, time.UTC)
	sync    = "2026-11-23T05-00-00Z"
	links   = Links{UI: "https://temporal.example.com", Namespace: "default", Page: "https://longhaul.example.com"}
)

// recorded is the record of a sync that came to its end.
func recorded(states map[description.State]int64) *history.Record {
	return &history.Record{
		Sync: sync, Source: "acme", States: states, Coverage: description.Coverage(states), Uploaded: true, APICalls: 3_214,
		Kinds: map[listing.Kind]int64{listing.Folders: 45, listing.Reports: 3_120, listing.Dashboards: 120},
		Course: history.Course{
			Workflow: "sync-acme", Seconds: 91_800, Waits: map[string]float64{history.WaitQuota: 32_400, history.WaitThrottled: 1_300, history.WaitRetry: 20},
		},
		Changes: change.Counts{
			item.Report:    {Gone: 2, Added: 14, Columns: 9, Renamed: 1, Moved: 3},
			item.Dashboard: {Added: 1},
		},
		Reasons: map[string]int64{"no_access": 4, "server_error": 3, "obsolete": 6},
		GapFolders: []history.FolderGaps{
			{Folder: "00l000000000001AAA", Name: "Sales\nEMEA", Gaps: 5},
			{Folder: "005000000000001AAA", Gaps: 1},
			{Folder: "00l000000000002AAA", Name: strings.Repeat("long ", 30), Gaps: 1},
		},
	}
}

// lost has more names than a message shows.
var lost = Lost{Columns: 312, Of: 41_007, Reports: 28, Named: []Report{
	{"Pipeline by Region", 12}, {"Forecast for ceo@acme.example", 9}, {"Leads", 8}, {"Cases \"open\"", 7}, {"Owners", 7}, {"One too many", 6},
}}

// telling of every event, as the sync, the bucket and the workers know it.
func facts() map[notify.Event]struct {
	fact  notify.Fact
	known Facts
} {
	whole := recorded(map[description.State]int64{description.StateDescribed: 2_993, description.StateReused: 7, description.StateFiltered: 120})
	gaps := recorded(map[description.State]int64{
		description.StateDescribed: 400, description.StateReused: 2_593, description.StateDenied: 4, description.StateFailed: 3,
		description.StateFiltered: 120,
	})
	first := recorded(map[description.State]int64{description.StateDescribed: 3_000, description.StateFiltered: 120})
	first.Changes = nil
	of := func(event notify.Event, more notify.Fact) notify.Fact {
		more.Event, more.Source, more.At = event, "acme", morning
		more.ID = "notify-acme-" + sync + "-" + string(event) + "-1"
		return more
	}
	type told = struct {
		fact  notify.Fact
		known Facts
	}
	end := &history.End{Outcome: "failed", APICalls: 3, Course: history.Course{Workflow: "sync-acme", Seconds: 100}}
	missed := notify.Fact{Since: morning.Add(-2 * time.Hour), Why: "the run of 24 Nov 04:30 UTC has not come"}
	tomorrow := morning.Add(24 * time.Hour)
	ended := func(outcome string) notify.Fact { return notify.Fact{Sync: sync, Outcome: outcome} }
	failed := ended("failed")
	failed.Why = "the org refuses the login of catalog@acme.example (invalid_client): check client_id and client_secret"
	closing := ended("complete")
	closing.Closes = []notify.Event{notify.Blocked, notify.Failed}
	running := func(why, do string) notify.Fact {
		return notify.Fact{Sync: sync, Since: morning.Add(-50 * time.Hour), Why: why, Do: do}
	}
	blocked := running("Salesforce refuses the login: the app is blocked", "fix that; then `longhaul resume acme` (signal `resume`); a connected source gets other credentials by "+
		"`longhaul connect acme`, which resumes it")
	blocked.Until, blocked.Repeat = morning.Add(118*time.Hour), 2
	held := running("reports shrank from 3,000 to 1,200", "`longhaul approve acme` (update `approve`) continues it; `longhaul discard acme` (update "+
		"`discard`) ends it and delivers nothing")
	held.Until = morning.Add(118 * time.Hour)
	waiting := running("all API calls of the source's share are used up",
		"nothing, it continues by itself; to let it use more: `longhaul set-quota acme --share 50` (update `set-quota` with `{\"share\":50}`)")
	waiting.Until = morning.Add(3 * time.Hour)
	return map[notify.Event]told{
		notify.FirstSyncComplete: {of(notify.FirstSyncComplete, ended("complete")), Facts{Record: first}},
		notify.Complete:          {of(notify.Complete, closing), Facts{Record: whole, Lost: Lost{Columns: 1, Of: 5, Reports: 1}, Next: tomorrow}},
		notify.Gaps:              {of(notify.Gaps, ended("gaps")), Facts{Record: gaps}},
		notify.Failed:            {of(notify.Failed, failed), Facts{End: end}},
		notify.Blocked:           {of(notify.Blocked, blocked), Facts{}},
		notify.Held:              {of(notify.Held, held), Facts{}},
		notify.Waiting:           {of(notify.Waiting, waiting), Facts{}},
		notify.Stalled:           {of(notify.Stalled, running("", "")), Facts{}},
		notify.Recovered:         {of(notify.Recovered, notify.Fact{Sync: sync, Closes: []notify.Event{notify.Stalled}}), Facts{}},
		notify.ColumnsLost:       {of(notify.ColumnsLost, ended("complete")), Facts{Record: whole, Lost: lost}},
		notify.ScheduleMissed:    {of(notify.ScheduleMissed, missed), Facts{}},
		notify.WorkerGone:        {of(notify.WorkerGone, notify.Fact{Since: morning.Add(-5 * time.Minute)}), Facts{}},
		notify.Digest: {of(notify.Digest, notify.Fact{}), Facts{Record: gaps, Lost: lost, Week: &Week{
			From: morning.AddDate(0, 0, -7), To: morning, Delivered: 7, Failed: 1, APICalls: 9_321, Drifted: 3, Changes: whole.Changes,
			Waits: map[string]float64{history.WaitQuota: 32_400},
		}}},
		notify.Test: {of(notify.Test, notify.Fact{}), Facts{}},
	}
}

// What lets a blocked sync go on is not always a resume.
func TestOf_aBlockedSyncNamesTheCommandThatHelps(t *testing.T) {
	t.Parallel()
	for do, want := range map[string]string{
		"": "longhaul resume acme",
		"fix that; then `longhaul resume acme` (signal `resume`); or give it other credentials by `longhaul connect acme`": "longhaul resume acme",
		"change what `sources.acme.salesforce.client_secret` refers to; then `longhaul resume acme` (signal `resume`)":     "longhaul resume acme",
		"`longhaul connect acme` gives it credentials again, and resumes it; `longhaul cancel acme` ends it":               "longhaul connect acme",
		"`longhaul cancel acme`, then `longhaul sync acme`, which reuses what the bucket still has":                        "longhaul cancel acme",
	} {
		if got := Of(notify.Fact{Event: notify.Blocked, Source: "acme", Sync: "s1", Do: do}, Facts{}, Links{}).Command; got != want {
			t.Errorf("%q: the command is %q, want %q", do, got, want)
		}
	}
}

// TestOf_wordsEveryEvent holds every message against a golden file, once with links and once with the commands in their place.
func TestOf_wordsEveryEvent(t *testing.T) {
	t.Parallel()
	all := facts()
	for _, row := range notify.Table {
		told, there := all[row.Event]
		if !there {
			t.Errorf("no fact of %s", row.Event)
			continue
		}
		var text strings.Builder
		for _, with := range []Links{links, {}} {
			m := Of(told.fact, told.known, with)
			fmt.Fprintf(&text, "%s\n%s\nopens %v, closes %v\n\n", m.Title, m.Body(), m.Open, m.Closed)
		}
		path := filepath.Join("testdata", string(row.Event)+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.Event, diff)
		}
	}
}

var mail = regexp.MustCompile(`\S@\S`)

// TestOf_isFitToBeSent holds every message to what receivers and readers need: room, one line of ASCII as a title, no mail address.
func TestOf_isFitToBeSent(t *testing.T) {
	t.Parallel()
	for event, told := range facts() {
		for _, known := range []Facts{told.known, {}} {
			m := Of(told.fact, known, links)
			for _, r := range m.Title {
				if r < ' ' || r > '~' {
					t.Errorf("%s: the title has %q", event, r)
				}
			}
			switch body := m.Body(); {
			case len(m.Title) > 100 || !strings.HasPrefix(m.Title, "acme: "):
				t.Errorf("%s: the title is %q", event, m.Title)
			case len(body) > 2000: // of Discord
				t.Errorf("%s: the body has %d bytes", event, len(body))
			case mail.MatchString(m.Title + body + m.Why + m.Do):
				t.Errorf("%s shows a mail address: %s", event, body)
			case strings.Contains(body, "{source}") || strings.Contains(body, " live"):
				t.Errorf("%s: %s", event, body)
			case m.Text == "":
				t.Errorf("%s says nothing", event)
			}
		}
	}
}

// TestOf_clipsWhatIsLong leaves the command and the links whole.
func TestOf_clipsWhatIsLong(t *testing.T) {
	t.Parallel()
	why := strings.Repeat("much is in the way of me@example.com ", 400)
	fact := notify.Fact{Event: notify.Blocked, Source: "acme", Sync: sync, At: morning, Why: why}
	m := Of(fact, Facts{}, links)
	body := m.Body()
	whole := strings.HasSuffix(body, "/workflows/sync-acme") && m.Command == "longhaul resume acme"
	if len(body) > 2000 || strings.Contains(body, "me@") || !whole {
		t.Errorf("%d bytes, %s", len(body), body)
	}
}

// TestOf_titlesWhatIsOver has a title of its own for each event that can be over.
func TestOf_titlesWhatIsOver(t *testing.T) {
	t.Parallel()
	seen := map[string]notify.Event{}
	for _, row := range notify.Table {
		if !row.Opens {
			continue
		}
		m := Of(notify.Fact{Event: notify.Recovered, Source: "acme", Closes: []notify.Event{row.Event}}, Facts{}, Links{})
		if before, twice := seen[m.Title]; twice || m.Title == "acme: "+sayings[notify.Recovered].title || !strings.Contains(m.Text, "is over") {
			t.Errorf("%s: %q, as %s; %q", row.Event, m.Title, before, m.Text)
		}
		seen[m.Title] = row.Event
		if want := []string{Key("acme", row.Event)}; !cmp.Equal(m.Closed, want) || !cmp.Equal(Of(notify.Fact{Event: row.Event, Source: "acme"}, Facts{}, Links{}).Open, want) {
			t.Errorf("%s opens and closes under different keys", row.Event)
		}
	}
}

// TestOf_titlesWhatNobodyWantsAnyMore does not say that a worker serves the source again.
func TestOf_titlesWhatNobodyWantsAnyMore(t *testing.T) {
	t.Parallel()
	fact := notify.Fact{Event: notify.Recovered, Source: "acme", Closes: []notify.Event{notify.WorkerGone}, Why: "it was disconnected"}
	m := Of(fact, Facts{}, Links{})
	want := "Earlier messages said that no worker served the source: that is over.\nIt was disconnected."
	if m.Title != "acme: what stood is over" || m.Text != want {
		t.Errorf("%q, %q", m.Title, m.Text)
	}
}

// TestOf_namesNoCommandThatIsRefused has a sync that cannot be approved.
func TestOf_namesNoCommandThatIsRefused(t *testing.T) {
	t.Parallel()
	do := "`longhaul discard acme` (update `discard`) ends it and delivers nothing"
	m := Of(notify.Fact{Event: notify.Held, Source: "acme", Sync: sync, Why: "the run-as user lacks Run Reports", Do: do}, Facts{}, links)
	if m.Command != "longhaul status acme" || strings.Contains(m.Text, "approve") || strings.Contains(m.Text, "update") {
		t.Errorf("%s: %s", m.Command, m.Text)
	}
}

// TestOf_wordsWhatItDoesNotKnow has an event of a newer version.
func TestOf_wordsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	m := Of(notify.Fact{Event: "all_is_new", Source: "acme", Why: "it is new"}, Facts{}, links)
	if m.Title != "acme: all is new" || m.Text != "It is new." {
		t.Errorf("%q, %q", m.Title, m.Text)
	}
}

// TestOf_aDisconnectedSourceIsToBeConnected, as no other sync of it can succeed.
func TestOf_aDisconnectedSourceIsToBeConnected(t *testing.T) {
	t.Parallel()
	why := `source "acme" was disconnected, so its credentials are gone: connect it again (longhaul connect acme)`
	fact := notify.Fact{ID: "x", Event: notify.Failed, Source: "acme", Outcome: "failed", Why: why}
	if message := Of(fact, Facts{}, Links{}); message.Command != "longhaul connect acme" {
		t.Errorf("it advises %q: %s", message.Command, message.Text)
	}
}
