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

// Check says what is wrong with the name of a source; nil when it is a good one. A name is a word of command lines and a
// part of ids, so a hyphen stands inside it only: at its beginning every command takes it for a flag.
func Check(name string) error {
	switch {
	case name == "", len(name) > longest, strings.Trim(name, letters) != "":
		return fault.Invalidf("%.60q is not a source name: use 1 to 40 of a-z, 0-9 and -", name)
	case name[0] == '-', name[len(name)-1] == '-':
		return fault.Invalidf("%.60q is not a source name: it may not begin or end with -, which commands take for a flag", name)
	}
	return nil
}
