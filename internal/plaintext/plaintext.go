// Package plaintext reads what people wrote, with whatever editor, shell or secret manager: settings, secrets, documents and
// certificates come through here.
package plaintext

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Decode gives the content of a file or a variable in UTF-8, without a byte order mark. Windows writes UTF-16 in many
// places; it is known by its mark or, where that is missing, by the zero in each character of a language that needs only one
// byte. What is neither stays as it is.
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

// Value is a text of one line: decoded, without the line ends behind it.
func Value(data []byte) string { return Line(string(Decode(data))) }

// Line takes off the line ends behind a value, those of Windows and of the old Mac too.
func Line(value string) string { return strings.TrimRight(value, "\r\n") }

// marked says whether data begins with a byte order mark.
func marked(data []byte) bool {
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			return true
		}
	}
	return false
}

// zeros says whether the first bytes of data, the odd or the even ones, are zeros and the others are not.
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
