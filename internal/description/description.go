// Package description holds what a sync knows of one report: its state, the reason for it, and its columns where it has
// them; and the streams in which a sync keeps that.
package description

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"longhaul/internal/salesforce"
	"longhaul/internal/stream"
)

// Description is what a sync knows of one report. Its lines keep the order of the fields, so that the head can be read
// without the bodies.
type Description struct {
	ID                     string          `json:"Id"`
	State                  State           `json:"state"`
	Reason                 Reason          `json:"reason,omitempty"`
	Answer                 string          `json:"answer,omitempty"` // Salesforce's own text, where the reason shows it
	Modified               string          `json:"last_modified"`    // LastModifiedDate of the inventory it was described for
	At                     time.Time       `json:"described_at"`
	AuditFailures          int             `json:"audit_failures,omitempty"`  // audits in a row that brought no answer since
	AuditTried             time.Time       `json:"audit_tried,omitzero"`      // when the last of them failed
	ColumnsChecked         int             `json:"columns_checked,omitempty"` // the rule by which it was compared with the columns that it names
	Denials                int             `json:"denials,omitempty"`         // tries in a row that were refused; none unless the report is denied or gone
	Folder                 string          `json:"folder,omitempty"`          // OwnerId of the report when it was refused
	Audited                bool            `json:"audited,omitempty"`         // it was described though its date stood still
	Type                   string          `json:"type,omitempty"`            // API name of the report type, of a report with columns
	ReportMetadata         json.RawMessage `json:"reportMetadata,omitempty"`
	ReportExtendedMetadata json.RawMessage `json:"reportExtendedMetadata,omitempty"`
}

// Append appends the line of d, without a newline, to dst. encoding/json reads it back; the bodies keep their bytes.
func (d *Description) Append(dst []byte) ([]byte, error) {
	l := stream.BeginLine(dst)
	l.Text("Id", d.ID)
	l.Text("state", string(d.State))
	if d.Reason != "" {
		l.Text("reason", string(d.Reason))
	}
	if d.Answer != "" {
		l.Text("answer", d.Answer)
	}
	l.Text("last_modified", d.Modified)
	l.Time("described_at", d.At)
	if d.AuditFailures > 0 {
		l.Int("audit_failures", int64(d.AuditFailures))
		l.Time("audit_tried", d.AuditTried)
	}
	if d.ColumnsChecked > 0 {
		l.Int("columns_checked", int64(d.ColumnsChecked))
	}
	if d.Denials > 0 {
		l.Int("denials", int64(d.Denials))
	}
	if d.Folder != "" {
		l.Text("folder", d.Folder)
	}
	if d.Audited {
		l.True("audited")
	}
	if d.Type != "" {
		l.Text("type", d.Type)
	}
	l.Body("reportMetadata", d.ReportMetadata)
	l.Body("reportExtendedMetadata", d.ReportExtendedMetadata)
	line, err := l.End()
	if err != nil {
		return dst, fmt.Errorf("encode the description of report %s: %w", d.ID, err)
	}
	return line, nil
}

// Explained reports whether the description has columns, or a reason that this version can put into a sentence. A later version may
// give a reason that this one does not know.
func (d *Description) Explained() bool {
	return d.State.HasColumns() || d.Reason.Sentence(d.Answer) != ""
}

// FailedAudit reports whether the line is of an audit that brought no answer: it says nothing of the report, whose date stands still.
func (d *Description) FailedAudit() bool {
	return d.Audited && (d.State == StateFailed || d.State == StateDeferred)
}

// Columns counts the columns that the description has, as the files have them: none where they cannot be read.
func (d *Description) Columns() (n int) {
	each := func(object []byte, visit func(name, value []byte)) {
		_ = stream.Members(object, "", func(name, value []byte, _ int) (bool, error) {
			visit(name, value)
			return true, nil
		})
	}
	each(d.ReportExtendedMetadata, func(name, info []byte) {
		if string(name) == "detailColumnInfo" {
			n = 0 // the last one counts, as it is the one that is written
			each(info, func([]byte, []byte) { n++ })
		}
	})
	return n
}

// ColumnsRule is the rule by which descriptions are compared today with the columns that they name. A line that was checked by an
// older one is compared again before it is reused.
const ColumnsRule = 1

// checkedMember follows described_at in the lines of descriptions that were checked by this rule.
var checkedMember = fmt.Sprintf(`,"columns_checked":%d`, ColumnsRule)

// CheckedBytes is how much longer MarkChecked makes a line at most.
func CheckedBytes() int { return len(checkedMember) }

// MarkChecked appends a line to dst that says that its description was checked by today's rule; before is the rule that the line
// names.
func MarkChecked(dst, line []byte, before int) ([]byte, error) {
	if before > 0 {
		return stream.Replace(dst, line, "columns_checked", strconv.Itoa(ColumnsRule))
	}
	return stream.InsertAfter(dst, line, "described_at", checkedMember)
}

// FailedAuditBytes is how much longer MarkFailedAudit makes a line at most.
const FailedAuditBytes = len(`,"audit_failures":9223372036854775807,"audit_tried":"2006-01-02T15:04:05.999999999Z"`)

// MarkFailedAudit appends a line to dst that says that one more audit of it failed at a moment; before is how many the line says.
func MarkFailedAudit(dst, line []byte, before int, at time.Time) ([]byte, error) {
	failures, tried := strconv.Itoa(before+1), `"`+at.UTC().Format(time.RFC3339Nano)+`"`
	if before == 0 {
		return stream.InsertAfter(dst, line, "described_at", `,"audit_failures":`+failures+`,"audit_tried":`+tried)
	}
	counted, err := stream.Replace(nil, line, "audit_failures", failures)
	if err != nil {
		return nil, err
	}
	return stream.Replace(dst, counted, "audit_tried", tried)
}

// SetState appends a line to dst with another state.
func SetState(dst, line []byte, state State) ([]byte, error) {
	return stream.Replace(dst, line, "state", `"`+string(state)+`"`)
}

// Decode reads a line whole. The bodies alias the line.
func Decode(line []byte) (Description, error) {
	return decode(line, "")
}

// DecodeHead reads what a join needs of a line and leaves the bodies alone.
func DecodeHead(line []byte) (Description, error) {
	return decode(line, bodies)
}

// bodies is how the names of the members begin that end a head: the last ones of a line, and by far the most of its bytes.
const bodies = "report"

func decode(line []byte, until string) (Description, error) {
	var d Description
	err := stream.Members(line, until, func(name, value []byte, _ int) (more bool, err error) {
		err = d.take(string(name), value)
		return err == nil, err
	})
	if _, bad := salesforce.ID18(d.ID); err == nil && (bad != nil || len(d.ID) != stream.IDLen || d.State == "") {
		err = stream.ErrMalformed
	}
	if err != nil {
		return Description{}, fmt.Errorf("read a description: %w", err)
	}
	return d, nil
}

// take reads one member of a line.
func (d *Description) take(name string, value []byte) (err error) {
	switch name {
	case "Id":
		d.ID, err = stream.Text(value)
	case "state":
		d.State, err = stateOf(value)
	case "reason":
		var reason string
		reason, err = stream.Text(value)
		d.Reason = Reason(reason)
	case "answer":
		d.Answer, err = stream.Text(value)
	case "last_modified":
		d.Modified, err = stream.Text(value)
	case "described_at":
		d.At, err = instant(value)
	case "audit_failures":
		d.AuditFailures, err = strconv.Atoi(string(value))
	case "audit_tried":
		d.AuditTried, err = instant(value)
	case "columns_checked":
		d.ColumnsChecked, err = strconv.Atoi(string(value))
	case "denials":
		d.Denials, err = strconv.Atoi(string(value))
	case "folder":
		d.Folder, err = stream.Text(value)
	case "audited":
		d.Audited = string(value) == "true"
	case "type":
		d.Type, err = stream.Text(value)
	case "reportMetadata":
		d.ReportMetadata = value
	case "reportExtendedMetadata":
		d.ReportExtendedMetadata = value
	}
	return err
}

func stateOf(value []byte) (State, error) {
	is := func(s State) bool {
		return len(value) == len(s)+2 && value[0] == '"' && string(value[1:len(value)-1]) == string(s)
	}
	for _, s := range States { // no allocation for the known ones
		if is(s) {
			return s, nil
		}
	}
	if is(StateDeferred) {
		return StateDeferred, nil
	}
	return "", stream.ErrMalformed
}

func instant(value []byte) (t time.Time, err error) {
	if len(value) < 2 || value[0] != '"' {
		return t, stream.ErrMalformed
	}
	err = t.UnmarshalText(value[1 : len(value)-1])
	return t, err
}
