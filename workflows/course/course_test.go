package course_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/workflows/course"
)

var began = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }

// crossed is a course as the next run gets it.
func crossed(t *testing.T, c course.Course) (next course.Course) {
	t.Helper()
	data, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(data, &next)
	}
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestCourse_aPhaseThatIsTakenUpAgainCountsOnce(t *testing.T) {
	t.Parallel()
	c := course.New(history.TriggerCLI)
	c.Enter("plan", at(0))
	c.Enter("describe", at(1))
	c = crossed(t, c)
	c.Enter("describe", at(5))
	c.Enter("record", at(9))
	want := history.Course{Trigger: "cli", Seconds: 600, Phases: []history.PhaseTime{
		{Phase: "plan", Began: at(0), Seconds: 60}, {Phase: "describe", Began: at(1), Seconds: 480}, {Phase: "record", Began: at(9), Seconds: 60},
	}}
	if diff := cmp.Diff(want, c.At(began, at(10))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCourse_ofTwoWaitsAtOnceTheShownOneCounts(t *testing.T) {
	t.Parallel()
	c := course.New(history.TriggerOther)
	c.Wait(history.WaitQuota, at(0))
	c.Wait(history.WaitQuota, at(1)) // it looks again
	c.Wait(history.WaitPaused, at(3))
	c.GoOn(at(4))
	c.GoOn(at(9)) // nothing goes on twice
	c = crossed(t, c)
	c.Wait(history.WaitQuota, at(20))
	want := map[string]float64{history.WaitQuota: 300, history.WaitPaused: 60}
	for range 2 { // to look ends no wait
		if diff := cmp.Diff(want, c.At(began, at(22)).Waits); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	c.GoOn(at(30))
	if got := c.At(began, at(60)).Waits[history.WaitQuota]; got != 780 {
		t.Errorf("it waited %v s for its quota", got)
	}
}

func TestCourse_keepsTheLastOrdersAndTheNewestReasons(t *testing.T) {
	t.Parallel()
	c := course.New("")
	for n := range history.MostOrders + 5 {
		c.Order("pause", fmt.Sprint(n, " ", strings.Repeat("why", 66)), at(n))
	}
	got := c.At(began, at(60)).Orders
	if len(got) != history.MostOrders || !got[0].At.Equal(at(5)) || got[0].Reason != "" {
		t.Errorf("the first of %d is %+v", len(got), got[0])
	}
	for n, order := range got[len(got)-8:] {
		if !strings.HasPrefix(order.Reason, fmt.Sprint(n+17, " why")) {
			t.Errorf("an order of the last has the reason %q", order.Reason)
		}
	}
}

func TestTriggerOf_isOneWord(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ handed, schedule, want string }{
		{"", "", "other"},
		{"cli", "", "cli"},
		{"cli", "nightly", "cli"}, // nobody starts it twice
		{"other", "", "other"},
		{"schedule:nightly", "", "schedule:nightly"},
		{"", "nightly", "schedule:nightly"},
		{"workflow nightly", "", "other"},
		{"schedule:", "", "other"},
	} {
		if got := course.TriggerOf(row.handed, row.schedule); got != row.want {
			t.Errorf("%+v: got %q", row, got)
		}
	}
}
