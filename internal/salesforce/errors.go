package salesforce

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/fault"
)

// Error is one refusal or failure of Salesforce, or of the way to it, classed. It holds no secret and no token.
type Error struct {
	Class      fault.Class
	Status     int           // of the answer; zero when there was none
	Code       string        // Salesforce's errorCode, or OAuth's error
	Message    string        // Salesforce's own text, cleaned and shortened
	Op         string        // what was asked, such as "describe report"
	Whole      bool          // concerns everything the run-as user asks for, not the one item
	Unworded   bool          // a report was refused in words that are not known, as those of another language than English
	RetryAfter time.Duration // how long to wait before asking again; zero when nothing tells
	Date       time.Time     // of the answer, by Salesforce's clock
	Err        error         // what lies below; may be nil

	sentence   string // for people
	again      bool   // another try may help
	unknown    bool   // a login was refused in words that are not known
	byPassword bool   // of a login
	unsent     bool   // it never left this machine
	astray     bool   // whoever was reached did not prove to be Salesforce
	column     column // what INVALID_FIELD names
	told       facts  // by the header of Salesforce's own answer
}

var _ fault.Carrier = (*Error)(nil)

// Error gives the sentence for people and, in brackets, what Salesforce said.
func (e *Error) Error() string { return e.text() + " (" + e.detail() + ")" }

// Unwrap gives what lies below.
func (e *Error) Unwrap() error { return e.Err }

// Fault classes the error for the layers above.
func (e *Error) Fault() *fault.Error {
	return &fault.Error{
		Class: e.Class, System: fault.Salesforce, Message: e.text(), RetryAfter: e.RetryAfter, Err: &below{e},
	}
}

// Astray says whether the connection led to somebody who did not prove to be Salesforce. In the middle of a sync that may
// pass, as when a proxy gets a new certificate; where nothing has worked yet, base_url or ca_file is wrong.
func (e *Error) Astray() bool { return e.astray }

// MayEndByItself says whether a login was refused in words that are not known: it may be for the hour of the day, and nobody
// has to change anything. A refused password is not among them, for each further try brings the user nearer to being locked
// out.
func (e *Error) MayEndByItself() bool {
	return e.Class == fault.LoginRefused && e.unknown && !e.byPassword
}

// OfEveryReport is an Unworded error once every report was refused so: then it is the user who is refused.
func (e *Error) OfEveryReport() *Error {
	all := *e
	all.Whole = true
	all.sentence = "Salesforce refuses every report in words that Longhaul does not know (" + strings.TrimSuffix(e.Message, ".") +
		"): check that the run-as user has the permission \"Run Reports\" and access to what the reports are about"
	return &all
}

// text is the one sentence for people.
func (e *Error) text() string {
	switch {
	case e.sentence != "":
		return e.sentence
	case e.Message != "":
		return "Salesforce says: " + e.Message
	default:
		return "Salesforce refused the request as " + string(e.Class)
	}
}

// detail is what engineers want to know: the operation, the answer, and what lies below.
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

// below is the engineers' half of an Error, so that a fault does not say its sentence twice.
type below struct{ e *Error }

func (b *below) Error() string { return b.e.detail() }
func (b *below) Unwrap() error { return b.e.Err }

// errorIn finds the Error in the chain of err; nil when there is none.
func errorIn(err error) *Error {
	e, _ := errors.AsType[*Error](err)
	return e
}
