// Package plaintext decodes the files and variables that people write with any editor, shell or secret manager: settings,
// secrets, documents and certificates.
package plaintext

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Decode returns the content of a file or a variable in UTF-8, without a byte order mark. Windows writes UTF-16 in many places;
// Decode recognizes it by its mark or, without one, by the zero byte in each character of a Latin text. Other content stays as
// it is.
func Decode(data []byte) []byte {
	order := unicode.LittleEndian
	switch {
	case marked(data), zeros(data, 1):
	case zeros(data, 0):
		order = unicode.BigEndian
	default:
		return data
	}
	fallback := unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder()
	decoded, _, err := transform.Bytes(unicode.BOMOverride(fallback), data)
	if err != nil {
		return data
	}
	return decoded
}

// Value returns a text of one line: decoded, without line ends after it.
func Value(data []byte) string { return Line(string(Decode(data))) }

// Line removes the line ends after a value, those of Windows and of the old Mac included.
func Line(value string) string { return strings.TrimRight(value, "\r\n") }

// marked reports whether data begins with a byte order mark.
func marked(data []byte) bool {
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			return true
		}
	}
	return false
}

// zeros reports whether, of the first bytes of data, the odd or the even ones are zero and the others are not.
func zeros(data []byte, odd int) bool {
	const enough = 64
	if len(data) < 2 || len(data)%2 != 0 {
		return false
	}
	for i, b := range data[:min(len(data), enough)] {
		if (b == 0) != (i%2 == odd) {
			return false
		}
	}
	return true
}
