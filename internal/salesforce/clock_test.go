package salesforce

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/salesforce/origin"
)

// Nothing was known before, and two answers disagree.
func TestClock_isNoLaterThanThisMachinesWhereNothingWasHeard(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, row := range []struct {
		shift []time.Duration
		want  time.Duration
		asked int
	}{
		{[]time.Duration{0}, 0, 1},
		{[]time.Duration{day, 0}, 0, 2},
		{[]time.Duration{day, day}, day, 2},
		{[]time.Duration{-day, day}, 0, 2},
		{[]time.Duration{day, -day}, -day, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			client := inside(t, answertest.RoundTrip(func(*http.Request) (*http.Response, error) {
				asked++
				date := time.Now().Add(row.shift[asked-1]).UTC().Format(http.TimeFormat)
				return answertest.Reply(200, versionList, "Content-Type: application/json", "Date: "+date), nil
			}))
			now, err := client.Clock(t.Context())
			if err != nil || offBy(now) != row.want || asked != row.asked {
				t.Errorf("%v: off by %v after %d answers, want %v after %d: %v", row.shift, offBy(now), asked, row.want, row.asked, err)
			}
		})
	}
}

// No answer has a date, but for one in the middle.
func TestClock_thatNobodyTellsIsTheExpectedOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ahead, dated := 30*time.Minute, false
		client := inside(t, answertest.RoundTrip(func(*http.Request) (*http.Response, error) {
			resp := answertest.Reply(200, versionList, "Content-Type: application/json")
			if dated {
				resp.Header.Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
			}
			return resp, nil
		}))
		for n, want := range []time.Duration{0, ahead, ahead} {
			dated = n == 1
			if now, err := client.Clock(t.Context()); err != nil || offBy(now) != want {
				t.Errorf("time %d is off by %v, want %v: %v", n+1, offBy(now), want, err)
			}
			pass(t, time.Hour)
		}
	})
}

// Two answers that agree give the time, else the expected one stands.
func TestClock_thatHasJumpedIsAskedForTwice(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, row := range []struct {
		name  string
		shift []time.Duration
		want  time.Duration
		asked int
	}{
		{"no jump", []time.Duration{0}, 0, 1},
		{"a jump", []time.Duration{day, day}, day, 2},
		{"one wrong answer", []time.Duration{day, 0}, 0, 2},
		{"two wrong answers", []time.Duration{day, -day}, 0, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			org := &clockOrg{}
			client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == origin.TokenPath {
					return org.RoundTrip(r)
				}
				asked++
				date := time.Now().Add(row.shift[asked-1]).UTC().Format(http.TimeFormat)
				return answertest.Reply(200, versionList, "Content-Type: application/json", "Date: "+date), nil
			}))
			if _, err := client.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
			now, err := client.Clock(t.Context())
			if err != nil || offBy(now) != row.want || asked != row.asked {
				t.Errorf("%s: off by %v after %d answers, want %v after %d: %v", row.name, offBy(now), asked, row.want, row.asked, err)
			}
		})
	}
}

// versionList is the list of API versions.
const versionList = `[{"label":"Summer '26","url":"/services/data/v67.0","version":"67.0"}]`

func TestClock_needsNoLoginAndNoCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			asked++
			if r.URL.String() != "https://acme.my.salesforce.com/services/data/" || r.Header.Get("Authorization") != "" {
				t.Errorf("asked for %s with %q", r.URL, r.Header.Get("Authorization"))
			}
			switch asked {
			case 1:
				return answertest.Reply(503, webPage, "Content-Type: text/html", "Date: "+fakeDate), nil
			case 2:
				return answertest.Reply(200, "[]", "Content-Type: application/json"), nil
			default:
				return answertest.Reply(200, `[{"version":"67.0"}]`, "Content-Type: application/json", "Date: "+fakeDate), nil
			}
		}))
		m, a := new(Meter), NewCallBudget(0, 0)
		now, err := client.Clock(WithMeter(WithCallBudget(t.Context(), a), m))
		if want := time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC); err != nil || !now.Equal(want) || asked != 4 {
			t.Errorf("got %v, %v after %d requests, want %v after a page, an answer without a date, and two that agree", now, err, asked, want)
		}
		if m.Calls() != 0 || m.Logins() != 0 || !m.Date().Equal(now) {
			t.Errorf("the meter has %d calls, %d logins, date %v", m.Calls(), m.Logins(), m.Date())
		}
	})
}

func TestClock_asksTheInstanceOfTheSession(t *testing.T) {
	t.Parallel()
	const instance = "acme2.my.salesforce.com"
	org, asked := &fakeOrg{instance: "https://" + instance}, ""
	client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == origin.TokenPath {
			return inProcess(org).RoundTrip(r)
		}
		asked = r.URL.Host
		return answertest.Reply(200, versionList, "Content-Type: application/json", "Date: "+fakeDate), nil
	}))
	if _, err := client.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Clock(t.Context()); err != nil || asked != instance {
		t.Errorf("%v after a question to %q, want %s", err, asked, instance)
	}
}
