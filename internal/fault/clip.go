package fault

import (
	"strings"
	"unicode/utf8"
)

// Clip cuts a text to most bytes of JSON, which writes some characters as six bytes.
func Clip(text string, most int) string {
	size := 0
	for at, char := range text {
		if char < ' ' || strings.ContainsRune("\"\\<>&\u2028\u2029\ufffd", char) {
			size += 6
		} else {
			size += utf8.RuneLen(char)
		}
		if size > most {
			return text[:at]
		}
	}
	return text
}
