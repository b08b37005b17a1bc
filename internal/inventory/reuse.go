package inventory

import (
	"time"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
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

// contradicts says whether a line that is described names columns and has none of them, or cannot be read.
func contradicts(line []byte) bool {
	d, err := DecodeDescribed(line)
	if err != nil {
		return true
	}
	lacks, err := salesforce.LacksColumns(d.ReportMetadata, d.ReportExtendedMetadata)
	return lacks || err != nil
}

// candidate is a report and the newest that is known of it.
type candidate struct {
	id       []byte
	modified string
	head     Described // without the bodies; no state when nothing is known
	line     []byte
	spare    []byte // takes the next form of the line
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

// check says whether the columns are there that the line names, if it is described. The client takes no description without
// them, but records of before it looked may hold one, and it would be delivered for as long as the report stays as it is. To
// look takes as long as all the rest of a plan, so a line that says it was checked is believed.
func (c *candidate) check() bool {
	return !c.hasColumns() || c.head.Checked || !contradicts(c.line)
}

func (c *candidate) hasColumns() bool {
	return c.head.State == StateDescribed || c.head.State == StateReused
}

// reuse makes the line one of this sync: it is reused where it was described, and says that it was checked where there is
// room for that.
func (c *candidate) reuse() error {
	if !c.hasColumns() {
		return nil
	}
	if c.head.State == StateDescribed {
		c.head.State = StateReused
		if err := c.write(replace(c.spare[:0], c.line, "state", `"`+string(StateReused)+`"`)); err != nil {
			return err
		}
	}
	if c.head.Checked || len(c.line)+len(checkedMember) >= staging.MaxLine {
		return nil
	}
	return c.write(behind(c.spare[:0], c.line, "described_at", checkedMember))
}

// write takes a line in the place of the one it was made from.
func (c *candidate) write(line []byte, err error) error {
	if err == nil {
		c.line, c.spare = line, c.line
	}
	return err
}
