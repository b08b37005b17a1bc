package castor

import (
	"bytes"
	"errors"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/stream"
)

// nested writes a nested record with castor's members of it. Other exports may have had more of it read, such as the name of the
// user who created a report: castor's files are the same without them and beside them.
func (w *rewriter) nested(dst []byte, value jsontext.Value, members []string) ([]byte, error) {
	if value.Kind() != '{' {
		return stream.AppendValue(dst, value)
	}
	w.src = *bytes.NewBuffer(value)
	w.in.Reset(&w.src, tolerant)
	if _, err := w.in.ReadToken(); err != nil {
		return dst, errors.Join(errNoRecord, err)
	}
	before, separator := len(dst), byte('{')
	found, others := false, false
	for w.in.PeekKind() == '"' {
		token, err := w.in.ReadToken()
		if err != nil {
			return dst, errors.Join(errNoRecord, err)
		}
		name := token.String()
		member, err := w.in.ReadValue()
		if err != nil {
			return dst, errors.Join(errNoRecord, err)
		}
		isMember := slices.Contains(members, name)
		found = found || isMember
		if !isMember && name != "attributes" {
			others = true
			continue
		}
		dst = append(append(append(dst, separator, '"'), name...), `":`...)
		if dst, err = stream.AppendValue(dst, member); err != nil {
			return dst, err
		}
		separator = ','
	}
	if others && !found { // the run-as user may not see castor's members, which leaves nothing to write
		return append(dst[:before], "null"...), nil
	}
	if separator == '{' {
		dst = append(dst, '{')
	}
	return append(dst, '}'), nil
}
