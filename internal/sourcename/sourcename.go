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

// workflowPrefixes begin the ids of a source's workflows. A source whose name began with one could not be told from the
// workflow of another source, which people know from the UI and write in the place of its name.
var workflowPrefixes = []string{"sync-", "check-", "plan-", "inspect-"}

// Check says what is wrong with the name of a source; nil when it is a good one. A name is a word of command lines and a
// part of ids, so a hyphen stands inside it only: at its beginning every command takes it for a flag.
func Check(name string) error {
	switch {
	case name == "", len(name) > longest, strings.Trim(name, letters) != "":
		return fault.Invalidf("%.60q is not a source name: use 1 to 40 of a-z, 0-9 and -", name)
	case name[0] == '-', name[len(name)-1] == '-':
		return fault.Invalidf("%.60q is not a source name: it may not begin or end with -, which commands take for a flag", name)
	}
	if source := withoutPrefix(name); source != name {
		return fault.Invalidf("%.60q is not a source name: a source is named %s, its workflow %s: say `sync %s`",
			name, source, name, source)
	}
	return nil
}

// withoutPrefix is what an id of a workflow leaves of a name, however many are put before each other.
func withoutPrefix(name string) string {
	for again := true; again; {
		again = false
		for _, prefix := range workflowPrefixes {
			if rest, cut := strings.CutPrefix(name, prefix); cut {
				name, again = rest, true
			}
		}
	}
	return strings.TrimLeft(name, "-")
}
