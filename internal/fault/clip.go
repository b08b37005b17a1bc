package fault

import (
	"strings"
	"unicode/utf8"
)

// Clip cuts a text to most bytes of JSON, which writes some characters as six bytes. It cuts between words where it can, and shows
// by dots that it did.
func Clip(text string, most int) string {
	size := 0
	for at, char := range text {
		if size += written(char); size > most {
			return cutAt(text, at)
		}
	}
	return text
}

// Written is how many bytes of JSON a text takes at most, without its quotes.
func Written(text string) (size int) {
	for _, char := range text {
		size += written(char)
	}
	return size
}

// written is how many bytes of JSON a character takes at most.
func written(char rune) int {
	if char < ' ' || strings.ContainsRune("\"\\<>&\u2028\u2029\ufffd", char) {
		return 6
	}
	return utf8.RuneLen(char)
}

// cutAt ends a text at the last word that ends before a byte, with dots in place of the rest.
func cutAt(text string, at int) string {
	const dots = "..."
	cut := strings.ToValidUTF8(text[:max(at-len(dots), 0)], "")
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:") + dots
}
