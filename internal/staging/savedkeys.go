package staging

import "regexp"

// SavedPrefix is the prefix of the sources that were connected, so that one listing finds all of them.
const SavedPrefix = "saved/"

// SavedPrefixOf is the prefix of what was saved of one source.
func SavedPrefixOf(source string) string { return SavedPrefix + source + "/" }

// SavedKey is a saved source. Each connect writes a version of its own, whose ids sort by time (see SyncID); the newest one counts.
func SavedKey(source, version string) string { return SavedPrefixOf(source) + version + ".json" }

var savedKey = regexp.MustCompile(`^(?:saved|candidates)/([a-z0-9-]+)/([0-9A-Za-z.-]+)\.json$`)

// ParseSaved parses the key of a saved source or of a candidate; ok is false for every other key.
func ParseSaved(key string) (source, version string, ok bool) {
	m := savedKey.FindStringSubmatch(key)
	if m == nil {
		return "", "", false
	}
	_, _, ok = ParseSyncID(m[2])
	return m[1], m[2], ok
}

// CandidatesPrefix is the prefix of the sources that are checked before they are saved.
const CandidatesPrefix = "candidates/"

// CandidatesPrefixOf is the prefix of the candidates for one source.
func CandidatesPrefixOf(source string) string { return CandidatesPrefix + source + "/" }

// CandidateKey is a source that is checked before it is saved.
func CandidateKey(source, version string) string {
	return CandidatesPrefixOf(source) + version + ".json"
}

// SourcesPrefix is the prefix of the folders of sources.
const SourcesPrefix = "sources/"

// SourcePrefix is the prefix of all that syncs of a source leave.
func SourcePrefix(source string) string { return SourcesPrefix + source + "/" }

// ScheduleKey is what was last written of the schedule of a source, and whether that is paused.
func ScheduleKey(source string) string { return "sources/" + source + "/schedule.json" }
