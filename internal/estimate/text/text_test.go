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

A first sync describes 2,500 reports: 2,515 API calls, about 50 h: 51 s of
describing, the rest waiting for API calls, until Thu 26 Nov 15:00 CET.
  Tue 24 Nov       989 calls  waits 10.8 h  13:10-24:00
  Wed 25 Nov     1,000 calls  waits 24.0 h  00:00-14:00 14:00-24:00
  Thu 26 Nov       526 calls  waits 15.0 h  00:00-15:00
With quota.share: 32 it would end within 48 hours.

A refresh describes 42 reports (40 changed, 2 to try again), and reuses 2,458:
57 API calls, about 2 s, until Tue 24 Nov 13:10 CET.

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
		"no maximum":   {silent, "How long it takes is not known."},
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
