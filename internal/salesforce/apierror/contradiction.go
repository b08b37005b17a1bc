package apierror

import (
	"errors"
	"fmt"
)

// ErrContradiction lies below the error of an answer that is complete and readable, and cannot be true.
var ErrContradiction = errors.New("the answer contradicts itself")

// contradictionError says how an answer contradicts itself: by numbers and names of objects, never by the content of records.
type contradictionError struct {
	object string // of the query; empty for the description of a report
	what   string
}

func (c *contradictionError) Error() string { return ErrContradiction.Error() + ": " + c.what }
func (c *contradictionError) Unwrap() error { return ErrContradiction }

// Contradiction makes the error of an answer that cannot be true.
func Contradiction(format string, values ...any) error {
	return &contradictionError{what: fmt.Sprintf(format, values...)}
}

// AskedFor adds the object of the query to a contradiction. Every other error stays as it is.
func AskedFor(object string, err error) error {
	if c, ok := errors.AsType[*contradictionError](err); ok {
		return &contradictionError{object: object, what: c.what}
	}
	return err
}

// sentence describes the answer of a host for people.
func (c *contradictionError) sentence(host string) string {
	asked := "a question"
	if c.object != "" {
		asked = "the query for " + c.object
	}
	return fmt.Sprintf("%s gave an answer to %s that contradicts itself (%s), so nothing of it is used: nothing to change if it passes; "+
		"else ask whoever runs the network whether a proxy or a gateway changes answers, try again later, and report it if it stays",
		host, asked, c.what)
}

// Contradicts reports whether the answer to a query contradicted itself, or what the query had brought before, at every try. Such an
// answer is complete and comes from whoever answers for Salesforce, so it need not pass as an outage does. A contradiction in the
// description of a report does not count: it concerns one report.
func (e *Error) Contradicts() bool {
	c, ok := errors.AsType[*contradictionError](e.Err)
	return ok && c.object != ""
}
