// Package sourcename knows what a source may be called: the one rule for settings, command lines and workflow input.
package sourcename

import (
	"strings"

	"longhaul/internal/fault"
)

const (
	longest = 40
	letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
)

// SyncPrefix begins the id of the workflow that syncs a source. A source whose name began with it could not be distinguished from
// the workflow of another source, which people know from the UI and write in place of its name.
const SyncPrefix = "sync-"

// QueuePrefix begins the task queue of a source's activities.
const QueuePrefix = "longhaul-"

// SchedulePrefix begins the id of a source's schedule.
const SchedulePrefix = "longhaul-"

// Check says what is wrong with the name that settings give to a source; nil when it is a good one. A name is a word of
// command lines and a part of ids, so a hyphen stands inside it only: at its beginning every command takes it for a flag.
func Check(name string) error {
	if err := check(name); err != nil {
		return err
	}
	if strings.HasPrefix(name, SyncPrefix) {
		return fault.Invalidf("a source named %s would have the workflow %s%s: rename the source", name, SyncPrefix, name)
	}
	return nil
}

// CheckSpoken says what is wrong with the name of a source that somebody asks for by a verb; nil when it is a good one.
// Whoever wrote the id of a workflow hears which source is meant.
func CheckSpoken(name, verb string) error {
	if err := check(name); err != nil {
		return err
	}
	if source := withoutPrefix(name); source != name {
		return fault.Invalidf("%q is not a source name: a source is named %s, its workflow %s%s: say `%s %s`",
			name, source, SyncPrefix, source, verb, source)
	}
	return nil
}

// check is the part of the rule that is the same wherever a name is written.
func check(name string) error {
	switch {
	case name == "", len(name) > longest, strings.Trim(name, letters) != "":
		return fault.Invalidf("%.60q is not a source name: use 1 to 40 of a-z, 0-9 and -", name)
	case name[0] == '-', name[len(name)-1] == '-':
		return fault.Invalidf("%.60q is not a source name: it may not begin or end with -, which commands take for a flag", name)
	}
	return nil
}

// withoutPrefix is what the id of a workflow leaves of a name, however often it was put before it.
func withoutPrefix(name string) string {
	for strings.HasPrefix(name, SyncPrefix) {
		name = strings.TrimLeft(strings.TrimPrefix(name, SyncPrefix), "-")
	}
	return name
}
