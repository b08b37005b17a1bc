package castor

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/listing"
	"longhaul/internal/stream"
)

// rewriter turns records as Salesforce gave them into records as castor writes them. It keeps its buffers.
type rewriter struct {
	kind   listing.Kind
	base   string     // what links begin with
	keys   []string   // of the file, in order; attributes first
	within [][]string // by key, the members of a nested record; nil for a plain value
	values []jsontext.Value
	in     *jsontext.Decoder
	src    bytes.Buffer
	out    []byte
}

func newRewriter(kind listing.Kind, baseURL string) *rewriter {
	w := &rewriter{kind: kind, base: normalBase(baseURL), keys: []string{"attributes"}, within: [][]string{nil}}
	for _, field := range fields[kind] {
		key, member, isNested := strings.Cut(field, ".") // of CreatedBy.Id the record CreatedBy is written
		w.keys, w.within = append(w.keys, key), append(w.within, nil)
		if isNested {
			w.within[len(w.keys)-1] = []string{member}
		}
	}
	w.values = make([]jsontext.Value, len(w.keys))
	w.in = jsontext.NewDecoder(&w.src, tolerant)
	return w
}

// normalBase gives the address links begin with: https unless another scheme is there, no slash at the end.
func normalBase(base string) string {
	base = strings.TrimRight(base, "/")
	if !strings.Contains(base, "://") {
		base = "https://" + base
	}
	return base
}

// errNoRecord says that a line is not what an inventory holds.
var errNoRecord = errors.New("not a record")

// record gives castor's form of one record; it is valid until the next call.
func (w *rewriter) record(line []byte) (_ []byte, err error) {
	if err := w.find(line); err != nil {
		return nil, err
	}
	w.out = append(w.out[:0], '{')
	for i, key := range w.keys {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, '"')
		w.out = append(w.out, key...)
		w.out = append(w.out, `":`...)
		switch {
		case w.values[i] == nil:
			w.out = append(w.out, "null"...)
		case w.within[i] != nil:
			w.out, err = w.nested(w.out, w.values[i], w.within[i])
		default:
			w.out, err = stream.AppendValue(w.out, w.values[i])
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.link(line); err != nil {
		return nil, err
	}
	w.out = append(w.out, '}')
	return w.out, nil
}

// find notes the value of each key in line; nil for those that are not there.
func (w *rewriter) find(line []byte) error {
	clear(w.values)
	w.src = *bytes.NewBuffer(line)
	w.in.Reset(&w.src, tolerant)
	if tok, err := w.in.ReadToken(); err != nil || tok.Kind() != '{' {
		return errors.Join(errNoRecord, err)
	}
	for w.in.PeekKind() == '"' {
		name, err := w.in.ReadToken()
		if err != nil {
			return errors.Join(errNoRecord, err)
		}
		at := w.index(name.String())
		value, err := w.in.ReadValue()
		if err != nil {
			return errors.Join(errNoRecord, err)
		}
		if at >= 0 { // the decoder's value is valid until its next call only
			end := w.in.InputOffset()
			w.values[at] = jsontext.Value(line[end-int64(len(value)) : end])
		}
	}
	if tok, err := w.in.ReadToken(); err != nil || tok.Kind() != '}' {
		return errors.Join(errNoRecord, err)
	}
	return nil
}

func (w *rewriter) index(name string) int {
	for i, key := range w.keys {
		if key == name {
			return i
		}
	}
	return -1
}

// link adds castor's Url: the page of a report or a dashboard, and of a folder the address of its record in the API.
func (w *rewriter) link(line []byte) error {
	var url string
	switch w.kind {
	case listing.Reports, listing.Dashboards:
		id, err := stream.LineID(line)
		if err != nil {
			return fmt.Errorf("write a record: %w", err)
		}
		url = w.base + "/lightning/r/" + w.kind.Object() + "/" + string(id) + "/view"
	case listing.Folders:
		url = w.base + "/" + strings.TrimLeft(attributeURL(w.values[0]), "/")
	default:
		return nil
	}
	w.out = append(w.out, `,"Url":`...)
	out, err := jsontext.AppendQuote(w.out, strings.ToValidUTF8(url, "\uFFFD"))
	if err != nil {
		return fmt.Errorf("write a record: %w", err)
	}
	w.out = out
	return nil
}

// attributeURL is the url in the attributes of a record; empty when there is none.
func attributeURL(attributes jsontext.Value) string {
	if url := member(attributes, "url"); url.Kind() == '"' {
		text, err := jsontext.AppendUnquote(nil, url)
		if err == nil || len(text) > 0 {
			return string(text)
		}
	}
	return ""
}

// member gives the value of one member of a JSON object; nil when it is absent or object is none.
func member(object []byte, name string) (value jsontext.Value) {
	if len(object) == 0 {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(object), tolerant)
	if tok, err := d.ReadToken(); err != nil || tok.Kind() != '{' {
		return nil
	}
	for d.PeekKind() == '"' {
		tok, err := d.ReadToken()
		if err != nil {
			return nil
		}
		wanted := tok.String() == name
		v, err := d.ReadValue()
		if err != nil {
			return nil
		}
		if wanted {
			end := d.InputOffset()
			value = jsontext.Value(object[end-int64(len(v)) : end])
		}
	}
	return value
}
