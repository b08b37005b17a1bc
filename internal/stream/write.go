package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Line builds one line: a JSON object whose members keep the order of their addition. The first error stays.
type Line struct {
	buf []byte
	err error
}

// BeginLine begins a line behind dst.
func BeginLine(dst []byte) Line { return Line{buf: append(dst, '{')} }

// End ends the line and returns what it was begun behind, with the line.
func (l *Line) End() ([]byte, error) { return append(l.buf, '}'), l.err }

// name begins a member.
func (l *Line) name(name string) {
	if l.buf[len(l.buf)-1] != '{' {
		l.buf = append(l.buf, ',')
	}
	l.buf = append(l.buf, '"')
	l.buf = append(l.buf, name...)
	l.buf = append(l.buf, `":`...)
}

// took takes over the buffer with a value, or the error of adding it.
func (l *Line) took(buf []byte, err error) {
	if err != nil && l.err == nil {
		l.err = err
	}
	l.buf = buf
}

// ID adds the Id of the line, which needs no escapes.
func (l *Line) ID(id []byte) {
	l.name("Id")
	l.buf = append(append(append(l.buf, '"'), id...), '"')
}

// Text adds a string. What is no UTF-8 is replaced.
func (l *Line) Text(name, value string) {
	l.name(name)
	l.took(jsontext.AppendQuote(l.buf, strings.ToValidUTF8(value, "\uFFFD")))
}

// Time adds a time.
func (l *Line) Time(name string, value time.Time) {
	l.name(name)
	l.took(value.AppendText(append(l.buf, '"')))
	l.buf = append(l.buf, '"')
}

// Int appends a member that is a whole number.
func (l *Line) Int(name string, value int64) {
	l.name(name)
	l.buf = strconv.AppendInt(l.buf, value, 10)
}

// True adds a member that is true.
func (l *Line) True(name string) {
	l.name(name)
	l.buf = append(l.buf, "true"...)
}

// Body adds raw JSON as it is; where it spans lines, its white space goes. It adds nothing when raw is empty.
func (l *Line) Body(name string, raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	l.name(name)
	raw, err := OneLine(raw)
	l.took(append(l.buf, raw...), err)
}

// OneLine returns raw JSON as it is, or without its white space where it spans lines.
func OneLine(raw []byte) ([]byte, error) {
	if bytes.IndexByte(raw, '\n') < 0 {
		return raw, nil
	}
	var compact bytes.Buffer
	err := json.Compact(&compact, raw)
	return compact.Bytes(), err
}

// Value adds raw JSON in the form of AppendValue.
func (l *Line) Value(name string, raw []byte) {
	l.name(name)
	l.took(AppendValue(l.buf, raw))
}

// tolerant is how values are read and written: compact UTF-8 with the shortest escapes, what is no UTF-8 replaced, and
// names that come twice kept.
var tolerant = []jsontext.Options{jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)}

// AppendValue appends a value that was read as JSON before, as compact UTF-8 with the shortest escapes. Most values are in
// that form already.
func AppendValue(dst, value []byte) ([]byte, error) {
	if final(value) {
		return append(dst, value...), nil
	}
	dst, err := jsontext.AppendFormat(dst, value, tolerant...)
	if err != nil {
		return dst, fmt.Errorf("write a record: %w", err)
	}
	return dst, nil
}

// final reports whether a JSON value is compact UTF-8 without escapes, which no formatting would change.
func final(value []byte) bool {
	text, wide := false, byte(0)
	for _, b := range value {
		switch {
		case b == '"':
			text = !text
		case b == '\\', b <= ' ' && !text:
			return false
		}
		wide |= b
	}
	return wide < utf8.RuneSelf || utf8.Valid(value)
}
