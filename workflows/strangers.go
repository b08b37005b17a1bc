package workflows

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxStrangers = 3  // kinds of unknown signals that are named
	maxNameShown = 32 // bytes of the name of an unknown signal
)

// shownName is the name of an unknown signal as it may be shown, or how long it is: people type these names, and some paste
// what belongs elsewhere.
func shownName(name string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. "
	if len(name) > maxNameShown || strings.Trim(name, plain) != "" {
		return fmt.Sprintf("with a name of %d bytes", len(name))
	}
	return fmt.Sprintf("%q", name)
}

// noteStranger keeps a warning of a signal that nobody knows: one for each name, and one for all beyond the first few.
func noteStranger(warnings []string, came order) []string {
	warning := fmt.Sprintf("signal %s is not known; this sync takes %s", came.Signal, strings.Join(signals, " and "))
	switch {
	case slices.Contains(warnings, warning) || len(warnings) > maxStrangers:
		return warnings
	case len(warnings) == maxStrangers:
		warning = "more signals are not known; this sync takes " + strings.Join(signals, " and ")
	}
	return append(warnings, warning)
}
