package usage

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
	// Header is the header of an answer that reports the use of the org.
	Header = "Sforce-Limit-Info"

	usageField = "api-usage="
)

// reading is the newest use of the org that an answer reported.
type reading struct {
	LimitInfo
	at    time.Time // on Salesforce's clock
	known bool
}

// update takes the use that an answer of that time reports, unless it is older than the known one. Answers overtake each other, and
// their dates have whole seconds: of two within a second the one with more use is the newer. An answer that is older by more than a jump
// of the clock counts: the date of the known one was wrong.
func (r *reading) update(usage LimitInfo, at time.Time) bool {
	if r.known && near(at, r.at) && (at.Before(r.at) || at.Equal(r.at) && usage.Used < r.Used) {
		return false
	}
	*r = reading{LimitInfo: usage, at: at, known: true}
	return true
}

// parseLimitInfo reads a Sforce-Limit-Info header, as "api-usage=25/5000; per-app-api-usage=17/250(appName=a)". The
// field of a single app, whose name contains that of the whole org's field, is not mistaken for it.
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

func isWordByte(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '_'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

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
