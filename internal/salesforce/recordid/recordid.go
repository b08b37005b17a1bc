// Package recordid knows the ids of Salesforce's records.
package recordid

import (
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/redact"
)

// The lengths of the two forms of an id.
const (
	ShortLen = 15
	LongLen  = 18
)

// checksumLetters maps the five bits of a checksum to its letter.
const checksumLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// Long returns the 18-character form of an id. The first 15 characters tell records apart by upper and lower case; the three after
// them repeat the case of each, so that long forms may be compared without it.
func Long(id string) (string, error) {
	if err := Check(id); err != nil {
		return "", err
	}
	if len(id) == LongLen {
		return id, nil
	}
	long := make([]byte, 0, LongLen)
	long = append(long, id...)
	for start := 0; start < ShortLen; start += 5 {
		bits := 0
		for i := range 5 {
			if c := id[start+i]; 'A' <= c && c <= 'Z' {
				bits |= 1 << i
			}
		}
		long = append(long, checksumLetters[bits])
	}
	return string(long), nil
}

// Check refuses a text that has not the form of an id, and says so to the user.
func Check(id string) error {
	if Is(id) {
		return nil
	}
	return fault.Invalidf("%q is no Salesforce id: an id has 15 or 18 letters and digits", redact.Clean(id, 40))
}

// Is reports whether a text has the form of an id, so that it may stand in a path or a query as it is.
func Is(id string) bool {
	if len(id) != ShortLen && len(id) != LongLen {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// Same reports whether two ids, each in either form, are of one record.
func Same(a, b string) bool {
	return Is(a) && Is(b) && a[:ShortLen] == b[:ShortLen]
}
