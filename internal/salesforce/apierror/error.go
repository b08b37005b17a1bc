// Package apierror classes what Salesforce refuses, and what goes wrong on the way to it, as one typed error with a sentence for people.
package apierror

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/fault"
)

// The operations that errors name.
const (
	OpLogin       = "log in"
	OpQuery       = "query"
	OpReport      = "describe report"
	OpPermissions = "describe permissions"
	OpLimits      = "read limits"
	OpClock       = "read the clock"
	OpProve       = "look for Salesforce"
	OpCredentials = "read credentials"
)

// Error is one refusal or failure of Salesforce, or of the way to it, with its class. It holds no secret and no token.
type Error struct {
	Class      fault.Class
	Status     int           // of the answer; zero when there was none
	Code       string        // Salesforce's errorCode, or OAuth's error
	Message    string        // Salesforce's own text, cleaned and shortened
	Op         string        // the operation, such as "describe report"
	Whole      bool          // concerns everything that the run-as user asks for, not the one item
	Unworded   bool          // a report was refused in unknown words, such as those of another language than English
	RetryAfter time.Duration // how long to wait before the next request; zero when Salesforce gives no time
	Date       time.Time     // of the answer, by Salesforce's clock
	Err        error         // the cause below; may be nil

	Sentence  string // for people
	Retryable bool   // another try of the same request may help
	Unsent    bool   // the request never left this machine
	Column    Column // that INVALID_FIELD names

	unknown    bool // a login was refused in unknown words
	byPassword bool // of a login
	astray     bool // whoever was reached did not prove to be Salesforce
}

var _ fault.Carrier = (*Error)(nil)

// From returns the Error in the chain of err, or nil.
func From(err error) *Error {
	e, _ := errors.AsType[*Error](err)
	return e
}

// Error returns the sentence for people and, in brackets, Salesforce's own words.
func (e *Error) Error() string { return e.sentence() + " (" + e.detail() + ")" }

// Unwrap returns the cause below.
func (e *Error) Unwrap() error { return e.Err }

// Fault classes the error for the layers above.
func (e *Error) Fault() *fault.Error {
	return &fault.Error{
		Class: e.Class, System: fault.Salesforce, Message: e.sentence(), RetryAfter: e.RetryAfter, Err: &below{e},
	}
}

// Astray reports whether the connection led to somebody who did not prove to be Salesforce. In the middle of a sync that may pass, as
// when a proxy gets a new certificate; where nothing has worked yet, base_url or ca_file is wrong.
func (e *Error) Astray() bool { return e.astray }

// MayEndByItself reports whether a login was refused in unknown words: the hour of the day may be the cause, and nobody has to change
// anything. A refused password does not count, because each further try brings the user nearer to being locked out.
func (e *Error) MayEndByItself() bool {
	return e.Class == fault.LoginRefused && e.unknown && !e.byPassword
}

// Busy reports whether Salesforce asks for fewer requests by this error, whatever else it says.
func (e *Error) Busy() bool {
	return e.Class == fault.Throttled || e.RetryAfter > 0 ||
		e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable
}

// OfEveryReport turns an Unworded error into one of the user, for when every report was refused so.
func (e *Error) OfEveryReport() *Error {
	all := *e
	all.Whole = true
	all.Sentence = "Salesforce refuses every report in words that Longhaul does not know (" + strings.TrimSuffix(e.Message, ".") +
		"): check that the run-as user has the permission \"Run Reports\" and access to what the reports are about"
	return &all
}

// sentence is the one sentence for people.
func (e *Error) sentence() string {
	switch {
	case e.Sentence != "":
		return e.Sentence
	case e.Message != "":
		return "Salesforce says: " + e.Message
	default:
		return "Salesforce refused the request as " + string(e.Class)
	}
}

// detail is for engineers: the operation, the answer, and the cause below.
func (e *Error) detail() string {
	parts := make([]string, 0, 4)
	if e.Status != 0 {
		parts = append(parts, strconv.Itoa(e.Status))
	}
	if e.Code != "" {
		parts = append(parts, e.Code)
	}
	if e.Message != "" {
		parts = append(parts, strconv.Quote(e.Message))
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if len(parts) == 0 {
		parts = append(parts, string(e.Class))
	}
	return e.Op + ": " + strings.Join(parts, " ")
}

// below is the engineers' half of an Error, so that a fault does not repeat its sentence.
type below struct{ e *Error }

func (b *below) Error() string { return b.e.detail() }
func (b *below) Unwrap() error { return b.e.Err }
