package workflows

import "strings"

const syncPrefix = "sync-"

// SyncID is the id of the one workflow that may sync source.
func SyncID(source string) string { return syncPrefix + source }

// SourceOfID is the inverse of SyncID; ok is false for an id of another form.
func SourceOfID(id string) (source string, ok bool) {
	source, ok = strings.CutPrefix(id, syncPrefix)
	if !ok || !validSource(source) {
		return "", false
	}
	return source, true
}

// validSource says whether name is [a-z0-9-]{1,40}.
func validSource(name string) bool {
	if name == "" || len(name) > 40 {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
