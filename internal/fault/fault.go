// Package fault names the classes into which every error of Longhaul falls and carries the sentence shown to people.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says what an error means for the sync, whatever system it came from. Its text is the type of the Temporal
// failure that reports it, so it never changes.
type Class string

// The classes, in the order of docs/errors.md.
const (
	LoginRefused      Class = "login_refused"
	SessionExpired    Class = "session_expired"
	SessionPolicy     Class = "session_policy"
	PermissionMissing Class = "permission_missing"
	QuotaExhausted    Class = "quota_exhausted"
	Throttled         Class = "throttled"
	Gone              Class = "gone"
	Obsolete          Class = "obsolete"
	Unsupported       Class = "unsupported"
	Transient         Class = "transient"
	Poison            Class = "poison"
	Invalid           Class = "invalid"
)

// System is the party that gave the error: the exit code of the same class differs between Salesforce and the catalog.
type System string

// The systems Longhaul talks to; Longhaul itself is the last.
const (
	Salesforce System = "salesforce"
	Catalog    System = "catalog"
	Temporal   System = "temporal"
	Bucket     System = "bucket"
	Longhaul   System = "longhaul"
)

// Error is a classed error. Message is one plain sentence that says what happened and, where somebody can fix it,
// what to change; it holds no secret and no response body.
type Error struct {
	Class      Class
	System     System
	Message    string
	RetryAfter time.Duration // how long the system asked to wait; zero when it did not say
	Err        error         // what lies below, for engineers; may be nil
}

// Error gives the sentence, and after it what lies below.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap gives what lies below.
func (e *Error) Unwrap() error { return e.Err }

// Fault makes Error its own carrier, so that From has one rule.
func (e *Error) Fault() *Error { return e }

// Carrier is an error that knows its class: *Error itself and the typed errors of the API clients.
type Carrier interface {
	error
	Fault() *Error
}

var _ Carrier = (*Error)(nil)

// From finds the first classed error in the chain of err; nil when there is none.
func From(err error) *Error {
	var carrier Carrier
	if errors.As(err, &carrier) {
		return carrier.Fault()
	}
	return nil
}

// Is says whether err is of class c.
func Is(err error, c Class) bool {
	f := From(err)
	return f != nil && f.Class == c
}

// Invalidf makes the error for bad input: one sentence, formatted as by fmt.Sprintf, that says what to change.
func Invalidf(format string, args ...any) *Error {
	return &Error{Class: Invalid, System: Longhaul, Message: fmt.Sprintf(format, args...)}
}

// Sentence is what people are shown of err: the message of the classed error in its chain. An invalid input keeps what
// was wrapped round it too, for that says which setting it stands in. What lies below a fault of the bucket is a driver's, for the log.
func Sentence(err error) string {
	f := From(err)
	switch {
	case f == nil:
		return err.Error()
	case f.Class == Invalid && f.System == Bucket:
		return strings.Replace(err.Error(), f.Error(), f.Message, 1)
	case f.Class == Invalid:
		return err.Error()
	}
	return f.Message
}

// Halves cuts a sentence for people into what happened and what to change, at the first colon that is in no brackets and no quotes. The
// second half is empty where the sentence has none.
func Halves(sentence string) (happened, change string) {
	depth, quoted := 0, false
	for i, c := range sentence {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ':' && depth <= 0 && !quoted && strings.HasPrefix(sentence[i:], ": "):
			return sentence[:i], sentence[i+2:]
		}
	}
	return sentence, ""
}
