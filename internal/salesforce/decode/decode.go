// Package decode reads the JSON of Salesforce's answers in one pass: bounded, checked to its end, and without building what is not
// wanted.
package decode

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
)

// ErrUnreadable lies below the error of an answer that is no JSON of the expected form.
var ErrUnreadable = errors.New("the answer is damaged")

// Tolerant reads JSON as Salesforce writes it: a name that occurs twice is no reason to lose a report.
var Tolerant = jsontext.AllowDuplicateNames(true)

// decoders are kept for the buffers that they have grown.
var decoders = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// Body lets read read one JSON value from a body of at most that many bytes. It makes sure that nothing follows the value and that the
// stream ends as it should.
func Body(body io.Reader, most int64, read func(*jsontext.Decoder, *httpkit.Capped) error) error {
	source := &httpkit.Capped{From: body, Most: most}
	d, _ := decoders.Get().(*jsontext.Decoder)
	d.Reset(source, Tolerant, jsontext.AllowInvalidUTF8(true))
	defer func() {
		d.Reset(nothing{}) // the body is not kept alive
		decoders.Put(d)
	}()
	switch err := read(d, source); {
	case errors.Is(err, ErrRest):
		return drain(d, source)
	case err != nil:
		return err
	}
	switch _, err := d.ReadToken(); {
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	case err != nil:
		return err
	default:
		return ErrUnreadable
	}
}

// ErrRest is how a reader of Body says that it needs nothing of the rest.
var ErrRest = errors.New("the rest is not wanted")

// drains are buffers for what is read only to see that it is complete.
var drains = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// drain reads a body to its end, which reveals a truncated one, and makes sure that it ends as an object does. What lies between is
// unpacked for its checksum and not parsed: that is most of a describe.
func drain(d *jsontext.Decoder, source *httpkit.Capped) error {
	buffer, _ := drains.Get().(*[32 << 10]byte)
	defer drains.Put(buffer)
	last := lastByte(d.UnreadBuffer(), 0)
	for {
		n, err := source.Read(buffer[:])
		last = lastByte(buffer[:n], last)
		switch {
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			if last != '}' {
				return ErrUnreadable
			}
			return nil
		case err != nil:
			return err
		}
	}
}

// lastByte returns the last byte of data that is no white space, or otherwise when there is none.
func lastByte(data []byte, otherwise byte) byte {
	if trimmed := bytes.TrimRight(data, " \t\r\n"); len(trimmed) > 0 {
		return trimmed[len(trimmed)-1]
	}
	return otherwise
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }
