package staging

import (
	"strings"
	"time"
)

// idTime is how an id begins, in UTC.
const idTime = "20060102T150405.000Z"

// SyncID returns the id of a sync. It begins with a moment, so that ids sort by time; run tells two syncs of one moment apart.
func SyncID(at time.Time, run string) string { return at.UTC().Format(idTime) + "-" + run }

// ParseSyncID parses an id of SyncID; ok is false for every other text, such as one that another program wrote into a mark.
func ParseSyncID(id string) (at time.Time, run string, ok bool) {
	moment, run, _ := strings.Cut(id, "-")
	at, err := time.Parse(idTime, moment)
	return at, run, err == nil && SyncID(at, run) == id
}

// IDAfter returns an id for the sync of id that does not sort before last: its own if it does not, else one of now. If clocks
// differ so much that now is before last, the new id is of a second after last, as files are named by seconds.
func IDAfter(id, last string, now time.Time) string {
	before, _, known := ParseSyncID(last)
	_, run, ours := ParseSyncID(id)
	if id >= last || !known || !ours {
		return id
	}
	if least := before.Add(time.Second); now.Before(least) {
		now = least
	}
	if later := SyncID(now, run); later > last { // ids stop sorting by time in the year 10000
		return later
	}
	return id
}

// Later reports whether the sync of id came after that of before. It is false for ids in another form.
func Later(id, before string) bool {
	_, _, known := ParseSyncID(id)
	_, _, ours := ParseSyncID(before)
	return known && ours && id > before
}

// sameSync reports whether two ids are of one sync, which may have had to take a later id.
func sameSync(a, b string) bool {
	_, runOfA, ok := ParseSyncID(a)
	_, runOfB, both := ParseSyncID(b)
	return a == b || ok && both && runOfA == runOfB && runOfA != ""
}
