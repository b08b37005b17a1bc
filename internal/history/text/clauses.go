package text

import (
	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
)

// Trigger says what started a sync; empty where that is not known.
func Trigger(code string) string { return trigger(code) }

// AtLeast says whether the calls of a sync with this outcome may be more than were counted.
func AtLeast(outcome string) bool { return atLeast[outcome] }

// Took is how long something took.
func Took(seconds float64) string { return took(seconds) }

// Percent is a coverage, rounded down.
func Percent(coverage float64) string { return percent(coverage) }

// Waited says for what a sync waited, by the reason of a wait.
func Waited(reason string) string {
	for _, w := range reasonsOfWaits {
		if w.reason == reason {
			return w.words
		}
	}
	if reason == history.WaitHeld {
		return "for approve or discard"
	}
	return reason
}

// Changed counts what changed, a clause a kind; nil where nothing did.
func Changed(counts change.Counts) []string { return changes(counts) }

// State is the state of a report in words.
func State(state description.State) string { return stateWords[state] }

// StateOf is the state of a report with its reason, as after "was".
func StateOf(state, reason string) string { return stateOf(state, reason) }

// Cause says a class of failures in words, with the system that gave it.
func Cause(class, system string) string { return cause(class, system) }

// Sentence begins with a capital and ends with a full stop.
func Sentence(words string) string { return sentence(words) }
