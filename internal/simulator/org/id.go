package org

import "strings"

const (
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" // byte order is digit order
	checksum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
)

// ID18 adds the three characters that make a 15-character id safe in systems that ignore case. Any other text comes
// back as it is.
func ID18(id15 string) string {
	if len(id15) != 15 {
		return id15
	}
	out := make([]byte, 15, 18)
	copy(out, id15)
	for block := range 3 {
		bits := 0
		for k := range 5 {
			if c := id15[block*5+k]; c >= 'A' && c <= 'Z' {
				bits |= 1 << k
			}
		}
		out = append(out, checksum[bits])
	}
	return string(out)
}

// FreshID makes up an id for a new row, the same for the same number: it sorts close to some row that is there already.
func FreshID(o Org, object string, number uint64) string {
	for roll := mix(number); ; roll = mix(roll) {
		var id string
		if n := o.Count(object); n > 0 {
			id = ID18(o.ID(object, int(roll%uint64(n)))[:11] + encode62(roll>>24%(62*62*62*62), 4))
		} else {
			schema, _ := Lookup(object)
			id = ID18(schema.KeyPrefix + "Hs0" + encode62(roll%idSpan, 9))
		}
		if _, taken := o.Find(object, id); !taken {
			return id
		}
	}
}

// NumberedID is the id of row i of an object whose rows are counted. The prefix holds the key prefix and the pod.
func NumberedID(prefix string, i int) string { return ID18(prefix + encode62(uint64(i), 9)) }

// NumberOf is the row of a NumberedID.
func NumberOf(prefix, id18 string) (int, bool) {
	if len(id18) != 18 || id18[:len(prefix)] != prefix {
		return 0, false
	}
	n, ok := decode62(id18[len(prefix):15])
	return int(n), ok && n < 1<<31
}

// Normalize gives the 18-character form of a 15- or 18-character id. It reports false for text that is no id, or has a wrong
// checksum.
func Normalize(id string) (string, bool) {
	if len(id) != 15 && len(id) != 18 {
		return "", false
	}
	for i := range len(id) {
		if digit(id[i]) < 0 {
			return "", false
		}
	}
	full := ID18(id[:15])
	if len(id) == 18 && !strings.EqualFold(full[15:], id[15:]) {
		return "", false
	}
	return full, true
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 36
	}
	return -1
}

// encode62 writes n in base 62 as width digits.
func encode62(n uint64, width int) string {
	out := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		out[i] = alphabet[n%62]
		n /= 62
	}
	return string(out)
}

func decode62(s string) (uint64, bool) {
	var n uint64
	for i := range len(s) {
		d := digit(s[i])
		if d < 0 {
			return 0, false
		}
		n = n*62 + uint64(d)
	}
	return n, true
}
