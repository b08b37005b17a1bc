package salesforce

import (
	"errors"
	"fmt"
)

// errContradiction lies below the error of an answer that is whole, can be read, and cannot be true.
var errContradiction = errors.New("the answer contradicts itself")

// contradictionError says in what an answer contradicts itself: by numbers and names of objects, never by what records hold.
type contradictionError struct {
	object string // that was asked for; empty for the description of a report
	what   string
}

func (c *contradictionError) Error() string { return errContradiction.Error() + ": " + c.what }
func (c *contradictionError) Unwrap() error { return errContradiction }

// contradiction is an answer that cannot be true.
func contradiction(format string, values ...any) error {
	return &contradictionError{what: fmt.Sprintf(format, values...)}
}

// askedFor names the object of the query that a contradiction answers. Every other error stays as it is.
func askedFor(object string, err error) error {
	if c, ok := errors.AsType[*contradictionError](err); ok {
		return &contradictionError{object: object, what: c.what}
	}
	return err
}

// sentence says what came from a host, for people.
func (c *contradictionError) sentence(host string) string {
	asked := "a question"
	if c.object != "" {
		asked = "the query for " + c.object
	}
	return fmt.Sprintf("%s gave an answer to %s that contradicts itself (%s), so nothing of it is used: nothing to change if it passes; "+
		"else ask whoever runs the network whether a proxy or a gateway changes answers, try again later, and report it if it stays",
		host, asked, c.what)
}

// Contradicts says whether the answer to a query, asked for a few times, contradicted itself or what the query had brought. It
// came whole and from whoever answers for Salesforce, so it need not pass as an outage does. The description of a report is not
// meant: that is a matter of one report.
func (e *Error) Contradicts() bool {
	c, ok := errors.AsType[*contradictionError](e.Err)
	return ok && c.object != ""
}
