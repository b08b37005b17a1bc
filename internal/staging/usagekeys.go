package staging

import (
	"regexp"
	"strconv"
	"time"
)

// UsagePrefix is the prefix of the objects that count a source's API calls: a folder for each hour, two objects for each attempt of
// an activity.
func UsagePrefix(source string) string { return "sources/" + source + "/usage/" }

// UsageHourPrefix is the prefix of the objects of one hour, in UTC.
func UsageHourPrefix(source string, hour time.Time) string {
	return UsagePrefix(source) + hour.UTC().Format(hourName) + "/"
}

// UsageName names an attempt of an activity and one of its two objects.
type UsageName struct {
	Run      string // of the workflow
	Activity string // id within the run
	Attempt  int    // from 1
	Reserved bool   // the calls that the activity may make, written at the start of the attempt; else those it made, written at the end
}

// UsageActivityPrefix is the prefix of the objects of all attempts of an activity in an hour.
func UsageActivityPrefix(source string, hour time.Time, run, activity string) string {
	return UsageHourPrefix(source, hour) + run + "-" + activity + "."
}

// UsageKey is the object of an attempt in an hour.
func UsageKey(source string, hour time.Time, name UsageName) string {
	key := UsageActivityPrefix(source, hour, name.Run, name.Activity) + strconv.Itoa(name.Attempt)
	if name.Reserved {
		key += reserved
	}
	return key + ".json"
}

const reserved = ".reserved"

var usageKey = regexp.MustCompile(`(?:^|/)usage/\d{8}T\d{2}/([0-9A-Za-z-]+)-([0-9A-Za-z_]+)\.([1-9]\d{0,8})(\.reserved)?\.json$`)

// ParseUsage parses the key of an attempt's object; ok is false for every other key.
func ParseUsage(key string) (name UsageName, ok bool) {
	m := usageKey.FindStringSubmatch(key)
	if m == nil {
		return UsageName{}, false
	}
	attempt, err := strconv.Atoi(m[3])
	return UsageName{Run: m[1], Activity: m[2], Attempt: attempt, Reserved: m[4] != ""}, err == nil
}

// ParseUsageHour parses the name of the folder of an hour; ok is false for every other name.
func ParseUsageHour(folder string) (hour time.Time, ok bool) {
	hour, err := time.Parse(hourName, folder)
	return hour, err == nil
}
