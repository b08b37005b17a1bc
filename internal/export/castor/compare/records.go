package compare

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/paths"
	"longhaul/internal/salesforce"
)

// tolerant is how records are read, as the exports read them: what is no UTF-8 is replaced, and of two members with one name the last
// counts.
var tolerant = []jsontext.Options{jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)}

// record is one element of a file.
type record struct {
	id  string // 18 characters
	raw jsontext.Value
}

// file is one file of a set. castor writes records in the order in which Salesforce gives them, which need not be that of their Ids: such a
// file is read through an index.
type file struct {
	path     string
	name     string
	absent   bool
	count    int64
	repeated int64   // records whose Id another one has
	index    []place // sorted by Id; nil where the file is sorted
}

// place is where a record lies in its file.
type place struct {
	id     string
	at     int64
	length int
}

// open reads a file once to its end.
func open(ctx context.Context, set *Set, name string) (*file, error) {
	f := &file{path: set.path(name), name: name}
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		f.absent = true
		return f, nil
	}
	last, sorted := "", true
	for r, err := range f.elements(ctx) {
		if err != nil {
			return nil, err
		}
		f.count++
		sorted = sorted && r.id >= last
		last = r.id
	}
	if sorted {
		return f, nil
	}
	f.index = make([]place, 0, f.count)
	err := f.scan(ctx, func(raw jsontext.Value, at int64) error {
		id, err := idOf(f.name, raw)
		f.index = append(f.index, place{id: id, at: at, length: len(raw)})
		return err
	})
	slices.SortStableFunc(f.index, func(a, b place) int { return strings.Compare(a.id, b.id) })
	return f, err
}

// each gives the records by Id, each Id once. A record is valid until the next.
func (f *file) each(ctx context.Context) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		if f.absent {
			return
		}
		records := f.elements(ctx)
		if f.index != nil {
			records = f.indexed(ctx)
		}
		f.repeated = 0
		last := ""
		for r, err := range records {
			if err == nil && r.id == last {
				f.repeated++
				continue
			}
			last = r.id
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// elements gives the records as they lie in the file.
func (f *file) elements(ctx context.Context) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		enough := errors.New("the caller wants no more")
		err := f.scan(ctx, func(raw jsontext.Value, _ int64) error {
			id, err := idOf(f.name, raw)
			if err == nil && !yield(record{id: id, raw: raw}, nil) {
				return enough
			}
			return err
		})
		if err != nil && !errors.Is(err, enough) {
			yield(record{}, err)
		}
	}
}

// indexed gives the records in the order of the index.
func (f *file) indexed(ctx context.Context) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		in, err := os.Open(f.path)
		if err != nil {
			yield(record{}, paths.Unusable("the file", f.path, err))
			return
		}
		defer func() { _ = in.Close() }()
		var buf []byte
		for _, one := range f.index {
			buf = slices.Grow(buf[:0], one.length)[:one.length]
			_, err := in.ReadAt(buf, one.at)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(record{}, paths.Unusable("the file", f.path, err))
				return
			}
			if !yield(record{id: one.id, raw: buf}, nil) {
				return
			}
		}
	}
}

const readBuffer = 1 << 20

// scan reads the elements of the array that the file is.
func (f *file) scan(ctx context.Context, visit func(raw jsontext.Value, at int64) error) error {
	in, err := os.Open(f.path)
	if err != nil {
		return paths.Unusable("the file", f.path, err)
	}
	defer func() { _ = in.Close() }()
	broken := func(err error) error {
		var syntax *jsontext.SyntacticError
		if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return &fault.Error{Class: fault.Invalid, System: fault.Longhaul, Err: err, Message: fmt.Sprintf(
				"the file %s is not whole: it is no JSON array of records; run the extract that wrote it again", f.path)}
		}
		return paths.Unusable("the file", f.path, err)
	}
	d := jsontext.NewDecoder(bufio.NewReaderSize(in, readBuffer), tolerant...)
	if token, err := d.ReadToken(); err != nil {
		return broken(err)
	} else if token.Kind() != '[' {
		return broken(io.ErrUnexpectedEOF)
	}
	for d.PeekKind() != ']' {
		if err := ctx.Err(); err != nil {
			return err
		}
		raw, err := d.ReadValue()
		if err != nil {
			return broken(err)
		}
		if err := visit(raw, d.InputOffset()-int64(len(raw))); err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return broken(err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return broken(cause(err))
	}
	return nil
}

// cause is the error of a file that goes on behind its array.
func cause(err error) error {
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}

// idOf is the Id of a record. A component has its Id in its address only.
func idOf(name string, raw jsontext.Value) (string, error) {
	id := ""
	members, err := object(raw)
	if err == nil {
		switch name {
		case castor.ReportsMetadata:
			id = text(members["reportId"])
		case castor.DashboardComponents:
			attributes, _ := object(members["attributes"]) // without them there is no Id
			url := text(attributes["url"])
			id = url[strings.LastIndexByte(url, '/')+1:]
		default:
			id = text(members["Id"])
		}
	}
	long, err := salesforce.ID18(id)
	if err != nil {
		return "", fault.Invalidf("a record of %s has no Id: is the file one of castor's, or of an extract?", name)
	}
	return long, nil
}

// object reads the members of a JSON object; they alias it.
func object(raw jsontext.Value) (map[string]jsontext.Value, error) {
	members := map[string]jsontext.Value{}
	d := jsontext.NewDecoder(bytes.NewBuffer(raw), tolerant...)
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return members, errors.Join(errNoObject, err)
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return members, err
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return members, err
		}
		end := d.InputOffset()
		members[key] = raw[end-int64(len(value)) : end]
	}
	return members, nil
}

var errNoObject = errors.New("not an object")

// text is the content of a JSON string; empty for any other value.
func text(value jsontext.Value) string {
	if value.Kind() != '"' {
		return ""
	}
	plain, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return strings.ToValidUTF8(string(plain), "\uFFFD")
	}
	return string(plain)
}
