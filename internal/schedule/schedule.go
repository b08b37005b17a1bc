// Package schedule makes Temporal's Schedules of what settings and people ask for, and says what such a Schedule does.
package schedule

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	schedulepb "go.temporal.io/api/schedule/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"google.golang.org/protobuf/types/known/durationpb"

	"longhaul/internal/fault"
	"longhaul/internal/schedule/cron"
	"longhaul/internal/source"
	"longhaul/internal/sourcename"
)

const (
	// mostJitter bounds how late a start may be, so that schedules of one minute do not all start in one second.
	mostJitter = 10 * time.Minute
	// catchUp is how long after its time a start is made up for, where Temporal was away.
	catchUp = 6 * time.Hour
	// mostComment is how long a comment on a calendar may be, in bytes, for Temporal.
	mostComment = 200
)

// ID is the id of the schedule of a source.
func ID(source string) string { return sourcename.SchedulePrefix + source }

// SourceOf is the inverse of ID; ours is false for an id of another form.
func SourceOf(id string) (source string, ours bool) {
	return strings.CutPrefix(id, sourcename.SchedulePrefix)
}

// Check says what is wrong with a schedule; nil where nothing is.
func Check(s source.Schedule) error {
	switch {
	case s.Every != 0 && s.Cron != "":
		return fault.Invalidf("every and cron exclude each other: give one of them")
	case s.Timezone != "" && s.Cron == "":
		return fault.Invalidf("timezone is for cron only: leave it out, or give cron")
	case s.Every != 0 && (s.Every < source.LeastEvery || s.Every > source.MostEvery):
		return wrongPeriod()
	}
	if s.Cron != "" {
		if err := cron.Check(s.Cron); err != nil {
			return fault.Invalidf("cron %s", fault.Sentence(err))
		}
	}
	if s.Timezone != "" {
		return cron.CheckZone(s.Timezone)
	}
	return nil
}

func wrongPeriod() *fault.Error {
	return fault.Invalidf("every must be a time from %s to %dd, written as 90m, 24h or 7d", source.Period(source.LeastEvery), days(source.MostEvery))
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// ParseEvery reads a period as people write it: 90m, 24h, 7d.
func ParseEvery(text string) (time.Duration, error) {
	if number, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > days(source.MostEvery) {
			return 0, wrongPeriod()
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < source.LeastEvery || d > source.MostEvery {
		return 0, wrongPeriod()
	}
	return d, nil
}

// Period is the least time from one start of a schedule to the next.
func Period(s source.Schedule) time.Duration {
	if s.Cron == "" {
		return s.Every
	}
	fields, err := cron.Parse(s.Cron)
	if err != nil {
		return math.MaxInt64
	}
	return fields.Period()
}

// Make makes the schedule of a source, without its state, in the form in which Temporal gives it back. The source's queue is the one
// that people name.
func Make(name, queue, workflowType string, s source.Schedule) (*schedulepb.Schedule, error) {
	spec, err := Spec(s)
	if err != nil {
		return nil, err
	}
	input := fmt.Appendf(nil, `{"source":%q}`, name)
	return &schedulepb.Schedule{
		Spec: spec,
		Action: &schedulepb.ScheduleAction{Action: &schedulepb.ScheduleAction_StartWorkflow{StartWorkflow: &workflowpb.NewWorkflowExecutionInfo{
			WorkflowId:   ID(name), // Temporal appends the time
			WorkflowType: &commonpb.WorkflowType{Name: workflowType},
			TaskQueue:    &taskqueuepb.TaskQueue{Name: queue, Kind: enumspb.TASK_QUEUE_KIND_NORMAL},
			Input:        &commonpb.Payloads{Payloads: []*commonpb.Payload{{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: input}}},
		}}},
		Policies: &schedulepb.SchedulePolicies{
			OverlapPolicy: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
			CatchupWindow: durationpb.New(catchUp),
		},
	}, nil
}

// Spec makes what Temporal starts by. Cron is written out as calendars, for Temporal's own reader of cron knows no day that fits either the
// day of the month or the day of the week.
func Spec(s source.Schedule) (*schedulepb.ScheduleSpec, error) {
	if err := Check(s); err != nil {
		return nil, err
	}
	spec := &schedulepb.ScheduleSpec{Jitter: durationpb.New(min(Period(s)/2, mostJitter).Truncate(time.Second))}
	if s.Every != 0 {
		spec.Interval = []*schedulepb.IntervalSpec{{Interval: durationpb.New(s.Every)}}
		return spec, nil
	}
	fields, err := cron.Parse(s.Cron)
	if err != nil {
		return nil, err
	}
	if spec.TimezoneName = s.Timezone; s.Timezone == "" {
		spec.TimezoneName = "UTC"
	}
	all := cron.Fields{Day: sequence(1, 31), Weekday: sequence(0, 6)}
	if !fields.EitherDay {
		spec.StructuredCalendar = []*schedulepb.StructuredCalendarSpec{calendar(fields, fields.Day, fields.Weekday, s.Cron)}
		return spec, nil
	}
	spec.StructuredCalendar = []*schedulepb.StructuredCalendarSpec{
		calendar(fields, fields.Day, all.Weekday, s.Cron), calendar(fields, all.Day, fields.Weekday, s.Cron),
	}
	return spec, nil
}

func calendar(f cron.Fields, day, weekday []int, comment string) *schedulepb.StructuredCalendarSpec {
	if len(comment) > mostComment {
		comment = "" // the calendar says the same
	}
	return &schedulepb.StructuredCalendarSpec{
		Second: ranges([]int{0}), Minute: ranges(f.Minute), Hour: ranges(f.Hour),
		DayOfMonth: ranges(day), Month: ranges(f.Month), DayOfWeek: ranges(weekday), Comment: comment,
	}
}

func sequence(from, to int) (all []int) {
	for i := from; i <= to; i++ {
		all = append(all, i)
	}
	return all
}

// ranges are the values as Temporal writes them.
func ranges(values []int) (all []*schedulepb.Range) {
	for _, v := range values {
		if last := len(all) - 1; last >= 0 && int(all[last].GetEnd())+1 == v {
			all[last].End++
			continue
		}
		all = append(all, &schedulepb.Range{Start: int32(v), End: int32(v), Step: 1})
	}
	return all
}
