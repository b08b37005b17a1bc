package apierror

import (
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
)

// rule gives an answer its meaning. The first group of fields must all match; an empty field matches everything.
type rule struct {
	status []int
	code   string   // Salesforce's errorCode or OAuth's error, upper and lower case alike
	text   []string // any of these in the message, in lower case and with plain apostrophes
	json   bool     // only when the body is JSON

	class    fault.Class
	whole    bool
	unworded bool          // nothing in the answer was recognized, perhaps because of the language of the run-as user
	again    bool          // another try of the same request may help
	astray   bool          // whoever answered did not prove to be Salesforce
	pause    time.Duration // before the caller asks again
	below    error         // tells the error from others of its class; may be nil
	sentence string        // {host}, {status}, {version}, {said}, {column}, {page} and {stranger} are filled in
}

// untilNextHour is a pause that ends with the hour on Salesforce's clock.
const untilNextHour time.Duration = -1

func (r rule) matches(status int, code, message string, isJSON bool) bool {
	return (len(r.status) == 0 || slices.Contains(r.status, status)) &&
		(r.code == "" || strings.EqualFold(r.code, code)) &&
		(!r.json || isJSON) &&
		(len(r.text) == 0 || slices.ContainsFunc(r.text, func(part string) bool { return strings.Contains(message, part) }))
}

// texts makes the list of a rule's texts readable in the tables.
func texts(parts ...string) []string { return parts }

func statuses(codes ...int) []int { return codes }

// EndedByOthers is the end of a sentence: where to look when sessions end too early.
const EndedByOthers = "look whether another program ends the sessions of the run-as user, and whether \"Lock sessions to the IP " +
	"address from which they originated\" (Setup, Session Settings) is on while this network has more than one public address"
