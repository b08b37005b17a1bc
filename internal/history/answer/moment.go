package answer

import (
	"regexp"
	"time"
)

// momentLayout is how the sentences of an answer carry a moment, in UTC.
const momentLayout = "2006-01-02 15:04:05 UTC"

var moments = regexp.MustCompile(`\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\b`)

// day is how a moment is shown in a sentence.
func day(at time.Time) string { return at.UTC().Format(momentLayout) }

// Moments puts the moments of a sentence into other words, such as those of a zone.
func Moments(sentence string, words func(time.Time) string) string {
	return moments.ReplaceAllStringFunc(sentence, func(text string) string {
		at, err := time.Parse(momentLayout, text)
		if err != nil {
			return text
		}
		return words(at)
	})
}
