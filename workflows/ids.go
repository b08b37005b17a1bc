package workflows

import (
	"strings"
	"time"

	"longhaul/internal/sourcename"
	"longhaul/internal/staging"
)

// SyncID is the id of the one workflow that may sync source.
func SyncID(source string) string { return sourcename.SyncPrefix + source }

// SourceOfID is the inverse of SyncID; ok is false for an id of another form.
func SourceOfID(id string) (source string, ok bool) {
	source, ok = strings.CutPrefix(id, sourcename.SyncPrefix)
	if !ok || !validSource(source) {
		return "", false
	}
	return source, true
}

// StagedID names a sync in the bucket: by its start, so that ids sort by time, and by the id of its first run. Temporal's
// run ids begin with the time too, so it is their end that tells two syncs of one moment apart.
func StagedID(start time.Time, firstRun string) string {
	const tail = 8
	return staging.SyncID(start, firstRun[max(0, len(firstRun)-tail):])
}

// validSource says whether name is one that a source may have.
func validSource(name string) bool { return sourcename.Check(name) == nil }
