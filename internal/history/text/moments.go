package text

import (
	"strings"
	"time"

	"longhaul/internal/history/answer"
	"longhaul/internal/staging"
)

// moment is a time in the place, for a sentence.
func (p Page) moment(t time.Time) string {
	return t.In(p.Place).Format("Mon 2 Jan 2006 " + p.clock() + " MST")
}

// dayIn gives the date of a time in a place.
func dayIn(place *time.Location) func(time.Time) string {
	return func(t time.Time) string { return t.In(place).Format("2 Jan 2006") }
}

// row is a time in the place, for a table.
func (p Page) row(t time.Time) string { return t.In(p.Place).Format("Mon 2006-01-02 " + p.clock()) }

func (p Page) clock() string {
	if p.seconds {
		return time.TimeOnly
	}
	return "15:04"
}

// beginnings are the moments at which syncs began.
func beginnings(syncs ...string) (all []time.Time) {
	for _, id := range syncs {
		if began, _, ok := staging.ParseSyncID(id); ok {
			all = append(all, began)
		}
	}
	return all
}

// sharing says whether two of the moments share a minute, so that seconds tell them apart.
func sharing(all []time.Time) bool {
	minutes := map[time.Time]time.Time{}
	for _, t := range all {
		minute, second := t.Truncate(time.Minute).UTC(), t.Truncate(time.Second).UTC()
		if other, there := minutes[minute]; there && !other.Equal(second) {
			return true
		}
		minutes[minute] = second
	}
	return false
}

// sync names a sync by the moment at which it began.
func (p Page) sync(id string) string {
	if began, _, ok := staging.ParseSyncID(id); ok {
		return "the sync of " + p.moment(began)
	}
	return "sync " + id
}

// short is the beginning of a sync's id, to the second: enough to name it in the next question.
func short(id string) string {
	begun, _, found := strings.Cut(id, ".")
	if !found {
		return id
	}
	return begun
}

// zones names the zone of the place when syncs began, the newest first: two names, where its clock was changed between them.
func zones(place *time.Location, syncs []answer.Sync) string {
	var names []string
	for _, s := range syncs {
		if name, _ := s.Started.In(place).Zone(); len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 1:
		return names[0]
	case 2:
		return names[0] + ", the earliest ones in " + names[1]
	}
	return names[0] + " or " + names[1] + ", as the clock was when each began"
}
