package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"

	"longhaul/internal/humanize"
	"longhaul/internal/source"
)

// Words say a schedule in a few words: every 24h; cron 0 2 * * * in Europe/Paris.
func Words(s source.Schedule) string {
	switch {
	case s.Every != 0:
		return "every " + period(s.Every)
	case s.Cron != "" && s.Timezone != "":
		return "cron " + s.Cron + " in " + s.Timezone
	case s.Cron != "":
		return "cron " + s.Cron + " in UTC"
	default:
		return "none"
	}
}

// Flags say a schedule that is not the zero value to the verb.
func Flags(s source.Schedule) string {
	switch {
	case s.Every != 0:
		return "--every " + period(s.Every)
	case s.Timezone != "":
		return "--cron '" + s.Cron + "' --timezone " + s.Timezone
	default:
		return "--cron '" + s.Cron + "'"
	}
}

// Back says how to have back what is wanted, after somebody changed the schedule of a source by hand.
func Back(name string, wanted source.Schedule) string {
	return "say `longhaul schedule " + name + " " + Flags(wanted) + "`, or delete the schedule " + ID(name) + " in Temporal"
}

// Changed says that somebody changed the schedule of a source by hand, or made it where nothing is wanted, and how to have back what is wanted.
func Changed(name, by string, wanted source.Schedule) string {
	if wanted.IsZero() {
		return "the schedule was made by hand in Temporal, and stays so"
	}
	who := "Longhaul wrote"
	if by == BySettings {
		who = "the settings want"
	}
	return "the schedule was changed by hand in Temporal, and stays so; " + who + " " + Words(wanted) + ". To have that back, " + Back(name, wanted)
}

// period writes whole days, from two on, as such.
func period(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= 2*day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	return source.Period(d)
}

// Origin says from when on Temporal counts a period.
func Origin(every time.Duration) string {
	if (24*time.Hour)%every == 0 { // each day begins with a start
		return "midnight UTC"
	}
	return "Thursday 1 January 1970, midnight UTC"
}

// SpecWords say what Temporal starts by, whoever wrote it.
func SpecWords(spec *schedulepb.ScheduleSpec) string {
	var parts []string
	for _, one := range spec.GetInterval() {
		words := "every " + period(one.GetInterval().AsDuration())
		if phase := one.GetPhase().AsDuration(); phase != 0 {
			words += " shifted by " + source.Period(phase)
		}
		parts = append(parts, words)
	}
	zone := spec.GetTimezoneName()
	if zone == "" {
		zone = "UTC"
	}
	for _, one := range spec.GetStructuredCalendar() {
		parts = append(parts, "cron "+fields(one)+" in "+zone)
	}
	if len(parts) == 0 {
		return "never"
	}
	words := humanize.List(parts)
	if n := len(spec.GetExcludeStructuredCalendar()); n > 0 {
		words += " with " + humanize.Count(int64(n), "exception")
	}
	if jitter := spec.GetJitter().AsDuration(); jitter >= time.Second {
		words += ", up to " + source.Period(jitter.Round(time.Second)) + " later"
	}
	return words
}

// fields write a calendar as cron does; seconds and years stand before and after where they are not cron's own.
func fields(c *schedulepb.StructuredCalendarSpec) string {
	five := []string{
		field(c.GetMinute(), 0, 59), field(c.GetHour(), 0, 23), field(c.GetDayOfMonth(), 1, 31), field(c.GetMonth(), 1, 12), field(c.GetDayOfWeek(), 0, 6),
	}
	words := strings.Join(five, " ")
	if second := field(c.GetSecond(), 0, 59); second != "0" {
		words = second + " " + words
	}
	if len(c.GetYear()) > 0 {
		words += " " + field(c.GetYear(), 0, 0)
	}
	return words
}

func field(ranges []*schedulepb.Range, first, last int32) string {
	var parts []string
	for _, r := range ranges {
		end, step := max(r.GetEnd(), r.GetStart()), max(r.GetStep(), 1)
		part := strconv.Itoa(int(r.GetStart()))
		switch {
		case r.GetStart() == first && end == last:
			part = "*"
		case end > r.GetStart():
			part += "-" + strconv.Itoa(int(end))
		}
		if step > 1 {
			part += fmt.Sprintf("/%d", step)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}
