package staging

import "time"

// FileTimestamp is the timestamp in the names of a sync's files, in seconds since 1970. It is chosen once, when the sync comes to own
// its source, so that every try sends the same bytes under the same name. It is the time in the sync's id, and later than last, that of
// the newest recorded sync: the catalog takes the files of the latest timestamp for the newest. Started stands in for an id that an
// older version made.
func FileTimestamp(id string, started time.Time, last int64) int64 {
	named, _, ok := ParseSyncID(id)
	if !ok {
		named = started
	}
	return max(named.Unix(), last+1)
}
