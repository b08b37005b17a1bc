package course_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/workflows/course"
)

func TestCourse_knowsWhenItWaited(t *testing.T) {
	t.Parallel()
	c := course.New("")
	c.Wait(history.WaitQuota, at(0))
	c.GoOn(at(45))
	c.Wait(history.WaitQuota, at(46)) // it has looked whether calls are free
	c = crossed(t, c)
	c.Wait(history.WaitPaused, at(60)) // which the run before did not end
	c.GoOn(at(61))
	c.Wait(history.WaitPaused, at(70))
	want := []history.Span{
		{Reason: history.WaitQuota, From: at(0), To: at(45)},
		{Reason: history.WaitPaused, From: at(60), To: at(61)},
		{Reason: history.WaitPaused, From: at(70), To: at(80)},
	}
	for range 2 { // to look ends no wait
		if diff := cmp.Diff(want, c.At(began, at(80)).Spans); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestCourse_ofManyWaitsTheShortestAreForgotten(t *testing.T) {
	t.Parallel()
	c := course.New("")
	for i := range 60 {
		c.Wait(history.WaitQuota, at(10*i))
		length := 5 * time.Minute
		if i%6 == 0 {
			length = time.Duration(i+1) * time.Second
		}
		c.GoOn(at(10 * i).Add(length))
	}
	spans := c.At(began, at(700)).Spans
	if len(spans) != 24 || spans[23].From != at(590) {
		t.Errorf("%d waits are left, from %v", len(spans), spans)
	}
	for _, s := range spans {
		if s.To.Sub(s.From) < time.Minute {
			t.Errorf("a short one is left: %v", s)
		}
	}
}
