package overview_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/document"
	"longhaul/internal/history"
	"longhaul/internal/overview"
	"longhaul/internal/source"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func count(n int) *int { return &n }

// full are sources in each state that there is something to say of.
func full() overview.List {
	daily := source.Schedule{Every: 24 * time.Hour}
	return overview.List{AsOf: noon, Total: 6, Unread: []string{"which sources are connected could not be read from the bucket: access denied"}, Sources: []overview.Row{
		{
			Source: "acme", Origin: overview.FromSaved, Org: "acme.my.salesforce.com", Workers: count(2), NextRun: noon.Add(time.Hour),
			Schedule: overview.Schedule{State: overview.Active, Words: "every 24h", Wanted: daily, By: "verb"},
			Last:     &overview.Last{Outcome: "complete", At: noon.Add(-time.Hour)},
			Missed:   &history.Missed{Count: 3, First: noon.AddDate(0, 0, -17), Last: noon.AddDate(0, 0, -14)},
			Counts:   &overview.Counts{Since: noon.AddDate(0, -1, 0), Missed: 3, Skipped: 2},
		},
		{
			Source: "beta", Origin: overview.FromSettings, Org: "beta--uat.sandbox.my.salesforce.com", Workers: count(1), Running: true,
			Schedule: overview.Schedule{State: overview.Paused, Words: "cron 0 5 * * 1-5 in America/Argentina/Buenos_Aires", Note: "quarter end"},
			Last:     &overview.Last{Outcome: "timed_out", At: noon.Add(-time.Hour)},
			Waits: &overview.Wait{
				Phase: "held", Why: "40 % fewer reports than last time.", Do: "`approve`, or discard", Until: noon.Add(time.Hour), For: overview.ForOperator,
			},
		},
		{
			Source: "gamma", Origin: overview.FromBoth, Problem: "it stands in the settings and is connected too", Workers: count(0),
			Schedule: overview.Schedule{State: overview.Active, Words: "every 2h", Wanted: daily, By: "settings", ByHand: true}, Running: true,
			Disagree: []string{"its workers have different settings (1a: 1@a; 2b: 2@b): give them the same, and restart those that have the old ones"},
		},
		{
			Source: "delta", Origin: overview.FromSettings, Schedule: overview.Schedule{State: overview.Unknown},
			Unread: []string{"its schedule", "its last sync"},
		},
		{Source: "epsilon", Origin: overview.FromSettings, Schedule: overview.Schedule{State: overview.Off}, Workers: count(1)},
		{
			Source: "zeta", Origin: overview.FromSettings, Workers: count(1), Running: true,
			Schedule: overview.Schedule{State: overview.Missing, Words: "every 24h", Wanted: daily},
			Waits: &overview.Wait{
				Phase: "describe", Why: "the API calls of the day are used up", Until: noon.Add(time.Hour), Do: "nothing", For: overview.ForNobody,
			},
		},
	}}
}

func TestShow_fitsEightyColumns(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	document.Terminal{Width: 80}.Print(&b, overview.Page{Place: time.UTC}.Show(full()))
	want := `6 sources. Times are in UTC.
Which sources are connected could not be read from the bucket: access denied.

Source   Schedule                  Next run      Last sync               Workers
acme     every 24h                 29 Nov 13:00  complete 29 Nov 11:00         2
   acme.my.salesforce.com, connected.
   3 scheduled runs were missed between 12 Nov and 15 Nov, since the last
      sync.
   Temporal was away at 3 runs since 29 Oct, those among them.
   Since 29 Oct the schedule left out 2 runs, for the one before still ran.
beta     cron 0 5 * * 1-5, paused                timed out 29 Nov 11:00        1
   beta--uat.sandbox.my.salesforce.com, from the settings.
`
	if got := b.String(); !strings.HasPrefix(got, want) {
		t.Errorf("(-want +got):\n%s", cmp.Diff(want, got))
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("a line of %d: %q", len([]rune(line)), line)
		}
	}
	text := strings.Join(strings.Fields(b.String()), " ")
	for _, says := range []string{
		"The sync waits for an operator (held): 40 % fewer reports than last time; until 29 Nov 13:00 at the latest. What to do: `approve`, or discard.",
		"Schedule: cron 0 5 * * 1-5 in America/Argentina/Buenos_Aires. The schedule is paused: quarter end.",
		"It stands in the settings and is connected too. No worker serves it, so no sync of it can run until one does. A sync has begun. The schedule was changed by hand in Temporal, and stays so; the settings want " +
			"every 24h. To have that back, say `longhaul schedule gamma --every 24h`, or delete the schedule longhaul-gamma in Temporal. Its workers have different settings (1a: 1@a; 2b: 2@b)",
		"delta ? ? ? From the settings. Not found out in time: its schedule, its last sync.",
		"epsilon off none yet 1",
		"The sync waits, and continues by itself (describe): the API calls of the day are used up; until 29 Nov 13:00.",
		"Temporal does not have the schedule: a worker that serves the source makes it within a minute.",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("it lacks %q:\n%s", says, b.String())
		}
	}
}

// below are the lines of one source as one text.
func below(row overview.Row) string {
	var b bytes.Buffer
	list := overview.List{AsOf: noon, Total: 1, Sources: []overview.Row{row}}
	document.Terminal{Width: 80}.Print(&b, overview.Page{Place: time.UTC}.Show(list))
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestShow_namesASourceThatIsGone(t *testing.T) {
	t.Parallel()
	row := overview.Row{
		Source: "acme", Origin: overview.Gone, Workers: count(0), Running: true, Problem: "a sync of it is not over",
		Waits: &overview.Wait{
			Phase: "blocked", Why: "its credentials are gone", Do: "`longhaul cancel acme` ends it", Until: noon, For: overview.ForOperator,
		},
	}
	const says = "No worker that runs knows it: it was disconnected or taken out of the settings, its workers are stopped, or its name is misspelt. A sync of it is not over. The sync waits for an operator (blocked): its credentials " +
		"are gone; until 29 Nov 12:00 at the latest. What to do: `longhaul cancel acme` ends it."
	if got := below(row); !strings.Contains(got, says) {
		t.Errorf("it lacks %q:\n%s", says, got)
	}
	row.Problem, row.Workers = "", count(1)
	if got := below(row); !strings.Contains(got, "Disconnected a moment ago, or served by workers that do not name it.") {
		t.Error(got)
	}
}

func TestShow_saysWhenAWaitLooksAgain(t *testing.T) {
	t.Parallel()
	got := below(overview.Row{
		Source: "acme", Workers: count(1), Running: true, Waits: &overview.Wait{Phase: "describe", Why: "used up", Looks: noon, For: overview.ForNobody},
	})
	if !strings.Contains(got, "The sync waits, and continues by itself (describe): used up; looks again at 29 Nov 12:00.") {
		t.Error(got)
	}
}

func TestShow_doesNotSayThatASyncWaitsThatDidNotSaySo(t *testing.T) {
	t.Parallel()
	got := below(overview.Row{Source: "acme", Workers: count(2), Running: true, Waits: &overview.Wait{For: overview.ForUnknown}})
	const says = "The sync did not say in time how it gets on: its worker is busy, or has stopped, and then another one that runs goes on with it by itself."
	if !strings.Contains(got, says) || strings.Contains(got, "The sync waits") {
		t.Error(got)
	}
}

func TestShow_saysWhyTheLastSyncFailed(t *testing.T) {
	t.Parallel()
	for says, last := range map[string]overview.Last{
		"The last sync failed (salesforce, login_refused): the org refuses the login. What to do: `longhaul sync acme`.": {
			Outcome: "failed", Class: "login_refused", System: "salesforce", Why: "the org refuses the login.", Do: "`longhaul sync acme`",
		},
		"The last sync was terminated: maintenance. What to do: `longhaul sync acme`.": {Outcome: "terminated", Why: "maintenance", Do: "`longhaul sync acme`"},
	} {
		if got := below(overview.Row{Source: "acme", Origin: overview.FromSaved, Workers: count(1), Last: &last}); !strings.Contains(got, says) {
			t.Errorf("it lacks %q:\n%s", says, got)
		}
	}
	if got := below(overview.Row{Source: "acme", Last: &overview.Last{Outcome: "complete", At: noon}}); strings.Contains(got, "The last sync") {
		t.Errorf("of a sync that is complete:\n%s", got)
	}
}

func TestShow_saysThatNoSyncCanRunWithoutAWorker(t *testing.T) {
	t.Parallel()
	const none = "No worker serves it, so no sync of it can run until one does"
	row := overview.Row{
		Source: "acme", Origin: overview.FromSettings, Workers: count(0), Running: true,
		Waits: &overview.Wait{Phase: "authenticate", Why: "no worker serves the source", For: overview.ForWorker},
	}
	for origin, says := range map[string]string{
		overview.FromSettings: none + ": start one (longhaul serve or longhaul-worker) that has it in its settings; one that leaves it out says why in its log.",
		overview.FromSaved:    none + ": workers with secrets.keeper and its key serve it within a minute; one that leaves it out says why in its log.",
	} {
		row.Origin = origin
		got := below(row)
		if !strings.Contains(got, says) || !strings.Contains(got, "The sync waits for a worker (authenticate): no worker serves the source.") ||
			strings.Contains(got, "by itself") {
			t.Errorf("it lacks %q:\n%s", says, got)
		}
	}
	row.LastPolled = noon
	if got := below(row); !strings.Contains(got, "No worker has served it since 29 Nov 12:00, so no sync of it can run until one does: ") {
		t.Error(got)
	}
	row.Problem, row.LastPolled = "its key is gone", time.Time{}
	if got := below(row); !strings.Contains(got, "Its key is gone. "+none+". The sync") {
		t.Error(got)
	}
	row.Problem, row.Silent = "", []string{"1@a", "2@b"}
	if got := below(row); !strings.Contains(got, "Not counted, as they did not poll for over a minute, so may have stopped: 1@a, 2@b.") {
		t.Error(got)
	}
	row.Workers = count(1)
	if got := below(row); strings.Contains(got, none) {
		t.Error(got)
	}
}

// TestBound_leavesAWaitWhole which says at its end from when on it is over.
func TestBound_leavesAWaitWhole(t *testing.T) {
	t.Parallel()
	why := strings.Repeat("the source is being synced by another Temporal; ", 12) + "takes the source over at its first look from 29 Nov 17:45 UTC on"
	list := overview.List{Sources: []overview.Row{{Source: "acme", Waits: &overview.Wait{Why: why, Do: why, For: overview.ForOperator}}}}
	list.Bound()
	if wait := list.Sources[0].Waits; wait.Why != why || wait.Do != why {
		t.Errorf("it is cut: %+v", wait)
	}
}

// TestBound_keepsAPageSmall has sources with the longest of everything, and reads page after page.
func TestBound_keepsAPageSmall(t *testing.T) {
	t.Parallel()
	var list overview.List
	long := strings.Repeat("<é", 5000)
	for n := range 300 {
		row := full().Sources[1]
		row.Source, row.Org, row.Problem, row.Schedule.Note, row.Waits.Why, row.Waits.Do = fmt.Sprintf("s%03d", n), long, long, long, long, long
		row.Disagree = []string{long, long, long, long, long, long}
		list.Sources = append(list.Sources, row)
	}
	list.Unread = []string{long, long}
	seen := 0
	for pages := 0; ; pages++ {
		page := list
		page.Bound()
		text, err := json.Marshal(page)
		if err != nil || len(text) > overview.PageBytes+200 {
			t.Fatalf("a page of %d bytes, %v", len(text), err)
		}
		seen += len(page.Sources)
		if page.After == "" {
			break
		}
		if len(page.Sources) == 0 || page.After != page.Sources[len(page.Sources)-1].Source {
			t.Fatalf("a page of %d sources ends after %q", len(page.Sources), page.After)
		}
		list.Sources = list.Sources[len(page.Sources):]
	}
	if seen != 300 {
		t.Errorf("%d sources were shown", seen)
	}
	// A hundred usual sources are one page.
	list = overview.List{}
	for n := range 100 {
		row := full().Sources[0]
		row.Source = fmt.Sprintf("a-name-of-usual-length-%03d", n)
		row.Missed, row.Counts = nil, nil
		list.Sources = append(list.Sources, row)
	}
	if list.Bound(); len(list.Sources) != 100 || list.After != "" {
		t.Errorf("a page holds %d usual sources", len(list.Sources))
	}
}
