package planning

import (
	"time"

	"longhaul/internal/description"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// changeTime is how long after a report's change a description must have been made to be reused. LastModifiedDate is set
// when a change begins and visible when it ends, so a description made just after the date may be of the report before.
const changeTime = 5 * time.Second

// dateForms are the two forms in which Salesforce writes a date with a zone.
var dateForms = []string{"2006-01-02T15:04:05.000-0700", time.RFC3339Nano}

func parseDate(text string) (time.Time, bool) {
	for _, form := range dateForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// holds reports whether what is known of a report still holds, given the LastModifiedDate of today's inventory. That date
// is compared for equality with the one that the description was made for, not for order: a date that went back (a restore,
// a deployment) is a change too, and so is one that moved between an inventory and its describe. The identity was compared
// before: only streams of the same one get here. A line whose reason this version does not know could not be accounted for, so its
// report is described again.
func holds(known *description.Description, modified string) bool {
	date, ok := parseDate(modified)
	return ok && known.Explained() && known.Modified == modified && !known.At.Before(date.Add(changeTime))
}

// contradicts reports whether a description names columns and has none of them, or cannot be read.
func contradicts(line []byte) bool {
	d, err := description.Decode(line)
	if err != nil {
		return true
	}
	lacks, err := salesforce.LacksColumns(d.ReportMetadata, d.ReportExtendedMetadata)
	return lacks || err != nil
}

// candidate is a report and the newest description that is known of it.
type candidate struct {
	id       []byte
	modified string
	folder   string                  // OwnerId
	head     description.Description // without the bodies; no state when nothing is known
	recorded bool                    // by the last recorded sync, not by one without a record
	line     []byte
	spare    []byte // takes the next form of the line
}

func (c *candidate) begin(report stream.Item) (err error) {
	c.id, c.head, c.line, c.recorded = append(c.id[:0], report.ID...), description.Description{}, c.line[:0], false
	if c.modified, err = stream.TextMember(report.Line, "LastModifiedDate"); err == nil {
		c.folder, err = folderOf(report.Line)
	}
	return err
}

// folderOf is where a report lies: the Id of its folder, or of the user in whose private folder it is; empty where that is hidden.
func folderOf(report []byte) (string, error) { return stream.TextMember(report, "OwnerId") }

// consider keeps a line if it is newer than what is known so far. Of two lines of one time it keeps the one of the stream
// that was given first.
func (c *candidate) consider(line []byte, recorded bool) error {
	head, err := description.DecodeHead(line)
	if err != nil {
		return err
	}
	if head.FailedAudit() { // in a sync that left no record, and what it was to look at again is known still
		return nil
	}
	if c.head.State != "" && !head.At.After(c.head.At) {
		return nil
	}
	c.head, c.recorded, c.line = head, recorded, append(c.line[:0], line...)
	return nil
}

// checked says whether the line was compared by today's rule.
func (c *candidate) checked() bool { return c.head.ColumnsChecked >= description.ColumnsRule }

// check reports whether a description has the columns that it names. The client takes no description without them, but
// records of earlier versions may hold one, and it would be delivered for as long as the report stays unchanged. Looking
// takes as long as the rest of a plan, so a line that says that it was checked is not looked at.
func (c *candidate) check() bool {
	return !c.head.State.HasColumns() || c.checked() || !contradicts(c.line)
}

// reuse makes the line one of this sync: its state is reused where it was described, and it says that it was checked where
// there is room for that.
func (c *candidate) reuse() error {
	if !c.head.State.HasColumns() {
		return nil
	}
	if c.head.State == description.StateDescribed {
		c.head.State = description.StateReused
		if err := c.write(description.SetState(c.spare[:0], c.line, c.head.State)); err != nil {
			return err
		}
	}
	if c.checked() || len(c.line)+description.CheckedBytes() >= staging.MaxLine {
		return nil
	}
	return c.write(description.MarkChecked(c.spare[:0], c.line, c.head.ColumnsChecked))
}

// write replaces the line by one that was made from it.
func (c *candidate) write(line []byte, err error) error {
	if err == nil {
		c.line, c.spare = line, c.line
	}
	return err
}
