package salesforce

import (
	"strconv"
	"strings"
	"time"
)

// LimitInfo is an org's use of its daily API requests. Paid orgs may use somewhat more than the maximum.
type LimitInfo struct {
	Used int64 `json:"used"`
	Max  int64 `json:"max"`
}

const (
	usageHeader = "Sforce-Limit-Info"
	usageField  = "api-usage="
)

// reading is the newest use of the org that answers told.
type reading struct {
	LimitInfo
	at    time.Time // on Salesforce's clock
	known bool
}

// take takes what an answer of a time told, unless it is older than what is known. Answers overtake each other, and their
// dates tell seconds apart: of two within a second the one that tells of more use is the newer. One that is older by more than
// a jump of the clock is taken: the date of what is known was wrong.
func (r *reading) take(told LimitInfo, at time.Time) bool {
	if r.known && near(at, r.at) && (at.Before(r.at) || at.Equal(r.at) && told.Used < r.Used) {
		return false
	}
	*r = reading{LimitInfo: told, at: at, known: true}
	return true
}

// parseLimitInfo reads a Sforce-Limit-Info header, as "api-usage=25/5000; per-app-api-usage=17/250(appName=a)". The
// use of a single app, whose name contains that of the field for the whole org, is not taken for it.
func parseLimitInfo(header string) (LimitInfo, bool) {
	for from := 0; ; {
		at := strings.Index(header[from:], usageField)
		if at < 0 {
			return LimitInfo{}, false
		}
		at += from
		from = at + len(usageField)
		if at > 0 && isWordByte(header[at-1]) {
			continue
		}
		if info, ok := parseUsage(header[from:]); ok {
			return info, true
		}
	}
}

func isWordByte(c byte) bool { return isAlphanumeric(c) || c == '-' || c == '_' }

// parseUsage reads "25/5000" at the start of text.
func parseUsage(text string) (LimitInfo, bool) {
	used, rest, ok := leadingNumber(text)
	if !ok || !strings.HasPrefix(rest, "/") {
		return LimitInfo{}, false
	}
	most, _, ok := leadingNumber(rest[1:])
	if !ok {
		return LimitInfo{}, false
	}
	return LimitInfo{Used: used, Max: most}, true
}

func leadingNumber(text string) (number int64, rest string, ok bool) {
	end := 0
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	number, err := strconv.ParseInt(text[:end], 10, 64)
	return number, text[end:], err == nil
}
