package inventory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/salesforce"
)

// State is what became of one report. Each report of the inventory ends a sync in exactly one.
type State string

// The states, as in the account and the result.
const (
	StateDescribed   State = "described"
	StateReused      State = "reused"      // described by an earlier sync, and unchanged
	StateObsolete    State = "obsolete"    // Salesforce says that its report type is gone
	StateUnsupported State = "unsupported" // such as a joined report
	StateDenied      State = "denied"
	StateFailed      State = "failed"
	StateFiltered    State = "filtered"
	StateGone        State = "gone"

	// StateDeferred is of a report that failed its tries while others were answered. It is tried again at the end of the
	// sync and has another state then: no account holds this one.
	StateDeferred State = "deferred"
	// StateListed is of a dashboard or a component: it stands in its file as Salesforce gave it.
	StateListed State = "listed"
)

// States lists the states in which a report can end.
var States = []State{StateDescribed, StateReused, StateObsolete, StateUnsupported, StateDenied, StateFailed, StateFiltered, StateGone}

// Described is what a sync knows of one report. Its lines keep the order of the fields, so that the head can be read
// without the bodies.
type Described struct {
	ID                     string          `json:"Id"`
	State                  State           `json:"state"`
	Reason                 string          `json:"reason,omitempty"`
	Message                string          `json:"message,omitempty"`
	Modified               string          `json:"modified"` // LastModifiedDate of the inventory it was described for
	At                     time.Time       `json:"described_at"`
	Checked                bool            `json:"checked,omitempty"` // it was held against the columns that it names
	ReportMetadata         json.RawMessage `json:"reportMetadata,omitempty"`
	ReportExtendedMetadata json.RawMessage `json:"reportExtendedMetadata,omitempty"`
}

// Append adds the line of d, without a newline, to dst. encoding/json reads it back; the bodies keep their bytes.
func (d *Described) Append(dst []byte) ([]byte, error) {
	l := lineWriter{buf: append(dst, '{')}
	l.text("Id", d.ID)
	l.text("state", string(d.State))
	if d.Reason != "" {
		l.text("reason", d.Reason)
	}
	if d.Message != "" {
		l.text("message", d.Message)
	}
	l.text("modified", d.Modified)
	at, err := d.At.AppendText(l.member("described_at", '"'))
	if err != nil && l.err == nil {
		l.err = err
	}
	l.buf = append(at, '"')
	if d.Checked {
		l.buf = append(l.buf, checkedMember...)
	}
	l.body("reportMetadata", d.ReportMetadata)
	l.body("reportExtendedMetadata", d.ReportExtendedMetadata)
	if l.err != nil {
		return dst, fmt.Errorf("encode the description of report %s: %w", d.ID, l.err)
	}
	return append(l.buf, '}'), nil
}

// checkedMember stands behind described_at in the lines of what was checked.
const checkedMember = `,"checked":true`

// lineWriter builds one JSON object of members in a given order.
type lineWriter struct {
	buf []byte
	err error
}

// member begins a member and gives the buffer with open after the colon.
func (l *lineWriter) member(name string, open ...byte) []byte {
	if l.buf[len(l.buf)-1] != '{' {
		l.buf = append(l.buf, ',')
	}
	l.buf = append(l.buf, '"')
	l.buf = append(l.buf, name...)
	l.buf = append(l.buf, `":`...)
	l.buf = append(l.buf, open...)
	return l.buf
}

func (l *lineWriter) text(name, value string) {
	buf, err := jsontext.AppendQuote(l.member(name), strings.ToValidUTF8(value, "\uFFFD"))
	if err != nil && l.err == nil {
		l.err = err
	}
	l.buf = buf
}

// body adds raw JSON; where it spans lines, its white space goes.
func (l *lineWriter) body(name string, raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	buf := l.member(name)
	if bytes.IndexByte(raw, '\n') < 0 {
		l.buf = append(buf, raw...)
		return
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil && l.err == nil {
		l.err = err
	}
	l.buf = append(buf, compact.Bytes()...)
}

// DecodeDescribed reads a line whole. The bodies alias the line.
func DecodeDescribed(line []byte) (Described, error) {
	return decode(line, true)
}

// DecodeHead reads what a join needs of a line and leaves the bodies where they are.
func DecodeHead(line []byte) (Described, error) {
	return decode(line, false)
}

func decode(line []byte, whole bool) (Described, error) {
	var d Described
	err := members(line, func(name, value []byte, _ int) (more bool, err error) {
		switch string(name) {
		case "Id":
			d.ID, err = text(value)
		case "state":
			d.State, err = stateOf(value)
		case "reason":
			d.Reason, err = text(value)
		case "message":
			d.Message, err = text(value)
		case "modified":
			d.Modified, err = text(value)
		case "described_at":
			d.At, err = instant(value)
		case "checked":
			d.Checked = string(value) == "true"
		case "reportMetadata":
			d.ReportMetadata = value
		case "reportExtendedMetadata":
			d.ReportExtendedMetadata = value
		}
		return err == nil, err
	}, whole)
	if _, bad := salesforce.ID18(d.ID); err == nil && (bad != nil || len(d.ID) != idLen || d.State == "") {
		err = errMalformed
	}
	if err != nil {
		return Described{}, fmt.Errorf("read a description: %w", err)
	}
	return d, nil
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
	return "", errMalformed
}

func instant(value []byte) (t time.Time, err error) {
	if len(value) < 2 || value[0] != '"' {
		return t, errMalformed
	}
	err = t.UnmarshalText(value[1 : len(value)-1])
	return t, err
}
