package staging

import (
	"strings"
	"time"
)

// idTime is how an id begins, in UTC.
const idTime = "20060102T150405.000Z"

// SyncID names a sync: by a moment, so that ids sort by time, and by what tells two syncs of one moment apart.
func SyncID(at time.Time, run string) string { return at.UTC().Format(idTime) + "-" + run }

// ParseSyncID takes an id of SyncID apart; ok is false for every other text, such as what somebody else wrote into a mark.
func ParseSyncID(id string) (at time.Time, run string, ok bool) {
	moment, run, _ := strings.Cut(id, "-")
	at, err := time.Parse(idTime, moment)
	return at, run, err == nil && SyncID(at, run) == id
}

// IDAfter gives the sync of an id one that does not sort before last: its own where that is so, else that of now. Where clocks
// differ so that now is before last, it is that of a second after last, as files are named by seconds.
func IDAfter(id, last string, now time.Time) string {
	before, _, known := ParseSyncID(last)
	_, run, ours := ParseSyncID(id)
	if id >= last || !known || !ours {
		return id
	}
	if least := before.Add(time.Second); now.Before(least) {
		now = least
	}
	if later := SyncID(now, run); later > last { // it is not in the year 10000
		return later
	}
	return id
}

// Later says whether the sync of id came after the one of before. Of ids in another form nothing is known.
func Later(id, before string) bool {
	_, _, known := ParseSyncID(id)
	_, _, ours := ParseSyncID(before)
	return known && ours && id > before
}

// sameSync says whether two ids are those of one sync, which may have had to take a later one.
func sameSync(a, b string) bool {
	_, runOfA, ok := ParseSyncID(a)
	_, runOfB, both := ParseSyncID(b)
	return a == b || ok && both && runOfA == runOfB && runOfA != ""
}
