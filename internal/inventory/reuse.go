package inventory

import (
	"time"

	"longhaul/internal/salesforce"
)

// settled is how long after a report's change a description must have been made to be believed. LastModifiedDate is set
// when a change begins and seen when it ends, so a description made just after the date may be of the report before.
const settled = 5 * time.Second

// The two forms in which Salesforce writes a date with a zone.
var dateForms = []string{"2006-01-02T15:04:05.000-0700", time.RFC3339Nano}

func parseDate(text string) (time.Time, bool) {
	for _, form := range dateForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// reusable says whether what is known of a report still holds, given the LastModifiedDate of today's inventory. That date
// is compared for equality with the one the description was made for, not for order: a date that went back (a restore, a
// deployment) is a change too, and so is one that moved between an inventory and its describe. The identity was compared
// before: only streams of the same one get here.
func reusable(known *Described, modified string) bool {
	switch known.State {
	case StateDescribed, StateReused, StateObsolete, StateUnsupported:
	default: // nothing known, or something that is to be tried again
		return false
	}
	date, ok := parseDate(modified)
	return ok && known.Modified == modified && !known.At.Before(date.Add(settled))
}

// contradicts says whether a line that is described names columns and has none of them, or cannot be read. The client takes no
// such description; records of before it looked may hold one, and it would be delivered for as long as the report stays as it is.
func contradicts(state State, line []byte) bool {
	if state != StateDescribed && state != StateReused {
		return false
	}
	d, err := DecodeDescribed(line)
	if err != nil {
		return true
	}
	columns, err := salesforce.CountColumns(d.ReportMetadata, d.ReportExtendedMetadata)
	return err != nil || columns.None()
}

// candidate is a report and the newest that is known of it.
type candidate struct {
	id       []byte
	modified string
	head     Described // without the bodies; no state when nothing is known
	line     []byte
}

func (c *candidate) begin(id []byte, modified string) {
	c.id, c.modified, c.head, c.line = append(c.id[:0], id...), modified, Described{}, c.line[:0]
}

// consider keeps line if it is newer than what is known so far. Of two of one time the one of the stream given first stays.
func (c *candidate) consider(line []byte) error {
	head, err := DecodeHead(line)
	if err != nil {
		return err
	}
	if c.head.State != "" && !head.At.After(c.head.At) {
		return nil
	}
	c.head, c.line = head, append(c.line[:0], line...)
	return nil
}
