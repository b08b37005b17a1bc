// Package humanize writes numbers, sizes, durations, times and lists the way people read them.
package humanize

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Number writes a number with a comma before each three digits.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// Count writes a number with its noun: "1 report", "1,012 reports".
func Count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}

// Have says how many things have something: "1 report has", "1,012 reports have".
func Have(n int64, noun string) string {
	if n == 1 {
		return Count(n, noun) + " has"
	}
	return Count(n, noun) + " have"
}

// Duration writes a duration as people say it: tenths of seconds, seconds, minutes, hours.
func Duration(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	default:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
}

// About writes a duration that is an estimate, so with two digits or so: "45 s", "12 min", "21 h", "3.5 days".
func About(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 90*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 90*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 10*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	case d < 3*day:
		return fmt.Sprintf("%.0f h", d.Hours())
	case d < 10*day:
		return fmt.Sprintf("%.1f days", d.Hours()/day.Hours())
	default:
		return fmt.Sprintf("%.0f days", d.Hours()/day.Hours())
	}
}

// Bytes writes a number of bytes with a decimal unit: "456.8 kB".
func Bytes(n int64) string {
	const step = 1000
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/step, 0
	for value >= step && unit < len("kMGT")-1 {
		value /= step
		unit++
	}
	return fmt.Sprintf("%.1f %cB", value, "kMGT"[unit])
}

// Moment writes a time to the minute, short enough to stand beside a progress bar.
func Moment(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

// Date writes a time to the minute, with its year.
func Date(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 UTC") }

// List joins names with commas. It writes the first 20 and counts the rest.
func List(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// Clause takes the full stop and the line breaks off the end of a sentence, so that a text can go on after it.
func Clause(sentence string) string { return strings.TrimRight(sentence, ".\n ") }
