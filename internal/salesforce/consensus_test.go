package salesforce

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/usage"
)

// clockOrg is an org whose answers carry a Date that something on the way may change.
type clockOrg struct {
	fakeOrg
	shift []time.Duration // of the next answers, in turn; the rest have none
	usage string          // replaces the usage in the answers
}

func (o *clockOrg) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := inProcess(&o.fakeOrg).RoundTrip(r)
	if err != nil {
		return nil, err
	}
	date := time.Now()
	if len(o.shift) > 0 && r.URL.Path != origin.TokenPath {
		date, o.shift = date.Add(o.shift[0]), o.shift[1:]
	}
	resp.Header.Set("Date", date.UTC().Format(http.TimeFormat))
	if o.usage != "" && resp.Header.Get(usage.Header) != "" {
		resp.Header.Set(usage.Header, o.usage)
	}
	return resp, nil
}

const aDescription = `{"reportMetadata":{},"reportExtendedMetadata":{}}`

func newClockOrg(answer func(w http.ResponseWriter, n int)) *clockOrg {
	n := 0
	o := &clockOrg{}
	o.handle = func(w http.ResponseWriter, _ *http.Request) {
		n++
		answer(w, n)
	}
	return o
}

func describing(w http.ResponseWriter, _ int) { writeJSON(w, aDescription) }

// offBy is how far a time is from this machine's clock, which is also that of the orgs of these tests.
func offBy(at time.Time) time.Duration { return time.Until(at).Round(time.Minute) }

// The clock of a proxy runs a day ahead.
func TestMeter_aPageOfAProxyTellsNoTime(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(http.ResponseWriter){
		"a page of 503":      func(w http.ResponseWriter) { w.WriteHeader(503); fmt.Fprint(w, webPage) },
		"JSON of a gateway":  func(w http.ResponseWriter) { w.WriteHeader(502); writeJSON(w, `{"error":"bad gateway","message":"x"}`) },
		"an empty 406":       func(w http.ResponseWriter) { w.WriteHeader(406) },
		"a page of 200":      func(w http.ResponseWriter) { fmt.Fprint(w, webPage) },
		"a cut description":  func(w http.ResponseWriter) { writeJSON(w, aDescription[:20]) },
		"another's describe": func(w http.ResponseWriter) { writeJSON(w, `{"reportMetadata":{"id":"00O5g0000000009AAA"}}`) },
	} {
		synctest.Test(t, func(t *testing.T) {
			org := newClockOrg(func(w http.ResponseWriter, n int) {
				if n == 1 {
					answer(w)
					return
				}
				describing(w, n)
			})
			org.shift = []time.Duration{25 * time.Hour}
			m, a := new(Meter), NewCallBudget(10, 100)
			ctx := WithCallBudget(WithMeter(t.Context(), m), a)
			d, err := inside(t, org).DescribeReport(ctx, reportID(1))
			if err != nil || offBy(d.At) != 0 || offBy(m.Date()) != 0 || offBy(m.LimitAt()) != 0 {
				t.Errorf("%s: described %v, the meter says %v, usage of %v: %v", name, offBy(d.At), offBy(m.Date()), offBy(m.LimitAt()), err)
			}
		})
	}
}

func TestMeter_aRefusalOfSalesforceTellsItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newClockOrg(func(w http.ResponseWriter, _ int) {
			writeError(w, 404, "NOT_FOUND", "The data you're trying to access is unavailable.")
		})
		m := new(Meter)
		time.Sleep(time.Hour) //nolint:forbidigo // within the bubble of a synctest, to be away from the login
		_, err := inside(t, org).DescribeReport(WithMeter(t.Context(), m), reportID(1))
		if e := mustError(t, err); offBy(e.Date) != 0 || offBy(m.Date()) != 0 {
			t.Errorf("the error is of %v, the meter of %v", offBy(e.Date), offBy(m.Date()))
		}
		if usage, told := m.Limit(); !told || usage.Used != 1 {
			t.Errorf("the usage is %v, %t", usage, told)
		}
	})
}

// The client describes report after report while the Date of some answers is wrong.
func TestMeter_aJumpOfTheClockCountsOnceTheNextAnswerAgrees(t *testing.T) {
	t.Parallel()
	const day, hour, minute = 24 * time.Hour, time.Hour, time.Minute
	for _, row := range []struct {
		name        string
		shift, want []time.Duration // of each answer, and of the meter after it
	}{
		{"none", []time.Duration{0, minute, 59 * minute, 0}, []time.Duration{0, minute, 59 * minute, 59 * minute}},
		{"one answer ahead", []time.Duration{0, day, 0, 0}, []time.Duration{0, 0, 0, 0}},
		{"one answer behind", []time.Duration{0, -day, 0, 0}, []time.Duration{0, 0, 0, 0}},
		{"one now and then", []time.Duration{0, day, 0, day, 0, day}, []time.Duration{0, 0, 0, 0, 0, 0}},
		{"two that do not agree", []time.Duration{0, day, 9 * day, 0}, []time.Duration{0, 0, 0, 0}},
		{"a clock that was put ahead", []time.Duration{0, day, day, day + minute}, []time.Duration{0, 0, day, day + minute}},
		{"a clock that was put back", []time.Duration{0, -3 * hour, -3 * hour, -3 * hour}, []time.Duration{0, 0, -3 * hour, -3 * hour}},
		{"a clock that was ahead for a while", []time.Duration{0, day, day, 0, 0}, []time.Duration{0, 0, day, day, 0}},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := newClockOrg(describing)
			client, m := inside(t, org), new(Meter)
			if _, err := client.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
			org.shift = row.shift
			for n, want := range row.want {
				d, err := client.DescribeReport(WithMeter(t.Context(), m), reportID(1))
				if err != nil || offBy(m.Date()) != want {
					t.Errorf("%s: after answer %d the meter is off by %v, want %v (%v)", row.name, n+1, offBy(m.Date()), want, err)
				}
				if off := offBy(d.At); off > max(want, 0) || off != row.shift[n] && off > 0 {
					t.Errorf("%s: answer %d is dated %v off, which is later than is known", row.name, n+1, off)
				}
			}
		})
	}
}

// The first answers have a wrong Date, as that of a proxy, or the machine's own clock is wrong, which looks the same until the end.
func TestMeter_theFirstTimeCountsWhenThisMachinesClockOrTheNextAnswerAgrees(t *testing.T) {
	t.Parallel()
	const day, minute, unknown = 25 * time.Hour, time.Minute, 1000 * time.Hour
	for _, row := range []struct {
		name        string
		shift, want []time.Duration // of each answer, and of the meter after it
	}{
		{"right from the first", []time.Duration{0, minute}, []time.Duration{0, minute}},
		{"one answer ahead", []time.Duration{day, 0, 0}, []time.Duration{unknown, 0, 0}},
		{"one answer behind", []time.Duration{-day, 0, 0}, []time.Duration{unknown, 0, 0}},
		{"two that do not agree", []time.Duration{day, -day, 0}, []time.Duration{unknown, unknown, 0}},
		{"a machine that is behind by a day", []time.Duration{day, day, day + minute}, []time.Duration{unknown, day, day + minute}},
		{"a machine that is ahead by a day", []time.Duration{-day, -day, -day}, []time.Duration{unknown, -day, -day}},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := newClockOrg(describing)
			client, m := inside(t, org), new(Meter)
			if _, err := client.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
			client.exchange.Consensus = new(usage.Consensus) // the login has reported the right time
			org.shift = append([]time.Duration(nil), row.shift...)
			for n, want := range row.want {
				d, err := client.DescribeReport(WithMeter(t.Context(), m), reportID(1))
				switch {
				case err != nil:
					t.Fatal(err)
				case want == unknown && !m.Date().IsZero(), want != unknown && offBy(m.Date()) != want:
					t.Errorf("%s: after answer %d the meter is off by %v, want %v", row.name, n+1, offBy(m.Date()), want)
				case offBy(d.At) > max(row.shift[n], 0), want == unknown && offBy(d.At) > 0:
					t.Errorf("%s: answer %d is dated %v off, which is later than is known", row.name, n+1, offBy(d.At))
				}
			}
		})
	}
}

// The header of some answers reports an absurd limit of the org.
func TestMeter_anAbsurdUsageCountsOnceTheNextAnswerAgrees(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		usage       string
		first, then int64 // the maximum after one answer that reports it, and after a second
	}{
		{"api-usage=5/150000000", 15000, 150000000},
		{"api-usage=5/15", 15000, 15},
		{"api-usage=5/0", 15000, 15000},
		{"api-usage=5/-1", 15000, 15000},
		{"api-usage=-5/15000", 15000, 15000},
		{"api-usage=99999999999999999999/15000", 15000, 15000},
		{"api-usage=5/99999999999999999999", 15000, 15000},
		{"api-usage=0/", 15000, 15000},
		{"api-usage=5/20000", 20000, 20000},
		{"nonsense", 15000, 15000},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := newClockOrg(describing)
			client, m := inside(t, org), new(Meter)
			for n, want := range []int64{15000, row.first, row.then} {
				if n == 1 {
					org.usage = row.usage
				}
				if _, err := client.DescribeReport(WithMeter(t.Context(), m), reportID(1)); err != nil {
					t.Fatal(err)
				}
				if usage, _ := m.Limit(); usage.Max != want {
					t.Errorf("%s: after answer %d the maximum is %d, want %d", row.usage, n+1, usage.Max, want)
				}
			}
		})
	}
}

// An unreadable Date leaves the known time as it is, and gives the answer none.
func TestMeter_aDateThatCannotBeReadIsNone(t *testing.T) {
	t.Parallel()
	for _, date := range []string{"", "yesterday", "0", "Mon, 99 Nov 2026 18:16:10 GMT"} {
		synctest.Test(t, func(t *testing.T) {
			org := newClockOrg(describing)
			m, wrong := new(Meter), false
			client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
				resp, err := org.RoundTrip(r)
				if wrong {
					resp.Header.Set("Date", date)
				}
				return resp, err
			}))
			if _, err := client.DescribeReport(WithMeter(t.Context(), m), reportID(1)); err != nil {
				t.Fatal(err)
			}
			wrong = true
			d, err := client.DescribeReport(WithMeter(t.Context(), m), reportID(1))
			if err != nil || !d.At.IsZero() || offBy(m.Date()) != 0 {
				t.Errorf("%q: described %v, the meter is off by %v: %v", date, d.At, offBy(m.Date()), err)
			}
			if usage, _ := m.Limit(); usage.Used != 2 || offBy(m.LimitAt()) != 0 {
				t.Errorf("%q: the usage is %v of %v", date, usage, offBy(m.LimitAt()))
			}
		})
	}
}
