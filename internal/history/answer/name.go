package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
)

// The names of syncs that are neither ids nor days.
const (
	nameLast     = "last"
	namePrevious = "previous"
)

// shown bounds the syncs that an error names.
const shown = 5

// InUTC turns a day, as a date or a weekday, in the zone of now into the moment at which it ends, which a Query may hold in its place, and a
// minute, as 2026-11-29 11:20, into the same one in UTC. Any other name of a sync stays as it is.
func InUTC(name string, now time.Time) string {
	if end, ok := dayEnd(name, now); ok {
		return end.UTC().Format(time.RFC3339)
	}
	if from, _, layout := minuteOf(name, now.Location()); layout != "" {
		return from.UTC().Format(layout)
	}
	return name
}

// idLike matches the beginnings of ids of syncs.
var idLike = regexp.MustCompile(`(?i)^\d{1,8}$|^\d{8}t`)

// CanNameSync says whether a text has the form of what names a sync.
func CanNameSync(text string) bool {
	text = strings.TrimSpace(text)
	if lower := strings.ToLower(text); lower == nameLast || lower == namePrevious || idLike.MatchString(text) {
		return true
	}
	_, isDay := dayEnd(text, time.Now())
	_, _, layout := minuteOf(text, time.UTC)
	_, err := time.Parse(time.RFC3339, text)
	return isDay || layout != "" || err == nil
}

// minuteOf reads a minute, such as 2026-11-29 11:20, or a second: its beginning, its end, and how it was written; empty for another name.
func minuteOf(name string, place *time.Location) (from, to time.Time, layout string) {
	for layout, long := range map[string]time.Duration{"2006-01-02 15:04": time.Minute, time.DateTime: time.Second} {
		if from, err := time.ParseInLocation(layout, strings.TrimSpace(name), place); err == nil {
			return from, from.Add(long), layout
		}
	}
	return from, to, ""
}

// dayEnd is the end of a day in the zone of now: a date, today, yesterday, or a weekday, which is the last one before today.
func dayEnd(name string, now time.Time) (time.Time, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if date, err := time.Parse(time.DateOnly, name); err == nil {
		return endOf(date, now.Location()), true
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch name {
	case "today":
		return endOf(today, now.Location()), true
	case "yesterday":
		return endOf(today.AddDate(0, 0, -1), now.Location()), true
	}
	for back := 1; back <= 7; back++ {
		day := today.AddDate(0, 0, -back)
		if long := strings.ToLower(day.Weekday().String()); name == long || name == long[:3] {
			return endOf(day, now.Location()), true
		}
	}
	return time.Time{}, false
}

// endOf is the end of a date in a place. Some places put their clocks forward at midnight: a day that has none begins an hour later.
func endOf(date time.Time, place *time.Location) time.Time {
	date = date.AddDate(0, 0, 1)
	begins := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, place)
	if begins.Day() != date.Day() {
		begins = begins.Add(time.Hour)
	}
	return begins
}

// resolve finds the sync that a name means among ids, the newest first. what is what these are, for errors.
func (e *Engine) resolve(name string, ids []string, what string) (string, error) {
	name = strings.TrimSpace(name)
	if len(ids) == 0 {
		return "", fault.Invalidf("source %s has no %s yet", e.Source, what)
	}
	switch strings.ToLower(name) {
	case "", nameLast:
		return ids[0], nil
	case namePrevious:
		if len(ids) < 2 {
			return "", fault.Invalidf("source %s has one %s only, %s, and none before it", e.Source, what, ids[0])
		}
		return ids[1], nil
	}
	if slices.Contains(ids, name) {
		return name, nil
	}
	before, isMoment := dayEnd(name, e.now().UTC())
	if moment, err := time.Parse(time.RFC3339, name); err == nil {
		before, isMoment = moment, true
	}
	if isMoment {
		for _, id := range ids {
			if at := began(id); !at.IsZero() && at.Before(before) {
				return id, nil
			}
		}
		return "", fault.Invalidf("source %s has no %s that began before %s: the oldest is %s", e.Source, what,
			before.UTC().Format("2006-01-02 15:04 UTC"), ids[len(ids)-1])
	}
	var matches []string
	from, to, layout := minuteOf(name, time.UTC)
	for _, id := range ids {
		if at := began(id); layout != "" && !at.Before(from) && at.Before(to) {
			matches = append(matches, id)
		}
		if strings.HasPrefix(id, strings.ToUpper(name)) || strings.HasPrefix(id, name) {
			matches = append(matches, id)
		}
	}
	switch len(matches) {
	case 1:
		return matches[0], nil
	case 0:
		return "", fault.Invalidf("source %s has no %s %.60q: name one by its id or its beginning, a date such as 2026-11-23 or a minute such as "+
			"2026-11-23 05:00 (UTC here), a weekday, last or previous; %s", e.Source, what, name, listed(ids))
	default:
		return "", fault.Invalidf("%d syncs begin with %.60q: give more of the id; %s", len(matches), name, listed(matches))
	}
}

// listed says which syncs there are.
func listed(ids []string) string {
	if len(ids) == 1 {
		return "there is " + ids[0]
	}
	if len(ids) <= shown {
		return "there are " + strings.Join(ids, ", ")
	}
	return fmt.Sprintf("there are %d, of which the newest are %s, and the oldest is %s",
		len(ids), strings.Join(ids[:shown-1], ", "), ids[len(ids)-1])
}
