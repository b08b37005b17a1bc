// Package cron reads the five fields of cron.
package cron

import (
	"strings"
	"time"
	_ "time/tzdata" // a container has no database of time zones

	"github.com/robfig/cron/v3"

	"longhaul/internal/fault"
)

// Fields are when cron starts something: the values of each field.
type Fields struct {
	Minute, Hour, Day, Month, Weekday []int

	// EitherDay says that the day of the month and the day of the week are both restricted. Cron then starts on each day that fits one of
	// them.
	EitherDay bool
}

// star marks, in the parser's sets, a field that is not restricted.
const star = 1 << 63

// Parse reads five fields: minute, hour, day of month, month, day of week.
func Parse(text string) (Fields, error) {
	if strings.Contains(text, "TZ=") {
		return Fields{}, fault.Invalidf("is five fields without a time zone: write the zone as timezone")
	}
	if strings.Contains(text, "@") || strings.Contains(text, "#") {
		return Fields{}, wrong("shorthands and comments are not read")
	}
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(text)
	if err != nil {
		return Fields{}, wrong(err.Error())
	}
	sets, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return Fields{}, wrong("this form is not read")
	}
	if sets.Location = time.UTC; sets.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() { // a leap year
		return Fields{}, fault.Invalidf("names a day that never comes")
	}
	return Fields{
		Minute: values(sets.Minute), Hour: values(sets.Hour), Day: values(sets.Dom), Month: values(sets.Month), Weekday: values(sets.Dow),
		EitherDay: sets.Dom&star == 0 && sets.Dow&star == 0,
	}, nil
}

func wrong(why string) error {
	return fault.Invalidf("must be cron's five fields, such as 0 2 * * 1-5 (minute, hour, day of month, month, day of week from 0, which is Sunday): %s", why)
}

// Check says what is wrong with the five fields; nil where nothing is.
func Check(text string) error {
	_, err := Parse(text)
	return err
}

// CheckZone says what is wrong with the name of a time zone; nil where nothing is.
func CheckZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" || name == "" {
		return fault.Invalidf("%.60q is not the name of a time zone: write one of the IANA database, such as Europe/Paris, America/New_York or UTC", name)
	}
	return nil
}

// Period is the least time from one start to the next, summer time aside; a day where the starts of a day are one.
func (f Fields) Period() time.Duration {
	least, last := 24*time.Hour, time.Duration(-1)
	var first time.Duration
	for _, hour := range f.Hour {
		for _, minute := range f.Minute {
			at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
			if last < 0 {
				first = at
			} else {
				least = min(least, at-last)
			}
			last = at
		}
	}
	return min(least, first+24*time.Hour-last)
}

// values lists a set.
func values(set uint64) (all []int) {
	for i := range 60 {
		if set&(1<<i) != 0 {
			all = append(all, i)
		}
	}
	return all
}
