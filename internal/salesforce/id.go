package salesforce

import "longhaul/internal/fault"

const (
	shortID = 15
	longID  = 18

	// checksumLetters maps the five bits of a checksum to its letter.
	checksumLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
)

// ID18 gives the 18-character form of a record id. Of the 15 characters that tell records apart, upper and lower case
// count; the three that follow repeat the case of each, so that the long form may be compared without it.
func ID18(id string) (string, error) {
	if !isID(id) {
		return "", fault.Invalidf("%q is no Salesforce id: an id has 15 or 18 letters and digits", clean(id, 40))
	}
	if len(id) == longID {
		return id, nil
	}
	long := make([]byte, 0, longID)
	long = append(long, id...)
	for start := 0; start < shortID; start += 5 {
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

// isID says whether id has the form of a record id, so that it may stand in a path or a query as it is.
func isID(id string) bool {
	if len(id) != shortID && len(id) != longID {
		return false
	}
	for i := range len(id) {
		if !isAlphanumeric(id[i]) {
			return false
		}
	}
	return true
}

// sameID says whether two Ids, each in either form, are of one record.
func sameID(a, b string) bool {
	return isID(a) && isID(b) && a[:shortID] == b[:shortID]
}

func isAlphanumeric(c byte) bool { return isLetter(c) || isDigit(c) }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
