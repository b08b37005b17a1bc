package decode

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Members calls each with the name of every member of the next object; each reads or skips the value.
func Members(d *jsontext.Decoder, each func(name string) error) error {
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

// Elements calls each for every element of the next array; each reads or skips it.
func Elements(d *jsontext.Decoder, each func() error) error {
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
		return fmt.Errorf("%w: a value is of another kind than expected", ErrUnreadable)
	}
	return nil
}

// Text reads a string. It skips any other value and leaves text as it is.
func Text(d *jsontext.Decoder, text *string) error {
	if d.PeekKind() != '"' {
		return d.SkipValue()
	}
	token, err := d.ReadToken()
	if err == nil {
		*text = token.String()
	}
	return err
}

// Flag reads true or false. It skips any other value.
func Flag(d *jsontext.Decoder, flag *bool) error {
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

// Number reads a whole number. It skips any other value.
func Number(d *jsontext.Decoder, number *int64) error {
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

// Object calls each for every member of an object that is kept in memory.
func Object(record json.RawMessage, each func(d *jsontext.Decoder, name string) error) error {
	// A decoder reads a bytes.Buffer in place, without a copy.
	d := jsontext.NewDecoder(bytes.NewBuffer(record), Tolerant, jsontext.AllowInvalidUTF8(true))
	return Members(d, func(name string) error { return each(d, name) })
}

// IsObject reports whether a value that is kept in memory is an object.
func IsObject(value json.RawMessage) bool { return bytes.HasPrefix(value, []byte("{")) }
