package salesforce

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// bounded reads from a body until its bound and fails beyond, so that no answer fills the memory.
type bounded struct {
	from io.Reader
	read int64
	most int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.read >= b.most {
		var more [1]byte
		if n, err := b.from.Read(more[:]); n == 0 {
			return 0, err
		}
		return 0, ErrTooLarge
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.most-b.read)])
	b.read += int64(n)
	return n, err
}

// decoders keeps decoders with the buffers they have grown.
var decoders = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// decode lets read take one JSON value from the first most bytes of a body, makes sure that nothing follows and that the stream ends as it
// should, and gives the decoder back.
func decode(body io.Reader, most int64, read func(*jsontext.Decoder, *bounded) error) error {
	source := &bounded{from: body, most: most}
	d, _ := decoders.Get().(*jsontext.Decoder)
	d.Reset(source, tolerant, jsontext.AllowInvalidUTF8(true))
	defer func() {
		d.Reset(nothing{}) // the body is not kept alive
		decoders.Put(d)
	}()
	switch err := read(d, source); {
	case errors.Is(err, errRest):
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
		return errUnreadable
	}
}

// errRest is how a reader of decode says that it wants nothing of what is left.
var errRest = errors.New("the rest is not wanted")

// drains are buffers for what is read only to see that it is there.
var drains = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// drain reads a body to its end, which shows a cut one, and makes sure that it ends as an object does. What lies between
// is unpacked, for its checksum, and not looked at: that is most of a describe.
func drain(d *jsontext.Decoder, source *bounded) error {
	buffer, _ := drains.Get().(*[32 << 10]byte)
	defer drains.Put(buffer)
	last := lastByte(d.UnreadBuffer(), 0)
	for {
		n, err := source.Read(buffer[:])
		last = lastByte(buffer[:n], last)
		switch {
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			if last != '}' {
				return errUnreadable
			}
			return nil
		case err != nil:
			return err
		}
	}
}

// lastByte is the last byte of data that is no white space; otherwise when there is none.
func lastByte(data []byte, otherwise byte) byte {
	if trimmed := bytes.TrimRight(data, " \t\r\n"); len(trimmed) > 0 {
		return trimmed[len(trimmed)-1]
	}
	return otherwise
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

// members calls each with the name of every member of the object that comes next; each reads or skips its value.
func members(d *jsontext.Decoder, each func(name string) error) error {
	if err := open(d, '{'); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if err := each(name.String()); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// elements calls each for every element of the array that comes next; each reads or skips it.
func elements(d *jsontext.Decoder, each func() error) error {
	if err := open(d, '['); err != nil {
		return err
	}
	for {
		switch d.PeekKind() {
		case ']', jsontext.KindInvalid:
			_, err := d.ReadToken()
			return err
		default:
			if err := each(); err != nil {
				return err
			}
		}
	}
}

func open(d *jsontext.Decoder, kind jsontext.Kind) error {
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != kind {
		return fmt.Errorf("%w: a value is of another kind than expected", errUnreadable)
	}
	return nil
}

// readText reads a string; any other value is skipped and leaves text as it is.
func readText(d *jsontext.Decoder, text *string) error {
	if d.PeekKind() != '"' {
		return d.SkipValue()
	}
	token, err := d.ReadToken()
	if err == nil {
		*text = token.String()
	}
	return err
}

// readFlag reads true or false; any other value is skipped.
func readFlag(d *jsontext.Decoder, flag *bool) error {
	switch d.PeekKind() {
	case 't', 'f':
	default:
		return d.SkipValue()
	}
	token, err := d.ReadToken()
	if err == nil {
		*flag = token.Bool()
	}
	return err
}

// readNumber reads a whole number; any other value is skipped.
func readNumber(d *jsontext.Decoder, number *int64) error {
	if d.PeekKind() != '0' {
		return d.SkipValue()
	}
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	if n, err := token.Int(); err == nil {
		*number = n
	}
	return nil
}
