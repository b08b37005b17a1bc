package apierror

import (
	"errors"
	"fmt"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// ErrNoColumns lies below the error of a description that lacks the columns it was read for.
var ErrNoColumns = errors.New("the description has no columns")

// The causes of a refusal to describe a report because of its columns.
var (
	ErrTooManyColumns = errors.New("too many columns")
	ErrNoneSelected   = errors.New("no columns selected")
)

// Other ways to break an answer.
var (
	ErrWebPage   = errors.New("the answer is a web page")
	ErrNotJSON   = errors.New("the answer is no JSON")
	ErrTruncated = errors.New("the answer ends too early")
)

// Unreadable classes a failure to read an answer whose status was good.
func Unreadable(op, host string, err error) *Error {
	e := &Error{Class: fault.Transient, Op: op, Err: err, Retryable: true}
	var page *pageError
	var lie *contradictionError
	switch {
	case errors.Is(err, httpkit.ErrTooLarge):
		e.Retryable = false
		e.Sentence = fmt.Sprintf("an answer of %s is larger than Longhaul reads: nothing to change here; please report it", host)
		if op == OpReport {
			e.Class = fault.Poison
			e.Sentence = "the description of this report is larger than Longhaul reads: give the report fewer columns and filters"
		}
	case errors.Is(err, ErrNoColumns):
		e.Class = fault.Poison
		e.Sentence = "Salesforce described this report without its columns: if this persists, save the report again or delete it"
	case errors.As(err, &page):
		e.Sentence = fmt.Sprintf("a web page%s arrived instead of an answer from %s: %scheck whether a proxy or a login portal is in between",
			page.called(), host, page.advice())
	case errors.Is(err, ErrNotJSON):
		e.Sentence = fmt.Sprintf("something other than JSON arrived instead of an answer from %s: check whether a proxy or a login portal is in between",
			host)
	case errors.As(err, &lie):
		e.Sentence = lie.sentence(host)
	default:
		e.Sentence = fmt.Sprintf("an answer of %s arrived damaged: nothing to change if it passes; else check this machine's network", host)
	}
	return e
}
