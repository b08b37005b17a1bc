package text_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/estimate"
	"longhaul/internal/estimate/text"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
)

var noon = time.Date(2026, 11, 24, 12, 10, 0, 0, time.UTC)

func input(others int64) estimate.Input {
	b := quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	b.Return(0, 11, quota.Usage{Used: others + 11, Max: 4000, At: noon, Clock: noon}, noon)
	return estimate.Input{
		Source: "acme", Now: noon, Asked: 11, Budget: b, Probe: 15 * time.Minute, InFlight: 24,
		Latency: 200 * time.Millisecond, Describe: 480 * time.Millisecond, Samples: 2,
		Passes: map[listing.Kind][]int64{
			listing.Folders: {100}, listing.Reports: {2500}, listing.Dashboards: {1}, listing.Components: {4000}, listing.Users: {900},
		},
		Known: estimate.Known{Sync: "s", Finished: noon, Changed: 40, Again: 2},
	}
}

// TestPrint_showsAPlanInAnotherPlace has days that end an hour before those of UTC.
func TestPrint_showsAPlanInAnotherPlace(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	text.Page{Width: 80, Place: time.FixedZone("CET", 3600)}.Print(&b, input(500).Plan())
	want := `acme: what its syncs take, as of Tue 24 Nov 13:10 CET. The plan took 11 API
calls.

The run-as user sees 2,500 reports, 100 folders, 1 dashboard, 4,000 dashboard
components and 900 users.
The org allows 4,000 API calls in 24 hours. In the last 24 hours others used 500
of them, which is assumed to stay so, and this source 11. A sync stops when all
together have used 80 %, and this source uses 25 % at most.
A describe takes 0.48 s, as seen by 2, and 24 run at a time: about 50 reports a
second.

A full sync (--full) describes 2,500 reports: 2,515 API calls, about 50 h: 51 s
of describing, the rest waiting for API calls, until Thu 26 Nov 15:00 CET (14:00
UTC).
  Tue 24 Nov       989 calls  waits 10.8 h  13:10-24:00
  Wed 25 Nov     1,000 calls  waits 23.9 h  00:00-24:00, calls at 14:00
  Thu 26 Nov       526 calls  waits 15.0 h  00:00-15:00
With quota.share: 33 it would end in about 25 h, Wed 25 Nov 14:00 CET (13:00
UTC). Set that in the settings of the source; ` + "`set-quota`" + ` changes it for a sync
that runs.

A refresh describes 42 reports (40 changed, 2 to try again), and reuses 2,458:
57 API calls, about 2 s, until Tue 24 Nov 13:10 CET (12:10 UTC).

Not known:
`
	got, unknown, _ := strings.Cut(b.String(), "Not known:\n")
	if diff := cmp.Diff(want, got+"Not known:\n"); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, line := range strings.Split(unknown, "\n") {
		if len(line) > 80 {
			t.Errorf("a line of %d: %q", len(line), line)
		}
	}
}

// TestPrint_saysWhatIsNotKnown has an org that does not tell its maximum, and one whose others come and go.
func TestPrint_saysWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	silent, crowded := input(0), input(2500)
	silent.Budget.Max, silent.Known = 0, estimate.Known{}
	crowded.Budget.Policy.Share = 100
	for name, row := range map[string]struct {
		in   estimate.Input
		says string
	}{
		"no maximum":   {silent, "When it ends is not known: it is not known how many API calls the org allows"},
		"what helps":   {silent, `Give the run-as user "View Setup and Configuration".`},
		"no sync yet":  {silent, "A refresh describes 0 reports, if none changed since the first sync"},
		"others vary":  {crowded, "if others use less or more than now)"},
		"why not":      {silent, "- when the first sync would end: it is not known how many API calls the org allows"},
		"no describes": {estimate.Input{Now: noon, Passes: map[listing.Kind][]int64{listing.Reports: {5}}}, "is assumed to take 1 s"},
	} {
		var b strings.Builder
		text.Page{Width: 300, Place: time.UTC}.Print(&b, row.in.Plan())
		if !strings.Contains(b.String(), row.says) {
			t.Errorf("%s: it does not say %q:\n%s", name, row.says, b.String())
		}
	}
}

// TestPrint_namesDaysWithoutAMidnight is in Santiago, where the sixth of September begins at one.
func TestPrint_namesDaysWithoutAMidnight(t *testing.T) {
	t.Parallel()
	place, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	in := input(0)
	in.Now = time.Date(2026, 9, 5, 16, 0, 0, 0, time.UTC)
	in.Budget = quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	in.Budget.Return(0, 11, quota.Usage{Used: 11, Max: 4000, At: in.Now, Clock: in.Now}, in.Now)
	var b strings.Builder
	text.Page{Place: place}.Print(&b, in.Plan())
	for _, day := range []string{"Sat  5 Sep", "Sun  6 Sep", "Mon  7 Sep"} {
		if strings.Count(b.String(), "  "+day+" ") != 1 {
			t.Errorf("%s has not one line:\n%s", day, b.String())
		}
	}
}

// TestPrint_saysFirstWhatStopsASync has permissions that are missing.
func TestPrint_saysFirstWhatStopsASync(t *testing.T) {
	t.Parallel()
	in := input(500)
	in.Stops = []estimate.Stop{
		{Code: "permission_missing", What: `The run-as user lacks the permission "Run Reports", without which no column of a report can be read`},
		{Code: "permission_missing", What: "The run-as user may not.", Fails: true},
		{Code: "permission_missing", What: "The run-as user runs none.", Vital: true},
	}
	in.Hidden = &estimate.Hidden{Permissions: []string{`"View Reports in Public Folders"`}, Reports: 6000}
	var b strings.Builder
	text.Page{Width: 300, Place: time.UTC}.Print(&b, in.Plan())
	want := `A sync would be held: the run-as user lacks the permission "Run Reports", without which no column of a report can be read.
A sync would fail: the run-as user may not.
A sync cannot run as it is: it would be held, and no approval helps: the run-as user runs none.
` + "`check acme` says what to change."
	if !strings.HasPrefix(b.String(), want) {
		t.Errorf("it begins:\n%.400s", b.String())
	}
	const more = `the org has about 6,000 reports, private ones among them (the run-as user lacks "View Reports in Public Folders")`
	for _, says := range []string{
		"of what the run-as user sees now, 2,500 reports; " + more + ": ",
		"Not known:\n- how many reports and dashboards a sync has to read once the run-as user sees them all: this counts what it sees now; " + more,
	} {
		if !strings.Contains(b.String(), says) {
			t.Errorf("it does not say %q:\n%s", says, b.String())
		}
	}
}

// TestPrint_saysWhatIsDescribedThoughItDidNotChange has fewer calls than audits are due.
func TestPrint_saysWhatIsDescribedThoughItDidNotChange(t *testing.T) {
	t.Parallel()
	in := input(0)
	in.Known.Audits, in.Known.Renewed, in.Known.Waiting = 1000, 60, 7
	var b strings.Builder
	text.Page{Width: 300, Place: time.UTC}.Print(&b, in.Plan())
	for _, says := range []string{
		"A refresh describes 522 reports (40 changed, 2 to try again, 60 of report types that have drifted, 420 audits), and reuses 1,971; " +
			"7 denied or gone ones are tried again on a later day",
		"Audits due at the next refresh: 1,000 (reports that did not change for long, see refresh.audit), of which the quota leaves 580 to later ones.",
	} {
		if !strings.Contains(b.String(), says) {
			t.Errorf("it does not say %q:\n%s", says, b.String())
		}
	}
}

// TestPrint_saysThatNobodyWasAsked has a share that is used up, and counts of a sync.
func TestPrint_saysThatNobodyWasAsked(t *testing.T) {
	t.Parallel()
	in := input(0)
	in.Budget.Return(0, 989, quota.Usage{Used: 1000, Max: 4000, At: noon, Clock: noon}, noon)
	in.Known.Without, in.Asked = 15, 0
	in.Unasked = &estimate.Unasked{Why: "this source has used its share", Sync: "s", At: noon}
	var b strings.Builder
	text.Page{Width: 300, Place: time.UTC}.Print(&b, in.Plan())
	for _, says := range []string{
		"The plan took 0 API calls.",
		"Salesforce was not asked, because this source has used its share. The counts are those of the last sync, which ended Tue 24 Nov 12:10 UTC.",
		"The run-as user saw 2,500 reports", "A full sync (--full) describes 2,500 reports: 2,515 API calls, about",
		"A refresh describes 42 reports (40 changed, 2 to try again), and reuses 2,443; 15 more have no columns by what they are",
		"until Wed 25 Nov 13:00 UTC", "- what others use, because Salesforce was not asked",
	} {
		if !strings.Contains(b.String(), says) {
			t.Errorf("it does not say %q:\n%s", says, b.String())
		}
	}
}
