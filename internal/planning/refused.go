package planning

import (
	"time"

	"longhaul/internal/description"
)

// mostDoubled is how often the wait is doubled of a report that was refused, or whose audit failed: 1, 2, 4, 8, 16 days.
const mostDoubled = 4

// refused decides about a report that Salesforce did not describe to the run-as user: it is denied, or it is listed and answered that it is
// not there. Either may end without a change of the report, so it is tried again: at once where something points to that, else after a
// day, and after twice as many days each time that it is refused again.
func (r Refresh) refused(c *candidate) verdict {
	if !holds(&c.head, c.modified) || r.Rights || c.folder != c.head.Folder || c.head.Denials < 1 {
		return describe // the count of days begins anew
	}
	if r.waits(&c.head) {
		return keep
	}
	return tryAgain
}

// waits says whether a refused report is not to be tried yet.
func (r Refresh) waits(refused *description.Description) bool {
	return r.tooEarly(refused.Denials, refused.At)
}

// tooEarly says whether what failed so often in a row, and at a moment for the last time, is not to be tried yet.
func (r Refresh) tooEarly(failures int, last time.Time) bool {
	return failures >= 1 && day(r.Now) < due(failures, last)
}

// due is the day on which what failed is tried again.
func due(failures int, last time.Time) int64 { return day(last) + 1<<min(failures-1, mostDoubled) }

// NextTry is the beginning of the day from which on a sync tries a refused report again, whatever happens to it; zero where nobody knows.
func NextTry(refused *description.Description) time.Time {
	if refused.Denials < 1 {
		return time.Time{}
	}
	return time.Unix(due(refused.Denials, refused.At)*dayLength, 0).UTC()
}

// differ says whether a permission of the run-as user is another than before. What was not known before or is not known now says nothing.
func differ(before, now map[string]bool) bool {
	for name, had := range before {
		if has, known := now[name]; known && has != had {
			return true
		}
	}
	return false
}
