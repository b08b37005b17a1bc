package workflows

import (
	"strconv"
	"time"

	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

// The timestamp in the names of a sync's files is chosen once, when the sync comes to own its source, so that every try sends the same
// bytes under the same name. It is the time in the sync's id, and later than that of the sync before: the catalog takes the files of the
// latest timestamp for the newest.

// farAhead is by how much a timestamp may be ahead of the clock before a sync warns of it: sets that follow each other within a second
// are ahead by seconds.
const farAhead = 10 * time.Minute

// nameFiles chooses the timestamp; last is that of the newest recorded sync.
func (s *exportsState) nameFiles(state *State, now time.Time, last int64) {
	named, _, ok := staging.ParseSyncID(state.Sync.ID)
	if !ok { // an older version made the id
		named = state.Started
	}
	s.Timestamp = max(named.Unix(), last+1)
	if s.Timestamp > now.Add(farAhead).Unix() {
		state.warn(warning.New(warning.FutureTimestamp, warning.Params{"timestamp": strconv.FormatInt(s.Timestamp, 10)}))
	}
}

// rename makes a set that is written and delivered anew, under the next timestamp.
func (s *exportsState) rename(e *ExportState) {
	e.Timestamp++
	e.Written, e.Uploads, e.To = nil, 0, ""
	s.Timestamp = max(s.Timestamp, e.Timestamp)
}
